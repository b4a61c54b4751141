//! Who is calling, and the tokens that say so.

pub mod get_me;
pub mod list_tokens;
pub mod mint_token;
pub mod revoke_token;

use store::credentials::Credential;
use wire::tokens::Token;

fn token(credential: Credential) -> Token {
    Token {
        id: credential.id,
        kind: credential.kind,
        surface: credential.surface,
        name: credential.name,
        email: credential.email,
        scopes: credential.scopes,
        created_at: credential.created_at.into(),
        expires_at: credential.expires_at.into(),
    }
}

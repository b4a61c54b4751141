use std::str::FromStr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::digest::Digest;
use domain::identity::{CredentialKind, Right, Scope, Surface};
use domain::token::{self, TokenKind};
use store::credentials::{Credential, NewCredential};
use wire::problem::{BodyError, Code};
use wire::tokens::{MintToken, MintedToken};

use crate::app::App;
use crate::extract::{Caller, IdempotencyKey, Json};
use crate::idempotent::{self, Attempt, Begun};
use crate::problem::{Problem, Result};

const DEFAULT_DAYS: i64 = 90;
const MAX_DAYS: i64 = 365;

/// Mint a token. Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/v1/tokens", tag = "access", params(("Idempotency-Key" = Option<String>, Header, description = "A repeat is refused: the secret is not kept.")),
    request_body = MintToken, responses((status = 201, description = "The token with its secret, this once.", body = MintedToken)))]
pub async fn mint_token(State(app): State<App>, caller: Caller, key: IdempotencyKey, Json(body): Json<MintToken>) -> Result<Response> {
    match idempotent::begin(&app, &caller, "mint_token", &key).await? {
        Begun::Replay(_) => Err(Problem::new(
            Code::SecretAlreadyShown,
            "A token was minted with this Idempotency-Key and its secret was shown then; it is not kept. Mint another with a new key, and revoke that one if its secret is lost.",
        )),
        Begun::Fresh(mut attempt) => {
            let minted = mint(&app, &mut attempt, &caller, &body).await;
            let (secret, credential) = match minted {
                Ok((secret, credential)) => (Some(secret), Ok(super::token(credential))),
                Err(problem) => (None, Err(problem)),
            };
            let of = attempt.end(StatusCode::CREATED, credential).await?;
            Ok((StatusCode::CREATED, axum::Json(MintedToken { token: secret.unwrap_or_default(), of })).into_response())
        }
    }
}

async fn mint(app: &App, attempt: &mut Attempt<'_>, caller: &Caller, body: &MintToken) -> Result<(String, Credential)> {
    let wanted = Wanted::of(body)?;
    let identity = &caller.identity;
    let user = match wanted.kind {
        // Every member mints their own; an admin the others.
        CredentialKind::Personal => Some(identity.user.filter(|_| identity.role.is_some()).ok_or_else(|| {
            Problem::new(Code::Forbidden, "A personal token belongs to a member of the workspace, and this credential is no person's.")
        })?),
        _ => {
            caller.require(Right::Administer)?;
            None
        }
    };
    // A token of one workspace does not beget one of all, nor one that outlives it.
    let from_cli = wanted.kind == CredentialKind::Personal && identity.surface != Some(Surface::Designer);
    if from_cli && wanted.surface == Some(Surface::Designer) {
        return Err(Problem::new(
            Code::Forbidden,
            "A token for the console spans all your workspaces; mint it in the console, or with another such token.",
        ));
    }
    let expires_at = app.now() + TimeDelta::days(wanted.days);
    let expires_at = if from_cli { expires_at.min(identity.expires_at) } else { expires_at };
    let secret = token::mint(wanted.token_kind, app.random());
    let new = NewCredential {
        secret: Digest::of(secret.as_bytes()),
        kind: wanted.kind.as_str(),
        surface: wanted.surface.map(|surface| surface.as_str()),
        workspace_id: (wanted.surface != Some(Surface::Designer)).then_some(caller.workspace.id),
        made_in: caller.workspace.id,
        user_id: user,
        name: &wanted.name,
        email: body.email.as_deref().or(identity.email.as_deref()),
        scopes: wanted.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        created_by: identity.user,
        expires_at,
    };
    let credential = store::credentials::insert(&mut attempt.tx, &new).await?;
    let detail = serde_json::json!({"token": credential.id, "kind": credential.kind, "name": credential.name});
    store::audit::record(&mut attempt.tx, caller.workspace.id, &caller.actor(), "mint_token", None, &detail).await?;
    Ok((secret, credential))
}

/// The body, checked member by member: all that is wrong with it is said at once.
struct Wanted {
    kind: CredentialKind,
    token_kind: TokenKind,
    surface: Option<Surface>,
    name: String,
    scopes: Vec<Scope>,
    days: i64,
}

impl Wanted {
    fn of(body: &MintToken) -> Result<Wanted> {
        let mut errors = Vec::new();
        let mut wrong = |pointer: &str, detail: &str| errors.push(BodyError { pointer: pointer.into(), detail: detail.into() });
        let kind = match CredentialKind::from_str(&body.kind) {
            Ok(CredentialKind::Session) | Err(_) => {
                wrong("/kind", "personal, service, agent or evaluate");
                CredentialKind::Personal
            }
            Ok(kind) => kind,
        };
        let name = body.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
            wrong("/name", "1 to 200 characters, on one line");
        }
        let (personal, service) = (kind == CredentialKind::Personal, kind == CredentialKind::Service);
        let (token_kind, surface) = match (kind, body.surface.as_deref()) {
            (CredentialKind::Personal, Some("designer")) => (TokenKind::Designer, Some(Surface::Designer)),
            (CredentialKind::Agent, _) => (TokenKind::Agent, Some(Surface::Agent)),
            (CredentialKind::Evaluate, _) => (TokenKind::Evaluate, None),
            _ => (TokenKind::Cli, Some(Surface::Cli)),
        };
        match body.surface.as_deref() {
            None => {}
            Some("designer" | "cli") if personal => {}
            Some(_) if personal => wrong("/surface", "designer or cli"),
            Some(_) => wrong("/surface", "for personal tokens only"),
        }
        match body.email.as_deref() {
            Some(email)
                if service && (!email.contains('@') || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control())) =>
            {
                wrong("/email", "an e-mail address")
            }
            Some(_) if !service => wrong("/email", "for service tokens only"),
            None if service => wrong("/email", "a service token needs the e-mail that its versions are by"),
            _ => {}
        }
        let mut scopes = Vec::new();
        match &body.scopes {
            Some(_) if !service => wrong("/scopes", "for service tokens only"),
            Some(given) if !given.is_empty() => {
                for (index, scope) in given.iter().enumerate() {
                    match Scope::from_str(scope) {
                        Ok(scope) if !scopes.contains(&scope) => scopes.push(scope),
                        Ok(_) => {}
                        Err(_) => wrong(&format!("/scopes/{index}"), "read, draft, apply, publish or evaluate"),
                    }
                }
            }
            _ if service => wrong("/scopes", "a service token needs at least one of read, draft, apply, publish, evaluate"),
            _ => {}
        }
        let days = body.expires_in_days.unwrap_or(DEFAULT_DAYS);
        if !(1..=MAX_DAYS).contains(&days) {
            wrong("/expiresInDays", "1 to 365");
        }
        if errors.is_empty() {
            Ok(Wanted { kind, token_kind, surface, name, scopes, days })
        } else {
            Err(Problem::new(Code::InvalidBody, "This is no token that can be minted; `errors` says why.").errors(errors))
        }
    }
}

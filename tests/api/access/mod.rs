mod get_me;
mod list_tokens;
mod mint_token;
mod revoke_token;

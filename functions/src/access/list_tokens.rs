use axum::extract::State;
use domain::identity::Right;
use uuid::Uuid;
use wire::page::CamelPage;
use wire::tokens::Token;

use crate::app::App;
use crate::extract::{Caller, Query};
use crate::listing::{PageQuery, after, next_page};
use crate::problem::{Problem, Result};

/// Tokens that still work, newest first: your own; an admin sees all of the workspace's.
#[utoipa::path(get, path = "/v1/tokens", tag = "access", params(PageQuery), responses((status = 200, description = "A page of tokens, without their secrets.", body = CamelPage<Token>)))]
pub async fn list_tokens(State(app): State<App>, caller: Caller, Query(query): Query<PageQuery>) -> Result<axum::Json<CamelPage<Token>>> {
    let limit = query.limit()?;
    let list = format!("tokens {}", caller.workspace.id);
    let before: Option<Uuid> = after(query.cursor()?, &list)?;
    let only_user = if caller.identity.rights.has(Right::Administer) {
        None
    } else {
        caller.require(Right::Read)?;
        // A token of nobody's sees nobody's.
        Some(caller.identity.user.unwrap_or(Uuid::nil()))
    };
    let mut tx = app.db.begin(caller.scope()).await?;
    let listed = store::credentials::list(&mut tx, caller.workspace.id, only_user, before, limit + 1).await.map_err(Problem::from);
    let (rows, next_cursor) = next_page(store::end(tx, listed).await?, limit, &list, |row| row.id);
    Ok(axum::Json(CamelPage { items: rows.into_iter().map(super::token).collect(), next_cursor }))
}

use axum::extract::State;
use domain::identity::Right;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::page::CamelPage;
use wire::problem::Code;
use wire::replica::OutboxRow;

use crate::app::App;
use crate::extract::{Caller, Query};
use crate::listing::{PageQuery, after, next_page};
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OutboxQuery {
    /// `pending` (the default) or `dead`.
    pub state: Option<String>,
    /// 1 to 200; 50 when left out.
    pub limit: Option<String>,
    /// The last page's `nextCursor`.
    pub cursor: Option<String>,
}

/// Events that the replica and the workers have not been told of yet, or (`dead`) that were given up.
#[utoipa::path(get, path = "/v1/replica/outbox", tag = "replica", params(OutboxQuery), responses((status = 200, description = "A page of events, newest first.", body = CamelPage<OutboxRow>)))]
pub async fn list_outbox(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OutboxQuery>,
) -> Result<axum::Json<CamelPage<OutboxRow>>> {
    caller.require(Right::Administer)?;
    let dead = match query.state.as_deref() {
        None | Some("pending") => false,
        Some("dead") => true,
        Some(other) => return Err(Problem::new(Code::InvalidQuery, format!("`state` takes `pending` or `dead`; {other:?} is neither."))),
    };
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = page.limit()?;
    let list = format!("outbox {} {}", caller.workspace.id, if dead { "dead" } else { "pending" });
    let before: Option<Uuid> = after(page.cursor()?, &list)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let listed = store::outbox::list(&mut tx, caller.workspace.id, dead, before, limit + 1).await.map_err(Problem::from);
    let (rows, next_cursor) = next_page(store::end(tx, listed).await?, limit, &list, |row| row.id);
    let items = rows.into_iter().map(|row| OutboxRow {
        event_id: row.id,
        kind: row.resource_type,
        id: row.resource_id,
        slug: row.slug,
        version: row.version,
        event: row.event,
        state: if row.dead_at.is_some() { "dead" } else { "pending" }.to_owned(),
        attempts: row.attempts,
        created_at_utc: row.created_at.into(),
        next_attempt_at_utc: row.dead_at.is_none().then(|| row.next_attempt_at.into()),
        dead_at_utc: row.dead_at.map(Into::into),
        last_error: row.last_error,
    });
    Ok(axum::Json(CamelPage { items: items.collect(), next_cursor }))
}

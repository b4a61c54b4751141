use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::problem::{Problem, Result};

#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
}

/// Whether this can serve: it asks Postgres, and answers 503 when Postgres does not.
#[utoipa::path(get, path = "/healthz", tag = "open", security(()), responses((status = 200, description = "It can.", body = Health)))]
pub async fn get_healthz(State(app): State<App>) -> Result<axum::Json<Health>> {
    app.db.ping().await.map_err(Problem::unavailable)?;
    Ok(axum::Json(Health { status: "ok" }))
}

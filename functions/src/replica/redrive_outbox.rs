use axum::extract::State;
use domain::identity::Right;
use wire::replica::{Redrive, Redriven};

use crate::app::App;
use crate::extract::{Caller, Json, Traced};
use crate::problem::{Problem, Result};

/// Try dead events again, all of the workspace's or the named ones.
#[utoipa::path(post, path = "/v1/replica/redrive", tag = "replica", request_body = Redrive, responses((status = 200, description = "The events that are due again.", body = Redriven)))]
pub async fn redrive_outbox(
    State(app): State<App>,
    caller: Caller,
    trace: Traced,
    Json(body): Json<Redrive>,
) -> Result<axum::Json<Redriven>> {
    caller.require(Right::Administer)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let event_ids = store::outbox::redrive(&mut tx, caller.workspace.id, body.event_ids.as_deref()).await?;
        store::audit::record(
            &mut tx,
            caller.workspace.id,
            &caller.actor(),
            "redrive_outbox",
            None,
            &serde_json::json!({"events": event_ids}),
        )
        .await?;
        Ok::<_, Problem>(event_ids)
    }
    .await;
    let event_ids = store::end(tx, outcome).await?;
    app.nudge_dispatcher(trace.0.as_ref()).await;
    Ok(axum::Json(Redriven { event_ids }))
}

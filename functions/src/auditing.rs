//! Refusals that the audit log keeps: who was not allowed to change what production does, or who may.

use domain::identity::Right;
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::extract::Caller;
use crate::problem::{Problem, Result};

/// 403 when the caller lacks the right, which is kept as `<operation>_refused`. To be asked before the write's transaction begins, or
/// after it ended: that one is rolled back, and this entry is not.
pub async fn require(app: &App, caller: &Caller, right: Right, operation: &str, resource: Option<Uuid>) -> Result<()> {
    match caller.require(right) {
        Ok(()) => Ok(()),
        Err(problem) => Err(refused(app, caller, problem, operation, resource).await),
    }
}

/// The refusal, when the audit log has it.
pub async fn refused(app: &App, caller: &Caller, problem: Problem, operation: &str, resource: Option<Uuid>) -> Problem {
    let identity = &caller.identity;
    let detail = json!({
        "code": problem.code().as_str(),
        "kind": identity.kind.as_str(),
        "role": identity.role.map(|role| role.as_str()),
    });
    let kept = async {
        let mut tx = app.db.begin(caller.scope()).await?;
        let recorded =
            store::audit::record(&mut tx, caller.workspace.id, &caller.actor(), &format!("{operation}_refused"), resource, &detail).await;
        store::end(tx, recorded.map_err(Problem::from)).await
    };
    kept.await.err().unwrap_or(problem)
}

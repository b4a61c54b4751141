//! Refusals that the audit log keeps: who was not allowed to change what production does, or who may.

use serde_json::{Value, json};
use uuid::Uuid;
use wire::problem::Code;

use crate::app::App;
use crate::extract::Caller;
use crate::problem::Problem;

/// The refusal, once the audit log has it as `<operation>_refused`: a 403, or what governance refused. Anything else is no matter of
/// rights, and passes. To be called when the write's own transaction has ended: that one was rolled back, and this entry is not.
pub async fn refusal(app: &App, caller: &Caller, problem: Problem, operation: &str, resource: Option<Uuid>) -> Problem {
    if !matches!(problem.code(), Code::Forbidden | Code::GovernanceRefused) {
        return problem;
    }
    let detail = detail(caller, &problem);
    let action = format!("{operation}_refused");
    let kept = async {
        let mut tx = app.db.begin(caller.scope()).await?;
        let recorded = store::audit::record(&mut tx, caller.workspace.id, &caller.actor(), &action, resource, &detail).await;
        store::end(tx, recorded.map_err(Problem::from)).await
    };
    kept.await.err().unwrap_or(problem)
}

/// What the audit log says of a refusal: why, and of whom.
pub fn detail(caller: &Caller, problem: &Problem) -> Value {
    let identity = &caller.identity;
    json!({
        "code": problem.code().as_str(),
        "kind": identity.kind.as_str(),
        "role": identity.role.map(|role| role.as_str()),
    })
}

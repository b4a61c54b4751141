//! Refusals that the audit log keeps: who was not allowed to change what production does, or who may.

use std::sync::{Arc, OnceLock};

use axum::http::Extensions;
use serde_json::{Value, json};
use wire::problem::Code;

use crate::app::App;
use crate::extract::Caller;
use crate::problem::{Problem, Result};

/// Who is behind a request. The envelope hands it out empty, and the extractor that finds out fills it in.
#[derive(Debug, Clone, Default)]
pub struct Witness(Arc<OnceLock<Caller>>);

impl Witness {
    /// The one of this request; where there is no envelope around it, nobody will ask.
    pub fn of(extensions: &Extensions) -> Witness {
        extensions.get::<Witness>().cloned().unwrap_or_default()
    }

    pub fn saw(&self, caller: &Caller) {
        // The first is as good as any other: all are of one request.
        let _known = self.0.set(caller.clone());
    }
}

/// Keeps a refusal as `<operation>_refused`: a 403, or what governance refused. Anything else is no matter of rights. The write's own
/// transaction was rolled back by now. What the database refused, or what names its resources, has its rows already; reads have none.
///
/// # Errors
/// When it can't be kept: the refusal is not answered then.
pub async fn keep(app: &App, witness: &Witness, operation: &str, problem: &Problem) -> Result<()> {
    let reads = problem.get("right").is_some_and(|right| right == "read" || right == "evaluate");
    let (Some(caller), false) = (witness.0.get(), reads || problem.is_audited()) else { return Ok(()) };
    if !matches!(problem.code(), Code::Forbidden | Code::GovernanceRefused) {
        return Ok(());
    }
    let action = format!("{operation}_refused");
    let mut tx = app.db.begin(caller.scope()).await?;
    let recorded = store::audit::record(&mut tx, caller.workspace.id, &caller.actor(), &action, None, &detail(caller, problem)).await;
    store::end(tx, recorded.map_err(Problem::from)).await
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

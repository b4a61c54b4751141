//! What the engine's own analysis says of a graph that can be evaluated: warnings.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use domain::pointer;
use zen_engine::Workspace;
use zen_engine::model::{DecisionContent, GraphContent};
use zen_engine::workspace::{CursorTarget, Diagnostic as Advice, DiagnosticCode, Severity as Gravity};

use crate::document::{Document, Kind};
use crate::finding::{Code, Diagnostic, Findings, shown};

/// Expressions in a graph that is analysed: the analysis compares every rule of a table with the others.
pub(crate) const MAX_PLACES: usize = 2_000;

/// How long a check waits for advice; without it, the check is done.
const PATIENCE: Duration = Duration::from_millis(1_500);

const STACK: usize = 64 << 20;

/// What places are called, kept for longer than the graph.
pub(crate) struct Subject {
    nodes: HashMap<String, Named>,
}

struct Named {
    path: String,
    name: String,
    array: &'static str,
    member: &'static str,
    outputs: Vec<String>,
}

impl Subject {
    pub(crate) fn of(document: &Document<'_>) -> Self {
        let named = document.nodes.iter().map(|node| {
            let (array, member) = match node.kind {
                Kind::Switch { .. } => ("statements", "condition"),
                Kind::Expression { .. } => ("expressions", "value"),
                _ => ("rules", ""),
            };
            let outputs = match &node.kind {
                Kind::Table { outputs, .. } => outputs.iter().map(|column| column.id.to_owned()).collect(),
                _ => Vec::new(),
            };
            (node.id.to_owned(), Named { path: node.path.clone(), name: shown(node.name), array, member, outputs })
        });
        Self { nodes: named.collect() }
    }

    fn tell(&self, advice: &Advice, findings: &mut Findings) {
        let Some(code) = code_of(advice) else { return };
        let node = advice.location.block_id.as_deref();
        let Some(named) = node.and_then(|id| self.nodes.get(id)) else {
            return findings.add(code, None, "", advice.message.as_str());
        };
        let content = pointer::key(&named.path, "content");
        let path = match &advice.location.target {
            Some(CursorTarget::Expression { id }) => {
                pointer::key(&pointer::item(&pointer::key(&content, named.array), &shown(id)), named.member)
            }
            Some(CursorTarget::DecisionTableHead { col }) => {
                let array = if named.outputs.iter().any(|output| **output == **col) { "outputs" } else { "inputs" };
                pointer::item(&pointer::key(&content, array), &shown(col))
            }
            Some(CursorTarget::DecisionTableCell { row, col }) => {
                pointer::key(&pointer::item(&pointer::key(&content, "rules"), &shown(row)), col)
            }
            Some(CursorTarget::DecisionTableRow { row }) => pointer::item(&pointer::key(&content, "rules"), &shown(row)),
            Some(CursorTarget::TransformInput) => pointer::key(&content, "inputField"),
            _ => match advice.location.expression_id.as_deref().filter(|_| !named.member.is_empty()) {
                Some(id) => pointer::key(&pointer::item(&pointer::key(&content, named.array), &shown(id)), named.member),
                None => named.path.clone(),
            },
        };
        findings.add(code, node, path, format!("node {:?}: {}", named.name, advice.message));
    }
}

/// Hints about style are left out: a graph that works has none.
fn code_of(advice: &Advice) -> Option<Code> {
    // Older editors mark every column as an expression, which the engine takes for the name of a type.
    if advice.severity == Gravity::Hint || advice.message.starts_with("unknown output type 'expression'") {
        return None;
    }
    Some(match advice.code {
        DiagnosticCode::UndefinedVariable => Code::UndefinedVariable,
        DiagnosticCode::TypeMismatch => Code::TypeMismatch,
        DiagnosticCode::UnreachableNode => Code::UnreachableNode,
        DiagnosticCode::MissingInputSchema
        | DiagnosticCode::ImplicitAny
        | DiagnosticCode::UncheckedNode
        | DiagnosticCode::TableChecksIncomplete => return None,
        DiagnosticCode::ParseError => Code::BrokenExpression,
        DiagnosticCode::InvalidGraphStructure | DiagnosticCode::CyclicDependency => Code::InvalidGraph,
        _ => Code::Suspicious,
    })
}

/// Errors of structure and syntax first, should the engine find any that the check didn't; then warnings.
pub(crate) fn on(subject: Subject, content: GraphContent) -> Vec<Diagnostic> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let work = move || {
        let advice = catch_unwind(AssertUnwindSafe(|| analyse(content))).unwrap_or_default();
        // Nobody listens where the check has gone on without.
        drop(sender.send(advice));
    };
    if thread::Builder::new().name("advice".into()).stack_size(STACK).spawn(work).is_err() {
        return Vec::new();
    }
    let advice = receiver.recv_timeout(PATIENCE).unwrap_or_default();
    let (mut errors, mut warnings) = (Findings::default(), Findings::default());
    for advice in advice {
        let blocks = matches!(code_of(&advice), Some(Code::BrokenExpression | Code::InvalidGraph));
        subject.tell(&advice, if blocks { &mut errors } else { &mut warnings });
    }
    let mut diagnostics = errors.finish();
    diagnostics.extend(warnings.finish());
    diagnostics
}

fn analyse(content: GraphContent) -> Vec<Advice> {
    let mut workspace = Workspace::new();
    workspace.set_document("graph", DecisionContent::from(content));
    workspace.diagnostics("graph")
}

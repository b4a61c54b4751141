//! What the engine's own analysis says of a graph that can be evaluated: warnings.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use domain::pointer;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use zen_engine::Workspace;
use zen_engine::model::{DecisionContent, GraphContent};
use zen_engine::workspace::{CursorTarget, Diagnostic as Advice, DiagnosticCode, Severity as Gravity};

use crate::document::{Column, Document, Kind};
use crate::finding::{Code, Diagnostic, Findings, shown};
use crate::places;

/// What is analysed, so that it takes a second or two at most: the graph decides, and never the clock.
const MAX_PLACES: usize = 2_000;
const MAX_NODES: usize = 300;
const MAX_EDGES: usize = 1_000;
/// Of the checker's own look, in visits: types grow where bounds do.
const MAX_VISITS: u64 = 300_000;
/// Members and items of all values: types are written out where bounds are shared.
const MAX_SHAPE: f64 = 50_000.0;
/// Cells that are compared with each other, rule by rule, in all tables.
const MAX_COMPARED: usize = 4_000_000;
/// Pieces into which the rules of one table may cut the space of its inputs, times what is done with each.
const MAX_PIECES: f64 = 1_000_000.0;
/// A table with more input columns is not searched for rules that others cover.
const SEARCHED_COLUMNS: usize = 30;

/// Where all that fails: a check goes on without advice, which blocks nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// Analyses that nobody waits for any more, and how many there may be before there are no new ones.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);
const MAX_ABANDONED: usize = 4;

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
    // What would make it an error was looked for already, wherever it may stand: this only warns.
    Some(match advice.code {
        DiagnosticCode::UndefinedVariable => Code::UndefinedVariable,
        DiagnosticCode::TypeMismatch => Code::TypeMismatch,
        DiagnosticCode::UnreachableNode => Code::UnreachableNode,
        DiagnosticCode::MissingInputSchema
        | DiagnosticCode::ImplicitAny
        | DiagnosticCode::UncheckedNode
        | DiagnosticCode::TableChecksIncomplete => return None,
        _ => Code::Suspicious,
    })
}

/// What is to be analysed of a graph without errors: nothing where the analysis would take long.
pub(crate) fn worth(graph: &Value, document: &Document<'_>, places: usize, (visits, shape): (u64, f64)) -> Option<GraphContent> {
    let (nodes, edges) = (document.nodes.len(), document.edges.len());
    let mut compared = 0;
    let mut widened: Option<Value> = None;
    for (place, node) in document.nodes.iter().enumerate() {
        let Kind::Table { inputs, outputs, rules, .. } = &node.kind else { continue };
        compared += rules.len().pow(2) * (inputs.len() + outputs.len());
        if pieces(inputs, rules) > MAX_PIECES {
            widen(widened.get_or_insert_with(|| graph.clone()), place);
        }
    }
    if places > MAX_PLACES || nodes > MAX_NODES || edges > MAX_EDGES || visits > MAX_VISITS || shape > MAX_SHAPE || compared > MAX_COMPARED
    {
        return None;
    }
    GraphContent::deserialize(widened.as_ref().unwrap_or(graph)).ok()
}

/// Each value that a column's cells tell apart cuts all pieces that the columns before it made.
fn pieces(inputs: &[Column<'_>], rules: &[&Map<String, Value>]) -> f64 {
    let apart = |column: &Column<'_>| {
        let cells: HashSet<&str> = rules.iter().filter_map(|rule| places::cell(rule, column)).collect();
        cells.iter().map(|cell| cell.matches([',', '.']).count() + 1).sum::<usize>()
    };
    let pieces: f64 = inputs.iter().map(|column| apart(column) as f64 + 1.0).product();
    pieces * (rules.len() * inputs.len()) as f64
}

/// Gives a table so many empty columns that the search is left out; everything else is said of it as before.
fn widen(graph: &mut Value, place: usize) {
    if let Some(Value::Array(inputs)) = graph.pointer_mut(&format!("/nodes/{place}/content/inputs")) {
        inputs.extend((0..=SEARCHED_COLUMNS).map(|nth| json!({ "id": format!("\u{1}{nth}"), "name": "" })));
    }
}

/// Warnings, always the same for the same graph.
pub(crate) fn on(subject: &Subject, content: GraphContent) -> Vec<Diagnostic> {
    if ABANDONED.load(Ordering::Relaxed) >= MAX_ABANDONED {
        return Vec::new();
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    let work = move || {
        let advice = catch_unwind(AssertUnwindSafe(|| analyse(content))).unwrap_or_default();
        if sender.send(advice).is_err() {
            ABANDONED.fetch_sub(1, Ordering::Relaxed);
        }
    };
    if thread::Builder::new().name("advice".into()).stack_size(STACK).spawn(work).is_err() {
        return Vec::new();
    }
    let Ok(advice) = receiver.recv_timeout(PATIENCE) else {
        ABANDONED.fetch_add(1, Ordering::Relaxed);
        return Vec::new();
    };
    let mut warnings = Findings::default();
    for advice in advice {
        subject.tell(&advice, &mut warnings);
    }
    warnings.finish()
}

fn analyse(content: GraphContent) -> Vec<Advice> {
    let mut workspace = Workspace::new();
    workspace.set_document("graph", DecisionContent::from(content));
    workspace.diagnostics("graph")
}

//! What is wrong with a graph.

use std::collections::HashMap;
use std::panic::resume_unwind;
use std::thread;

use domain::pointer;
use serde::Deserialize;
use serde_json::Value;
use zen_engine::model::GraphContent;

use crate::caps::MAX_GRID;
use crate::document::{Column, Document, Kind, Node};
use crate::extent::Extent;
use crate::finding::{Code, Diagnostic, Findings, Refusal, RefusalCode, shown};
use crate::places::{self, Place};
use crate::reach::{self, Circumstances, Excess};
use crate::schema::{self, Fault};
use crate::syntax::{self, Flavor, Objection, Sound};
use crate::wiring::{self, named};
use crate::{advice, meter, reader};

/// What the deepest expression within the caps needs, several times over.
const STACK: usize = 64 << 20;

/// Bytes of what the engine builds to find the rows of tables by value: a bit for each row, for each distinct value of a column.
const MAX_INDEX: usize = 64 << 20;

/// What is wrong with a graph; it can be published and evaluated when nothing has [`Severity::Error`](crate::Severity::Error).
///
/// # Errors
/// What is refused on write: see [`RefusalCode`].
pub fn check(graph: &Value) -> Result<Vec<Diagnostic>, Refusal> {
    let (errors, advised) = on_a_deep_stack(|| {
        let Examined { document, errors, places, visits, shape, .. } = examine(graph)?;
        // What can't be evaluated is not worth advice.
        let content = if errors.is_empty() { advice::worth(graph, &document, places, (visits, shape)) } else { None };
        Ok((errors, content.map(|content| (advice::Subject::of(&document), content))))
    })?;
    Ok(match advised {
        Some((subject, content)) => advice::on(&subject, content),
        None => errors.finish(),
    })
}

/// All that is known of a graph without evaluating it.
pub(crate) struct Examined<'g> {
    pub document: Document<'g>,
    pub content: GraphContent,
    pub errors: Findings,
    /// Each expression once, by its text.
    pub expressions: HashMap<(&'g str, Flavor), Sound>,
    /// How many expressions there are.
    pub places: usize,
    /// Members and items of all its values, written out: see [`Extent`].
    pub shape: f64,
    /// What the looking took, in visits of the [`meter`].
    pub visits: u64,
    /// Those of the errors that the engine must not come by, whoever let them pass.
    pub harmful: Findings,
}

/// Reads a graph and each of its expressions, within one count of visits for all of it.
pub(crate) fn examine(graph: &Value) -> Result<Examined<'_>, Refusal> {
    let (examined, visits) = meter::metered(meter::MAX_VISITS, || look(graph));
    examined.map(|examined| Examined { visits, ..examined })
}

fn look(graph: &Value) -> Result<Examined<'_>, Refusal> {
    let document = reader::read(graph)?;
    let (mut errors, mut excess, mut harmful) = (Findings::default(), Findings::default(), Findings::default());
    let grid: usize = document.nodes.iter().map(|node| node.kind.grid()).sum();
    if grid > MAX_GRID {
        let message = format!("{grid} times a rule meets a column in the tables, empty cells counted: at most {MAX_GRID} times");
        excess.add(Code::GraphTooComplex, None, "", message);
        return Err(Refusal { code: RefusalCode::GraphTooComplex, diagnostics: excess.finish() });
    }
    wiring::look(&document, &mut errors);
    for node in &document.nodes {
        look_at(node, &mut errors, &mut excess);
        harm(node, &mut errors, &mut harmful);
    }
    let mut judged = HashMap::new();
    let mut places = 0;
    places::each(&document, |place| {
        places += 1;
        // Where it ran out was told.
        if meter::exhausted() {
            return;
        }
        let judgement = judged.entry((place.source, place.flavor)).or_insert_with(|| syntax::examine(place.source, place.flavor));
        if let Err(objection) = judgement {
            object(&place, objection, &mut errors, &mut excess);
        }
    });
    if !excess.is_empty() {
        return Err(Refusal { code: RefusalCode::GraphTooComplex, diagnostics: excess.finish() });
    }
    // With no input at all, so what is too much then always is.
    let mut shape = 0.0;
    if errors.is_empty() {
        let reach = reach::reckon(&document, &Extent::empty(), Circumstances { trace: false, lenient: true }).map_err(beyond)?;
        shape = reach.shape;
    }
    let content = GraphContent::deserialize(graph).map_err(|error| {
        let mut violations = Findings::default();
        violations.add(Code::SchemaViolation, None, "", format!("the engine can't read this graph: {error}"));
        Refusal { code: RefusalCode::SchemaViolation, diagnostics: violations.finish() }
    })?;
    let expressions = judged.into_iter().filter_map(|(key, judgement)| Some((key, judgement.ok()?))).collect();
    Ok(Examined { document, content, errors, expressions, places, visits: 0, shape, harmful })
}

fn beyond(excess: Excess) -> Refusal {
    let mut found = Findings::default();
    let path = excess.node.as_deref().map_or_else(String::new, |id| pointer::item("/nodes", &shown(id)));
    found.add(Code::GraphTooComplex, excess.node.as_deref(), path, excess.message);
    Refusal { code: RefusalCode::GraphTooComplex, diagnostics: found.finish() }
}

fn object(place: &Place<'_, '_>, objection: &Objection, errors: &mut Findings, excess: &mut Findings) {
    let (code, said, findings) = match objection {
        Objection::Broken(said) => (Code::BrokenExpression, format!("can't be read: {said}"), errors),
        Objection::TooComplex(said) => (Code::GraphTooComplex, said.clone(), excess),
    };
    findings.add(code, Some(place.node.id), place.path(), format!("{} in {} {said}", place.label(), named(place.node)));
}

/// A schema that would have the validator leave the graph, or never end, is harmful; other broken ones are passed over.
fn harm(node: &Node<'_>, errors: &mut Findings, harmful: &mut Findings) {
    let (Kind::Input { schema: Some(text) } | Kind::Output { schema: Some(text) }) = &node.kind else { return };
    let Err(fault) = schema::look(text) else { return };
    let path = pointer::key(&pointer::key(&node.path, "content"), "schema");
    let (Fault::Unreadable(said) | Fault::Unsafe(said)) = &fault;
    let message = format!("the JSON Schema of {} {said}", named(node));
    if matches!(fault, Fault::Unsafe(_)) {
        harmful.add(Code::BrokenSchema, Some(node.id), path.as_str(), message.as_str());
    }
    errors.add(Code::BrokenSchema, Some(node.id), path, message);
}

fn look_at(node: &Node<'_>, errors: &mut Findings, excess: &mut Findings) {
    let Kind::Table { inputs, outputs, rules, .. } = &node.kind else { return };
    let content = pointer::key(&node.path, "content");
    if outputs.is_empty() {
        errors.add(
            Code::NoOutputs,
            Some(node.id),
            pointer::key(&content, "outputs"),
            format!("the table {} has no output column, so it decides nothing", named(node)),
        );
    }
    // Each cell may list values, at least two bytes each with its comma.
    let values = |column: &Column<'_>| {
        rules.iter().filter_map(|rule| places::cell(rule, column)).map(|cell| cell.matches(',').count() + 1).sum::<usize>()
    };
    let bytes = inputs.iter().map(|column| values(column) * rules.len().div_ceil(8)).sum::<usize>();
    if bytes > MAX_INDEX {
        let message = format!(
            "the table {} has too many rules with too many different values: they would take {} MB to find rows by",
            named(node),
            bytes >> 20
        );
        excess.add(Code::GraphTooComplex, Some(node.id), pointer::key(&content, "rules"), message);
    }
}

/// Runs where recursion over a long expression has room; a caller's stack may be two megabytes.
pub(crate) fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> Result<T, Refusal> + Send) -> Result<T, Refusal> {
    thread::scope(|scope| match thread::Builder::new().name("check".into()).stack_size(STACK).spawn_scoped(scope, work) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
        Err(error) => {
            let mut refused = Findings::default();
            refused.add(Code::GraphTooComplex, None, "", format!("the graph could not be looked at: {error}"));
            Err(Refusal { code: RefusalCode::GraphTooComplex, diagnostics: refused.finish() })
        }
    })
}

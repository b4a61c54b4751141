//! What evaluating a graph can take: node by node in the order of the edges, with upper bounds in the place of values.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use bumpalo::Bump;

use crate::document::{Document, Kind as NodeKind, Node, Row, Statement, Transform};
use crate::effort::{Effort, Scope, Unbounded};
use crate::extent::Extent;
use crate::finding::shown;
use crate::ranges::MAX_RANGE;
use crate::reckoner::Reckoner;
use crate::syntax::{EXHAUSTED, Flavor};
use crate::wiring::{self, named};
use crate::{meter, schema, syntax};

mod table;

use table::Table;

/// Bytes that one evaluation may take.
pub(crate) const MAX_MEMORY: f64 = 256.0 * 1024.0 * 1024.0;
/// Steps that one evaluation may take: some ten seconds.
pub(crate) const MAX_STEPS: f64 = 1e9;
/// Arrays and objects in each other: the engine and everything after it recurses over results.
pub(crate) const MAX_DEPTH: f64 = 200.0;

/// What an evaluation can take at most.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reach {
    pub memory: f64,
    pub steps: f64,
    /// Of all values together, see [`Extent::shape`].
    pub shape: f64,
}

/// Why an evaluation can't be begun.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Excess {
    pub node: Option<String>,
    pub message: String,
}

/// The engine writes into the value itself, which may be the input's or another's: what is written must not hold it.
const SHARED: &str =
    "writes a list or an object into one that stands there already: write it under another key, or build both in one expression";

/// What is to be reckoned with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// Whether a trace is kept.
    pub trace: bool,
    /// Whether a range that may get any length is let pass: another input may tell more of it.
    pub lenient: bool,
}

/// Reckons what evaluating this graph with such an input can take. A graph that the engine refuses as a whole takes nothing.
///
/// # Errors
/// What is too much, and where; and when the caller's [`meter`] runs out.
pub(crate) fn reckon(document: &Document<'_>, input: &Extent, circumstances: Circumstances) -> Result<Reach, Excess> {
    run(document, input, circumstances).map(|run| run.reach)
}

fn run<'g>(document: &Document<'g>, input: &Extent, circumstances: Circumstances) -> Result<Run<'g>, Excess> {
    let order = wiring::order(document).unwrap_or_default();
    let mut run = Run { reach: Reach::default(), outputs: HashMap::new(), nodes: Extent::empty(), names: HashMap::new(), circumstances };
    for node in &document.nodes {
        run.names.entry(node.name).or_insert((0, None)).0 += 1;
    }
    // What runs later than it must, or beside, can't be known here: whoever reads it reads something large.
    let unknown = |node: &Node<'_>| (Rc::from(node.name), Extent::any(MAX_MEMORY, 1.0, 0.0));
    run.nodes = Extent::object(document.nodes.iter().map(unknown).collect(), None);
    let switches = document.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Switch { .. })).count();
    // After each switch the engine walks the graph from the beginning; before each node it lists all others.
    let size = (document.nodes.len() + document.edges.len()) as f64;
    run.reach.steps = size * 20.0 * (switches as f64 + 1.0) + (document.nodes.len() as f64).powi(2) * 4.0;
    // Of nodes that share an id the engine knows the last; nothing leads to the others.
    let last: HashMap<&str, usize> = document.nodes.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
    let mut incoming: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in &document.edges {
        incoming.entry(edge.target).or_default().push(edge.source);
    }
    for place in order {
        let Some(node) = document.nodes.get(place).filter(|node| last.get(node.id) == Some(&place)) else { continue };
        let sources = incoming.get(node.id).map_or(&[][..], Vec::as_slice);
        let given = match node.kind {
            NodeKind::Input { .. } => input.clone(),
            _ => sources.iter().filter_map(|source| run.outputs.get(*source).cloned()).reduce(Extent::merged).unwrap_or_else(Extent::empty),
        };
        run.merge(sources.len(), &given)
            .and_then(|()| run.node(node, given))
            .map_err(|message| Excess { node: Some(node.id.to_owned()), message: format!("{}: {message}", named(node)) })?;
    }
    Ok(run)
}

struct Run<'g> {
    reach: Reach,
    outputs: HashMap<&'g str, Extent>,
    /// `$nodes`
    nodes: Extent,
    /// How many nodes of each name are still to come, and what those that came can give: `$nodes` has any one of them.
    names: HashMap<&'g str, (usize, Option<Extent>)>,
    circumstances: Circumstances,
}

impl<'g> Run<'g> {
    /// What comes from several nodes is put together anew, member by member.
    fn merge(&mut self, sources: usize, given: &Extent) -> Result<(), String> {
        let copied = if sources > 1 { given.weight * sources as f64 } else { 0.0 };
        self.take(copied, copied / 32.0)
    }

    fn node(&mut self, node: &Node<'g>, given: Extent) -> Result<(), String> {
        let output = match &node.kind {
            NodeKind::Input { schema } | NodeKind::Output { schema } => {
                let parts = schema.and_then(|text| schema::look(text).ok()).unwrap_or(0.0);
                // Every part may complain of all the input, word for word.
                self.take(parts * given.weight, parts * given.weight / 4.0)?;
                given.clone()
            }
            NodeKind::Switch { statements } => {
                self.switch(statements, &given)?;
                given.clone()
            }
            NodeKind::Expression { rows, transform } => self.transformed(&given, transform, |run, item| run.expressions(rows, item))?,
            NodeKind::Table { inputs, outputs, rules, collect, transform } => {
                let table = Table { inputs, outputs, rules, collect: *collect };
                self.transformed(&given, transform, |run, item| run.table(&table, item))?
            }
        };
        if output.depth > MAX_DEPTH {
            return Err(format!("its result may nest deeper than {MAX_DEPTH} arrays and objects"));
        }
        let traced = if self.circumstances.trace { (given.weight + output.weight) * 3.0 } else { 0.0 };
        // The result is kept; where it is one of several ends it is copied, and once more it takes another form.
        self.keep(output.weight * 3.0 + traced)?;
        if let Some((left, known)) = self.names.get_mut(node.name) {
            *left -= 1;
            let either = known.take().map_or_else(|| output.clone(), |known| known.or(output.clone()));
            if *left == 0 {
                self.nodes = self.nodes.with_member(node.name, either.clone());
            }
            *known = Some(either);
        }
        self.outputs.insert(node.id, output);
        Ok(())
    }

    fn transformed(
        &mut self,
        given: &Extent,
        transform: &Transform<'_>,
        work: impl Fn(&mut Self, &Extent) -> Result<Extent, String>,
    ) -> Result<Extent, String> {
        let input = match transform.input_field {
            Some(field) => self.expression(field, Flavor::Standard, &self.scope(given), true)?.value,
            None => given.clone(),
        };
        let mut output = if transform.looped {
            let count = input.len.min(input.weight / 32.0).ceil();
            let item = input.some_part();
            let before = self.reach.steps;
            let mut one = work(self, &item)?;
            if transform.pass_through {
                one = item.merged(one);
            }
            let weight = one.weight * count;
            self.take(weight, (self.reach.steps - before) * (count - 1.0).max(0.0))?;
            Extent::array(count, one, weight)
        } else {
            work(self, &input)?
        };
        if let Some(path) = transform.output_path {
            output = Extent::empty().with(path, output);
        }
        if transform.pass_through {
            output = given.clone().merged(output);
        }
        Ok(output)
    }

    fn scope(&self, base: &Extent) -> Scope {
        Scope { base: base.clone(), locals: BTreeMap::from([(Rc::from("$nodes"), self.nodes.clone())]) }
    }

    fn switch(&mut self, statements: &[Statement<'_>], given: &Extent) -> Result<(), String> {
        let scope = self.scope(given);
        for statement in statements.iter().filter(|statement| !statement.condition.is_empty()) {
            let effort = self.expression(statement.condition, Flavor::Standard, &scope, false)?;
            // Parsed anew each time.
            self.take(0.0, effort.steps + statement.condition.len() as f64 * 4.0)?;
        }
        Ok(())
    }

    fn expressions(&mut self, rows: &[Row<'_>], given: &Extent) -> Result<Extent, String> {
        let mut scope = self.scope(given);
        let mut result = Extent::empty();
        let mut written: Vec<&str> = Vec::new();
        for row in rows.iter().filter(|row| !row.key.is_empty() && !row.value.is_empty()) {
            let effort = self
                .expression(row.value, Flavor::Standard, &scope, true)
                .map_err(|said| format!("the expression for {:?} {said}", shown(row.key)))?;
            let first = first_of(row.key);
            let whole = written.iter().any(|key| first_of(key) == first && !key.contains('.'));
            let there = written.iter().any(|key| first_of(key) == first);
            if row.key.contains('.') && effort.value.depth > 0.0 && there && (whole || row.value.contains('$')) {
                return Err(format!("the expression for {:?} {SHARED}", shown(row.key)));
            }
            written.push(row.key);
            result = result.with(row.key, effort.value);
            scope.locals.insert(Rc::from("$"), result.clone());
            self.fits(result.weight * 2.0).map_err(|said| format!("the expression for {:?} {said}", shown(row.key)))?;
        }
        Ok(result)
    }

    /// `loud`: the engine tells when the expression fails.
    fn expression(&mut self, source: &str, flavor: Flavor, scope: &Scope, loud: bool) -> Result<Effort, String> {
        let bump = Bump::new();
        let mut unbounded = None;
        let reckoned = syntax::parse(&bump, source, flavor, |parsed| {
            let mut reckoner = Reckoner::new(scope.clone(), loud);
            let effort = reckoner.reckon(parsed.root);
            unbounded = reckoner.unbounded;
            Ok(effort)
        });
        let effort = reckoned.unwrap_or_else(|_| Effort { value: Extent::null(), memory: 0.0, steps: 1.0 });
        match unbounded {
            Some(Unbounded::Long(count)) => return Err(format!("iterates a range of {count} numbers: at most {MAX_RANGE} are")),
            Some(Unbounded::Unknown) if !self.circumstances.lenient => {
                return Err("iterates a range that may get any length: compute it in an expression node, where it is bounded".to_owned());
            }
            Some(Unbounded::Shared) => return Err(SHARED.to_owned()),
            Some(Unbounded::Growing) => {
                return Err("assigns, in a loop, what gets larger in each round: collect it with map and sum instead".to_owned());
            }
            _ => {}
        }
        if effort.value.depth > MAX_DEPTH {
            return Err(format!("may nest deeper than {MAX_DEPTH} arrays and objects"));
        }
        self.reach.shape += effort.value.shape;
        self.take(effort.memory, effort.steps)?;
        Ok(effort)
    }

    /// For a while.
    fn take(&mut self, memory: f64, steps: f64) -> Result<(), String> {
        self.reach.steps += steps;
        if self.reach.steps > MAX_STEPS {
            return Err("may take too many steps with this input: make its lists or its loops shorter".to_owned());
        }
        self.fits(memory)
    }

    fn fits(&self, memory: f64) -> Result<(), String> {
        if meter::exhausted() {
            return Err(EXHAUSTED.to_owned());
        }
        if self.reach.memory + memory > MAX_MEMORY {
            return Err(format!("may take more than {} MB with this input: make its lists or its texts shorter", MAX_MEMORY / 1_048_576.0));
        }
        Ok(())
    }

    /// For good.
    fn keep(&mut self, memory: f64) -> Result<(), String> {
        self.fits(memory)?;
        self.reach.memory += memory;
        Ok(())
    }
}

/// The first member of a path.
fn first_of(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;

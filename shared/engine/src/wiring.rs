//! How a graph's nodes hang together: ids, edges, circles, where evaluation begins.

use std::collections::{HashMap, HashSet};

use domain::pointer;

use crate::document::{Document, Kind, Node};
use crate::finding::{Code, Findings, shown};

pub(crate) fn look(document: &Document<'_>, errors: &mut Findings) {
    inputs(document, errors);
    duplicates(document, errors);
    edges(document, errors);
    circle(document, errors);
    if document.imports {
        errors.add(Code::UnsupportedImport, None, "/imports", "other documents can't be imported here; remove imports");
    }
}

fn inputs(document: &Document<'_>, errors: &mut Findings) {
    let mut inputs = document.nodes.iter().filter(|node| matches!(node.kind, Kind::Input { .. }));
    if inputs.next().is_none() {
        errors.add(Code::NoInputNode, None, "/nodes", "the graph has no input node: nothing says where evaluation begins; add one");
    }
    for node in inputs {
        errors.add(
            Code::ManyInputNodes,
            Some(node.id),
            node.path.as_str(),
            format!("{} is a second input node: a graph has exactly one", named(node)),
        );
    }
}

fn duplicates(document: &Document<'_>, errors: &mut Findings) {
    repeated(document.nodes.iter().map(|node| node.id), "nodes", None, "/nodes", errors);
    repeated(document.edges.iter().map(|edge| edge.id), "edges", None, "/edges", errors);
    for node in &document.nodes {
        let content = pointer::key(&node.path, "content");
        let mut within = |ids: &mut dyn Iterator<Item = &str>, what: &str, key: &str| {
            repeated(ids, what, Some(node), &pointer::key(&content, key), errors);
        };
        match &node.kind {
            Kind::Input { .. } | Kind::Output { .. } => {}
            Kind::Switch { statements } => within(&mut statements.iter().map(|statement| statement.id), "statements", "statements"),
            Kind::Expression { rows, .. } => within(&mut rows.iter().map(|row| row.id), "expressions", "expressions"),
            Kind::Table { inputs, outputs, rules, .. } => {
                within(&mut inputs.iter().chain(outputs).map(|column| column.id), "columns", "inputs");
                within(&mut rules.iter().filter_map(|rule| rule.get("_id")?.as_str()), "rules", "rules");
            }
        }
    }
}

fn repeated<'g>(ids: impl Iterator<Item = &'g str>, what: &str, node: Option<&Node<'_>>, path: &str, errors: &mut Findings) {
    let (mut seen, mut told) = (HashSet::new(), HashSet::new());
    for id in ids.filter(|id| !seen.insert(*id)) {
        if told.insert(id) {
            let place = node.map_or_else(String::new, |node| format!(" in {}", named(node)));
            let message = format!("several {what}{place} have the id {:?}: give each its own", shown(id));
            errors.add(Code::DuplicateId, node.map(|node| node.id), pointer::item(path, &shown(id)), message);
        }
    }
}

fn edges(document: &Document<'_>, errors: &mut Findings) {
    let nodes: HashMap<&str, &Node<'_>> = document.nodes.iter().map(|node| (node.id, node)).collect();
    for edge in &document.edges {
        let path = pointer::item("/edges", &shown(edge.id));
        for (end, id) in [("sourceId", edge.source), ("targetId", edge.target)] {
            if !nodes.contains_key(id) {
                let message = format!(
                    "edge {:?} names the node {:?}, which the graph doesn't have; remove the edge or draw it anew",
                    shown(edge.id),
                    shown(id)
                );
                errors.add(Code::DanglingEdge, None, pointer::key(&path, end), message);
            }
        }
        let Some(Node { kind: Kind::Switch { statements }, name, id, .. }) = nodes.get(edge.source).copied() else { continue };
        if !edge.handle.is_some_and(|handle| statements.iter().any(|statement| statement.id == handle)) {
            let message =
                format!("edge {:?} leaves the switch {:?} by no branch that it has, so it is never followed", shown(edge.id), shown(name));
            errors.add(Code::UnknownBranch, Some(*id), pointer::key(&path, "sourceHandle"), message);
        }
    }
}

fn circle(document: &Document<'_>, errors: &mut Findings) {
    let Err(waiting) = order(document) else { return };
    if let Some(node) = waiting.and_then(|place| document.nodes.get(place)) {
        let message = format!("the edges lead in a circle through {}: evaluation would never end; remove an edge of it", named(node));
        errors.add(Code::Cycle, Some(node.id), node.path.as_str(), message);
    }
}

/// The nodes' places, each behind all that lead to it.
///
/// # Errors
/// A node of a circle.
pub(crate) fn order(document: &Document<'_>) -> Result<Vec<usize>, Option<usize>> {
    let places: HashMap<&str, usize> = document.nodes.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
    let mut next = vec![Vec::new(); document.nodes.len()];
    let mut waits = vec![0_usize; document.nodes.len()];
    for edge in &document.edges {
        if let (Some(&source), Some(&target)) = (places.get(edge.source), places.get(edge.target)) {
            next[source].push(target);
            waits[target] += 1;
        }
    }
    let mut free: Vec<usize> = (0..waits.len()).filter(|&place| waits[place] == 0).collect();
    let mut ordered = Vec::with_capacity(waits.len());
    while let Some(place) = free.pop() {
        ordered.push(place);
        for &target in &next[place] {
            waits[target] -= 1;
            if waits[target] == 0 {
                free.push(target);
            }
        }
    }
    if ordered.len() < waits.len() { Err(on_circle(&next, &waits)) } else { Ok(ordered) }
}

/// Backwards from any node that still waits, one comes round to a circle: until a node comes twice.
fn on_circle(next: &[Vec<usize>], waits: &[usize]) -> Option<usize> {
    let mut before = vec![None; next.len()];
    for (source, targets) in next.iter().enumerate().filter(|&(source, _)| waits[source] > 0) {
        for &target in targets {
            before[target] = Some(source);
        }
    }
    let mut place = waits.iter().position(|&waiting| waiting > 0)?;
    let mut seen = vec![false; next.len()];
    while !seen[place] {
        seen[place] = true;
        place = before[place]?;
    }
    Some(place)
}

pub(crate) fn named(node: &Node<'_>) -> String {
    format!("node {:?}", shown(node.name))
}

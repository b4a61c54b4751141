//! Ends of a graph that share nothing.
//!
//! The engine puts what its last nodes gave together in place: where two of them hold the same object, one's members are written into
//! everything that shows it, into itself too, and whoever walks such a value never returns. So before each end of several a node of ours
//! copies what comes in.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use zen_engine::Variable;
use zen_engine::model::{CustomNodeContent, DecisionEdge, DecisionNode, DecisionNodeKind, GraphContent};
use zen_engine::nodes::custom::{CustomNodeAdapter, CustomNodeRequest};
use zen_engine::nodes::{NodeResponse, NodeResult};

/// No id of a graph's own begins so: canonical text of people's graphs has no such letter, and if it had, the copy would only be shown.
const MARK: &str = "\u{1}end:";

/// Whether a node of the trace is one of ours.
pub(crate) fn is_ours(id: &str) -> bool {
    id.starts_with(MARK)
}

/// Gives each end a copy of its own, unless there is only one. An output node, which ends the evaluation, gets it from the node before it;
/// any other end hands it on. The order in which the engine comes by is the same as before.
pub(crate) fn set_apart(content: &mut GraphContent) {
    let leads_on = |node: &DecisionNode, edges: &[Arc<DecisionEdge>]| edges.iter().any(|edge| edge.source_id == node.id);
    let ends: Vec<Arc<DecisionNode>> = content.nodes.iter().filter(|node| !leads_on(node, &content.edges)).cloned().collect();
    if ends.len() < 2 {
        return;
    }
    for (number, end) in ends.iter().enumerate() {
        let id: Arc<str> = format!("{MARK}{number}").into();
        let between = |source: &Arc<str>, target: &Arc<str>| {
            Arc::new(DecisionEdge {
                id: Arc::clone(&id),
                source_id: Arc::clone(source),
                target_id: Arc::clone(target),
                source_handle: None,
            })
        };
        if matches!(end.kind, DecisionNodeKind::OutputNode { .. }) {
            for edge in content.edges.iter_mut().filter(|edge| edge.target_id == end.id) {
                Arc::make_mut(edge).target_id = Arc::clone(&id);
            }
            content.edges.push(between(&id, &end.id));
        } else {
            content.edges.push(between(&end.id, &id));
        }
        let copy = CustomNodeContent { kind: Arc::from("copy"), config: Arc::new(Value::Null) };
        // Under the end's name, so that `$nodes` shows nothing that isn't drawn.
        let copy = DecisionNode { id, name: Arc::clone(&end.name), kind: DecisionNodeKind::CustomNode { content: copy } };
        let place = content.nodes.iter().position(|node| Arc::ptr_eq(node, end)).map_or(content.nodes.len(), |place| place + 1);
        content.nodes.insert(place, Arc::new(copy));
    }
}

/// Gives what it gets, as a value that nothing else is part of.
#[derive(Debug)]
pub(crate) struct Copy;

impl CustomNodeAdapter for Copy {
    fn handle(&self, request: CustomNodeRequest) -> Pin<Box<dyn Future<Output = NodeResult> + '_>> {
        if let Variable::Object(members) = &request.input {
            members.borrow_mut().remove_str("$nodes");
        }
        Box::pin(ready(Ok(NodeResponse { output: request.input.deep_clone(), trace_data: None })))
    }
}

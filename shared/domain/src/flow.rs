//! Flows: decision graphs in GoRules' JSON Decision Model.

use serde_json::{Value, json};

/// The graph of a flow that was created without one.
pub fn empty() -> Value {
    json!({"nodes": [], "edges": []})
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_empty_graph_has_no_nodes_and_no_edges() {
        assert_eq!(super::empty().to_string(), r#"{"edges":[],"nodes":[]}"#);
    }
}

//! What several test programs of the engine share.

use serde_json::{Value, json};

/// Input, a table with two rules, a switch with two branches, an expression, two outputs.
pub fn graph() -> Value {
    json!({
        "contentType": "application/vnd.gorules.decision",
        "settings": { "anything": true },
        "tests": [],
        "nodes": [
            { "id": "in", "name": "Request", "type": "inputNode", "position": { "x": 0, "y": 0 } },
            { "id": "t", "name": "Fees", "type": "decisionTableNode", "content": {
                "hitPolicy": "first", "passThrough": true,
                "inputs": [{ "id": "ci", "name": "Amount", "field": "amount" }],
                "outputs": [{ "id": "co", "name": "Fee", "field": "fee" }],
                "rules": [{ "_id": "r1", "_description": "small", "ci": "< 100", "co": "1" }, { "_id": "r2", "ci": "", "co": "amount / 100" }],
            } },
            { "id": "s", "name": "Size", "type": "switchNode", "content": { "statements": [{ "id": "big", "condition": "fee > 10" }, { "id": "small", "condition": "" }] } },
            { "id": "x", "name": "Total", "type": "expressionNode", "content": { "expressions": [{ "id": "x1", "key": "total", "value": "amount + fee" }] } },
            { "id": "o1", "name": "Big", "type": "outputNode" },
            { "id": "o2", "name": "Small", "type": "outputNode" },
        ],
        "edges": [
            { "id": "e1", "sourceId": "in", "targetId": "t" },
            { "id": "e2", "sourceId": "t", "targetId": "s" },
            { "id": "e3", "sourceId": "s", "targetId": "x", "sourceHandle": "big" },
            { "id": "e4", "sourceId": "s", "targetId": "o2", "sourceHandle": "small" },
            { "id": "e5", "sourceId": "x", "targetId": "o1" },
        ],
    })
}

//! Flows that decide by a number, and calls that evaluate them.

use serde_json::{Value, json};

use crate::{Api, Request};

/// A graph that answers `{"price": amount * factor, "factor": factor}`.
pub fn pricing(factor: i64) -> Value {
    decides(&[("price", &format!("amount * {factor}")), ("factor", &factor.to_string())])
}

/// A graph whose one expression node has these keys and expressions.
pub fn decides(expressions: &[(&str, &str)]) -> Value {
    let expressions: Vec<Value> = expressions.iter().map(|(key, value)| json!({"id": key, "key": key, "value": value})).collect();
    json!({
        "nodes": [
            {"id": "in", "name": "request", "type": "inputNode", "position": {"x": 0, "y": 0}},
            {"id": "rule", "name": "rule", "type": "expressionNode", "position": {"x": 200, "y": 0}, "content": {"expressions": expressions}},
            {"id": "out", "name": "response", "type": "outputNode", "position": {"x": 400, "y": 0}}
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "rule", "type": "edge"},
            {"id": "e2", "sourceId": "rule", "targetId": "out", "type": "edge"}
        ]
    })
}

impl Api {
    /// A flow with [`pricing`] by 1 as its version 1.
    pub async fn publish_pricing(&self, slug: &str) -> Value {
        self.post("/v1/flows").json(json!({"slug": slug, "name": slug, "graph": pricing(1)})).await.with_status(201);
        self.post(&format!("/v1/flows/{slug}/publish")).json(json!({"baseVersion": 0})).await.ok()
    }

    /// Replaces the draft by [`pricing`] by this factor.
    pub fn put_pricing(&self, slug: &str, factor: i64) -> Request {
        self.put(&format!("/v1/flows/{slug}/draft")).json(json!({"graph": pricing(factor)}))
    }

    /// Publishes [`pricing`] by `base + 1` on top of version `base`.
    pub async fn publish_next_pricing(&self, slug: &str, base: i32) -> Value {
        self.put_pricing(slug, i64::from(base) + 1).await.ok();
        self.post(&format!("/v1/flows/{slug}/publish")).json(json!({"baseVersion": base})).await.ok()
    }

    /// Evaluates the active version.
    pub fn evaluate(&self, slug: &str, input: Value) -> Request {
        self.post(&format!("/v1/evaluate/{slug}")).json(input)
    }

    /// Evaluates the draft.
    pub fn evaluate_draft(&self, slug: &str, input: Value) -> Request {
        self.post(&format!("/v1/flows/{slug}/draft/evaluate")).json(input)
    }

    /// The run as the API answers it.
    pub async fn run(&self, id: &Value) -> Value {
        self.get(&format!("/v1/runs/{}", id.as_str().unwrap())).await.ok()
    }
}

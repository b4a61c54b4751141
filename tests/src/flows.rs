//! Flows to test with, and the calls that most tests begin with.

use serde_json::{Value, json};

use crate::Api;

/// The decision table of [`graph`], as paths name it.
pub const TABLE: &str = "/nodes/@discounts/content";

/// A small graph that can be published: a request, a table of three rules that grants a discount by the order's total, a response.
pub fn graph() -> Value {
    json!({
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "request", "type": "inputNode", "name": "Request", "position": {"x": 0, "y": 0}},
            {"id": "discounts", "type": "decisionTableNode", "name": "Discounts", "position": {"x": 300, "y": 0}, "content": {
                "hitPolicy": "first",
                "inputs": [{"id": "total", "name": "Total", "field": "order.total"}],
                "outputs": [{"id": "percent", "name": "Percent", "field": "discount.percent"}],
                "rules": [
                    {"_id": "big", "total": ">= 1000", "percent": "15"},
                    {"_id": "medium", "total": ">= 100", "percent": "5"},
                    {"_id": "rest", "total": "", "percent": "0"},
                ],
            }},
            {"id": "response", "type": "outputNode", "name": "Response", "position": {"x": 600, "y": 0}},
        ],
        "edges": [
            {"id": "in", "type": "edge", "sourceId": "request", "targetId": "discounts"},
            {"id": "out", "type": "edge", "sourceId": "discounts", "targetId": "response"},
        ],
    })
}

/// The same, with other discounts: by rule, what it grants.
pub fn graph_with<const N: usize>(percents: [(&str, &str); N]) -> Value {
    let mut graph = graph();
    for (rule, percent) in percents {
        rules(&mut graph).iter_mut().find(|one| one["_id"] == rule).unwrap()["percent"] = json!(percent);
    }
    graph
}

/// The table's rules in a graph made of [`graph`].
pub fn rules(graph: &mut Value) -> &mut Vec<Value> {
    graph["nodes"][1]["content"]["rules"].as_array_mut().unwrap()
}

/// What a flow is before anything is drawn.
pub fn empty_graph() -> Value {
    json!({"nodes": [], "edges": []})
}

impl Api {
    /// Makes a flow with this graph; answers what the API did.
    #[track_caller]
    pub fn create_flow(&self, slug: &str, graph: Value) -> impl Future<Output = Value> {
        let request = self.post("/v1/flows").json(json!({"slug": slug, "name": slug, "graph": graph}));
        async move { request.await.with_status(201) }
    }

    /// Publishes the draft, as the owner, on top of version `base`.
    pub async fn publish_flow(&self, slug: &str, base: i32) -> Value {
        self.post(&format!("/v1/flows/{slug}/publish")).json(json!({"baseVersion": base})).await.ok()
    }

    /// A flow with [`graph`] as its version 1.
    pub async fn publish_first_flow(&self, slug: &str) -> Value {
        self.create_flow(slug, graph()).await;
        self.publish_flow(slug, 0).await
    }

    /// Replaces the draft's graph, as the owner.
    pub async fn put_graph(&self, slug: &str, graph: Value) -> Value {
        self.put(&format!("/v1/flows/{slug}/draft")).json(json!({"graph": graph})).await.ok()
    }

    /// The draft as the API answers it.
    pub async fn flow_draft(&self, slug: &str) -> Value {
        self.get(&format!("/v1/flows/{slug}/draft")).await.ok()
    }

    /// Changes the draft and publishes it on top of `base`: big orders get as many percent as the new version's number is.
    pub async fn publish_next_flow(&self, slug: &str, base: i32) -> Value {
        self.put_graph(slug, graph_with([("big", &(base + 1).to_string())])).await;
        self.publish_flow(slug, base).await
    }

    /// The ids of all rows of the flow's history, oldest first.
    pub async fn flow_snapshots(&self, slug: &str) -> Vec<i64> {
        let query = "SELECT v.id FROM resource_versions v JOIN resources r ON r.id = v.resource_id
            WHERE r.type = 'flow' AND r.slug = $1 AND r.workspace_id = $2 ORDER BY v.id";
        sqlx::query_scalar(query).bind(slug).bind(self.tenant.workspace).fetch_all(&self.owner_db).await.unwrap()
    }
}

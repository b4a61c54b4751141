//! What is wrong with a graph: what is kept with it, what that blocks, and what is not even kept.

use serde_json::{Value, json};
use tests::{Api, TABLE, fields, graph, graph_with, rules};

const DRAFT: &str = "/v1/flows/discounts/draft";
const PUBLISH: &str = "/v1/flows/discounts/publish";

/// A graph of which a change makes something else.
fn drawn(change: impl FnOnce(&mut Value)) -> Value {
    let mut graph = graph();
    change(&mut graph);
    graph
}

fn with_node(node: Value) -> Value {
    drawn(|graph| graph["nodes"].as_array_mut().unwrap().push(node))
}

fn edge(id: &str, source: &str, target: &str) -> Value {
    json!({"id": id, "type": "edge", "sourceId": source, "targetId": target})
}

fn with_edge(id: &str, source: &str, target: &str) -> Value {
    drawn(|graph| graph["edges"].as_array_mut().unwrap().push(edge(id, source, target)))
}

/// Half-finished graphs, and of each the code of what is wrong and where.
fn half_finished() -> Vec<(Value, &'static str, String)> {
    vec![
        (drawn(|graph| graph["nodes"] = json!([])), "no_input_node", "/nodes".to_owned()),
        (with_edge("back", "discounts", "discounts"), "cycle", "/nodes/@discounts".to_owned()),
        (with_edge("lost", "discounts", "nowhere"), "dangling_edge", "/edges/@lost/targetId".to_owned()),
        (with_node(graph()["nodes"][2].clone()), "duplicate_id", "/nodes/@response".to_owned()),
        (drawn(|graph| rules(graph)[0]["total"] = json!(">= 1000 and (")), "broken_expression", format!("{TABLE}/rules/@big/total")),
        (graph_with([("rest", "\"unclosed")]), "broken_expression", format!("{TABLE}/rules/@rest/percent")),
    ]
}

#[tokio::test]
async fn a_half_finished_graph_is_kept_with_what_is_wrong_and_blocks_a_publish() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    for (graph, code, path) in half_finished() {
        let saved = api.put_graph("discounts", graph.clone()).await;
        assert_eq!(saved["graph"], graph, "{code}");
        let found = saved["diagnostics"].as_array().unwrap();
        let told = found
            .iter()
            .find(|one| one["code"] == code && one["path"] == *path)
            .unwrap_or_else(|| panic!("{code} at {path} is not in {saved}"));
        assert_eq!(told["severity"], "error");
        assert!(told["message"].as_str().unwrap().len() > 10, "{told}");
        assert_eq!(api.flow_draft("discounts").await["diagnostics"], saved["diagnostics"], "{code}");

        let refused = api.post(PUBLISH).json(json!({"baseVersion": 0})).await.problem(422, "not_publishable");
        let errors: Vec<&Value> = found.iter().filter(|one| one["severity"] == "error").collect();
        assert_eq!(refused["diagnostics"], json!(errors), "{code}");
    }
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 0);
    let mended = api.put_graph("discounts", graph()).await;
    assert_eq!(mended["diagnostics"], json!([]));
    api.publish_flow("discounts", 0).await;
    api.finish().await;
}

#[tokio::test]
async fn a_broken_cell_is_told_by_its_node_its_rule_and_its_column() {
    let api = Api::start().await;
    let broken = drawn(|graph| rules(graph)[1]["total"] = json!(">= ("));
    let created = api.create_flow("discounts", broken).await;
    let found = &created["diagnostics"];
    let expected = json!([{
        "severity": "error", "code": "broken_expression", "message": found[0]["message"], "nodeId": "discounts",
        "path": format!("{TABLE}/rules/@medium/total"),
    }]);
    assert_eq!(*found, expected);
    let cell = api.get(&format!("{DRAFT}?path={}", found[0]["path"].as_str().unwrap())).await.ok();
    assert_eq!((&cell["value"], &cell["diagnostics"]), (&json!(">= ("), found));
    api.finish().await;
}

#[tokio::test]
async fn warnings_do_not_block() {
    let api = Api::start().await;
    let order = json!({"type": "object", "properties": {"total": {"type": "number"}}});
    let misspelt = drawn(|graph| {
        // In JDM a schema is text.
        graph["nodes"][0]["content"] = json!({"schema": json!({"type": "object", "properties": {"order": order}}).to_string()});
        graph["nodes"][1]["content"]["inputs"][0]["field"] = json!("order.totl");
    });
    let created = api.create_flow("discounts", misspelt).await;
    let found = &created["diagnostics"];
    let expected = json!([{
        "severity": "warning", "code": "undefined_variable", "message": found[0]["message"], "nodeId": "discounts",
        "path": format!("{TABLE}/inputs/@total"),
    }]);
    assert_eq!(*found, expected);
    api.publish_flow("discounts", 0).await;
    api.finish().await;
}

#[tokio::test]
async fn a_node_that_runs_code_or_reaches_out_is_not_even_kept() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    for kind in ["functionNode", "customNode", "decisionNode", "httpRequestNode", "somethingNew"] {
        let evil = with_node(json!({"id": "evil", "type": kind, "name": "Evil", "content": {"source": "export const handler = () => 1"}}));
        let refusals = [
            (api.put(DRAFT).json(json!({"graph": evil})).await, "/graph"),
            (api.post("/v1/flows").json(json!({"slug": "evil", "name": "Evil", "graph": evil})).await, "/graph"),
        ];
        for (answer, inside) in refusals {
            let refused = answer.problem(422, "unsupported_node");
            assert_eq!(fields(&refused["diagnostics"], "nodeId"), ["evil"], "{kind}");
            assert_eq!(fields(&refused["diagnostics"], "path"), ["/nodes/@evil"]);
            assert_eq!(fields(&refused["errors"], "pointer"), [&json!(format!("{inside}/nodes/@evil"))]);
            assert!(refused["detail"].as_str().unwrap().contains("Evil"), "{refused}");
        }
    }
    api.get("/v1/flows/evil").await.problem(404, "not_found");
    assert_eq!(api.flow_draft("discounts").await["etag"], created["etag"]);
    api.finish().await;
}

#[tokio::test]
async fn what_is_no_graph_is_refused_with_pointers_into_the_body() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    let wrong = [
        (json!([]), "/graph"),
        (json!(null), "/graph"),
        (json!({"nodes": [], "edges": {}}), "/graph/edges"),
        (json!({"edges": []}), "/graph/nodes"),
        (drawn(|graph| graph["edges"][0]["targetId"] = json!(7)), "/graph/edges/@in/targetId"),
        (drawn(|graph| rules(graph)[0]["percent"] = json!(15)), "/graph/nodes/@discounts/content/rules/@big/percent"),
    ];
    for (graph, pointer) in wrong {
        let refused = api.put(DRAFT).json(json!({"graph": graph})).await.problem(422, "schema_violation");
        assert_eq!(fields(&refused["errors"], "pointer"), [pointer]);
    }
    assert_eq!(api.flow_draft("discounts").await["etag"], created["etag"]);
    api.finish().await;
}

#[tokio::test]
async fn a_broken_draft_never_stops_a_rollback_or_an_archive() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    api.put_graph("discounts", graph_with([("big", "(")])).await;
    api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 3})).await.ok();
    api.post("/v1/flows/discounts/unarchive").json(json!({"baseVersion": 4})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_merge_that_leaves_a_broken_graph_says_so() {
    let api = Api::start().await;
    let island = json!({"id": "audit", "type": "outputNode", "name": "Audit", "position": {"x": 600, "y": 200}});
    let with_audit = || with_node(island.clone());
    api.publish_first_flow("discounts").await;
    api.put_graph("discounts", with_audit()).await;
    api.publish_flow("discounts", 1).await;
    let mut wired = with_audit();
    wired["edges"].as_array_mut().unwrap().push(edge("to-audit", "discounts", "audit"));
    api.put_graph("discounts", wired).await;
    // Meanwhile production goes back to the graph that has no such node.
    api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    let merge = |body| api.post("/v1/flows/discounts/draft/merge").json(body);
    let preview = merge(json!({"dryRun": true})).await.ok();
    let merged = merge(json!({})).await.ok();
    assert_eq!(fields(&merged["diagnostics"], "code"), ["dangling_edge"]);
    assert_eq!(preview["diagnostics"], merged["diagnostics"]);
    api.post(PUBLISH).json(json!({"baseVersion": 3})).await.problem(422, "not_publishable");
    api.finish().await;
}

#[tokio::test]
async fn every_sample_is_published_unless_it_holds_a_function() {
    let api = Api::start().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/flows");
    let (mut published, mut refused) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let mut graph: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        // The files' own tests stay with the file.
        graph.as_object_mut().unwrap().remove("tests");
        let slug = path.file_stem().unwrap().to_str().unwrap();
        let functions: Vec<Value> = graph["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|node| node["type"] == "functionNode")
            .map(|node| node["id"].clone())
            .collect();
        let answer = api.post("/v1/flows").json(json!({"slug": slug, "name": slug, "graph": graph})).await;
        if functions.is_empty() {
            let created = answer.with_status(201);
            assert!(!fields(&created["diagnostics"], "severity").contains(&&json!("error")), "{slug}: {created}");
            api.publish_flow(slug, 0).await;
            published += 1;
        } else {
            let problem = answer.problem(422, "unsupported_node");
            assert_eq!(json!(fields(&problem["diagnostics"], "nodeId")), json!(functions), "{slug}");
            refused += 1;
        }
    }
    assert!(published >= 7 && refused >= 1, "{published} and {refused}");
    api.finish().await;
}

//! What is wrong with a graph: what is kept with it, what that blocks, and what is not even kept.

use domain::digest::Digest;
use domain::identity::ResourceType;
use functions::flows;
use functions::jobs::renew_verdicts;
use functions::kind::Kind;
use serde_json::{Value, json};
use store::Scope;
use store::drafts::{Author, Content, Swap};
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
async fn what_could_exhaust_the_process_is_refused_and_the_process_lives() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    let many = drawn(|graph| {
        let nodes = graph["nodes"].as_array_mut().unwrap();
        nodes.extend(
            (0..10_000)
                .map(|n| json!({"id": format!("n{n}"), "type": "outputNode", "name": format!("n{n}"), "position": {"x": 0, "y": n}})),
        );
    });
    let cell = |text: String| drawn(|graph| rules(graph)[0]["total"] = json!(text));
    let hostile = [
        ("10,000 nodes", many),
        ("50,000 minuses", cell(format!("{}1", "-".repeat(50_000)))),
        ("20,000 parentheses", cell(format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000)))),
        ("1,000 parentheses", cell(format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000)))),
        ("a range of 20,000,000", cell("sum(map([0..20000000], #)) > 1".to_owned())),
        ("a cell of 5 KB", cell(format!("\"{}\"", "x".repeat(5_000)))),
    ];
    for (what, graph) in hostile {
        let refused = api.put(DRAFT).json(json!({"graph": graph})).await.problem(422, "graph_too_complex");
        assert!(!refused["diagnostics"].as_array().unwrap().is_empty(), "{what}: {refused}");
        assert_eq!(refused["diagnostics"].as_array().unwrap().len(), refused["errors"].as_array().unwrap().len(), "{what}");
    }
    assert_eq!(api.flow_draft("discounts").await["etag"], created["etag"]);
    api.publish_flow("discounts", 0).await;
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
async fn what_an_older_release_let_through_is_judged_anew_before_traffic_moves() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    let evil = with_node(json!({"id": "evil", "type": "functionNode", "name": "Evil", "content": {"source": ""}}));
    save_as_an_older_release(&api, &created, &evil).await;
    assert_eq!(api.flow_draft("discounts").await["diagnostics"], json!([]));

    let db = store::Db::connect_lazily(&api.database.owner_url, 1).unwrap();
    let newer = Kind { checker_version: flows::KIND.checker_version + 1, ..flows::KIND };
    assert_eq!(renew_verdicts::run(&db, newer).await.unwrap(), 1);
    let draft = api.flow_draft("discounts").await;
    let found = &draft["diagnostics"];
    assert_eq!(
        *found,
        json!([{"severity": "error", "code": "unsupported_node", "message": found[0]["message"], "nodeId": "evil", "path": "/nodes/@evil"}])
    );
    let refused = api.post(PUBLISH).json(json!({"baseVersion": 0})).await.problem(422, "not_publishable");
    assert_eq!(refused["diagnostics"], *found);
    assert_eq!(renew_verdicts::run(&db, newer).await.unwrap(), 0);
    api.put_graph("discounts", graph()).await;
    api.publish_flow("discounts", 0).await;
    api.finish().await;
}

/// Whose checker found nothing.
async fn save_as_an_older_release(api: &Api, flow: &Value, graph: &Value) {
    let domain::Canonical { bytes, digest } = domain::Canonical::of(graph);
    let diagnostics = json!({"diagnostics": []});
    let content =
        Content { digest, body: bytes, manifest: None, checker_version: flows::KIND.checker_version, publishable: true, diagnostics };
    let author = Author {
        user_id: None,
        email: None,
        surface: "designer",
        actor_kind: "human",
        source: "designer-draft",
        client: None,
        host: None,
        git_commit: None,
        git_branch: None,
    };
    let workspace = api.tenant.workspace;
    let before: Digest = flow["etag"].as_str().unwrap().parse().unwrap();
    let swap = Swap { expected: Some((before, 0)), base_version: 0, restored_from: None };
    let id = flow["id"].as_str().unwrap().parse().unwrap();
    let mut tx = api.app.db.begin(Scope { workspace, user: None }).await.unwrap();
    let saved = store::drafts::save(&mut tx, workspace, ResourceType::Flow, id, swap, &content, &author).await.unwrap();
    assert!(saved.is_some());
    tx.commit().await.unwrap();
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

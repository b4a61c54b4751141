//! What a newer checker says of what an older one let through.

use domain::digest::Digest;
use domain::identity::ResourceType;
use functions::flows;
use functions::jobs::renew_verdicts;
use functions::kind::Kind;
use serde_json::{Value, json};
use store::Scope;
use store::drafts::{Author, Content, Swap};
use tests::{Api, graph};

const PUBLISH: &str = "/v1/flows/discounts/publish";

fn with_node(node: Value) -> Value {
    let mut graph = graph();
    graph["nodes"].as_array_mut().unwrap().push(node);
    graph
}

/// Graphs that decide something and have, by today's checker, an error.
fn called_wrong() -> Vec<(&'static str, Value)> {
    let changed = |change: fn(&mut Value)| {
        let mut graph = graph();
        change(&mut graph);
        graph
    };
    vec![
        ("duplicate_id", changed(|graph| graph["edges"][1]["id"] = graph["edges"][0]["id"].clone())),
        ("unsupported_import", changed(|graph| graph["imports"] = json!(["other.json"]))),
        ("broken_schema", changed(|graph| graph["nodes"][0]["content"] = json!({"schema": "{"}))),
    ]
}

#[tokio::test]
async fn a_published_flow_goes_on_deciding_when_a_stricter_checker_calls_it_wrong_and_a_draft_of_it_does_not() {
    for (code, wrong) in called_wrong() {
        let api = Api::start().await;
        let created = api.create_flow("discounts", graph()).await;
        api.publish_flow("discounts", 0).await;
        let input = json!({"order": {"total": 1500}});
        let decided = api.evaluate("discounts", input.clone()).await.ok()["result"].clone();
        save_as_an_older_release(&api, &created, &wrong, 1).await;
        api.publish_flow("discounts", 1).await;
        let db = store::Db::connect_lazily(&api.database.owner_url, 1).unwrap();
        let newer = Kind { checker_version: flows::KIND.checker_version + 1, ..flows::KIND };
        assert_eq!(renew_verdicts::run(&db, newer).await.unwrap(), 1);

        let answer = api.evaluate("discounts", input.clone()).await.ok();
        assert_eq!((&answer["version"], &answer["result"]), (&json!(2), &decided), "{code}");
        let refused = api.evaluate_draft("discounts", input).await.problem(422, "not_publishable");
        assert_eq!(refused["diagnostics"][0]["code"], code);
        api.finish().await;
    }
}

#[tokio::test]
async fn what_an_older_release_let_through_is_judged_anew_before_traffic_moves() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    let evil = with_node(json!({"id": "evil", "type": "functionNode", "name": "Evil", "content": {"source": ""}}));
    save_as_an_older_release(&api, &created, &evil, 0).await;
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
async fn save_as_an_older_release(api: &Api, flow: &Value, graph: &Value, base_version: i32) {
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
    let swap = Swap { expected: Some((before, base_version)), base_version, restored_from: None };
    let id = flow["id"].as_str().unwrap().parse().unwrap();
    let mut tx = api.app.db.begin(Scope { workspace, user: None, standing: None }).await.unwrap();
    let saved = store::drafts::save(&mut tx, workspace, ResourceType::Flow, id, swap, &content, &author).await.unwrap();
    assert!(saved.is_some());
    tx.commit().await.unwrap();
}

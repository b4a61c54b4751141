use serde_json::{Value, json};
use tests::Api;

use super::Agent;

const MASK: &str = "[masked by FetchCatch]";

#[tokio::test]
async fn resources_are_listed_with_what_is_to_be_done_with_them() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first("crm").await;
    api.publish_first("erp").await;
    api.patch_draft("erp", json!({"settings": {"batch": 2}})).await;
    api.publish_first_flow("discounts").await;
    let slugs = |answer: &Value| answer["resources"].as_array().unwrap().iter().map(|one| one["slug"].clone()).collect::<Vec<_>>();
    let all = agent.call("list_resources", json!({})).await;
    assert_eq!(slugs(&all), ["erp", "crm", "discounts"]);
    assert_eq!((&all["resources"][0]["hasUnpublishedChanges"], &all["resources"][0]["publishedVersion"]), (&json!(true), &json!(1)));
    assert_eq!(slugs(&agent.call("list_resources", json!({"has_unpublished_changes": true})).await), ["erp"]);
    assert_eq!(slugs(&agent.call("list_resources", json!({"q": "disc"})).await), ["discounts"]);
    let first = agent.call("list_resources", json!({"type": "connector", "limit": 1})).await;
    let next = json!({"type": "connector", "cursor": first["nextCursors"]["connector"]});
    assert_eq!(slugs(&agent.call("list_resources", next).await), ["crm"]);
    agent.refused("list_resources", json!({"cursor": "x"}), "invalid_body").await;
    api.finish().await;
}

#[tokio::test]
async fn a_draft_and_a_version_are_read_whole_or_in_part() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    api.publish_first_flow("discounts").await;
    let draft = agent.call("get_draft", json!({"type": "connector", "slug": "crm"})).await;
    assert_eq!((&draft["config"]["settings"]["batch"], &draft["etag"]), (&json!(2), &api.draft("crm").await["etag"]));
    let part = agent.call("get_draft", json!({"type": "connector", "slug": "crm", "path": "/settings/batch"})).await;
    assert_eq!((&part["value"], &part["etag"], part.get("config")), (&json!(2), &draft["etag"], None));
    let rule = json!({"type": "flow", "slug": "discounts", "path": "/nodes/@discounts/content/rules/@big/percent"});
    assert_eq!(agent.call("get_draft", rule.clone()).await["value"], "15");
    assert_eq!(agent.call("get_published", rule).await["value"], "15");
    let published = agent.call("get_published", json!({"type": "connector", "slug": "crm"})).await;
    assert_eq!(
        (&published["config"]["settings"]["batch"], &published["version"], &published["isCurrent"]),
        (&json!(100), &json!(1), &json!(true))
    );
    agent.refused("get_draft", json!({"type": "connector", "slug": "crm", "path": "/nothing"}), "not_found").await;
    agent.refused("get_published", json!({"type": "connector", "slug": "crm", "version": 9}), "not_found").await;
    api.create("new", tests::without_flows()).await;
    agent.refused("get_published", json!({"type": "connector", "slug": "new"}), "not_published").await;
    // A name can't lead to another address.
    for slug in ["../../v1/tokens", "crm/versions", "..", "crm?x=1", ""] {
        agent.refused("get_draft", json!({"type": "connector", "slug": slug}), "not_found").await;
    }
    api.finish().await;
}

#[tokio::test]
async fn secrets_are_masked_wherever_they_are_read() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let mut config = tests::config();
    config["settings"] = json!({"api_key": "hunter2", "url": "https://kim:pw@crm.example", "secret_ref": {"token": "env:CRM"}, "batch": 1});
    api.create("crm", config).await;
    api.publish("crm", 0).await;
    api.patch_draft("crm", json!({"settings": {"api_key": "hunter3", "batch": 2}})).await;
    let settings = json!({"api_key": MASK, "url": MASK, "secret_ref": {"token": "env:CRM"}, "batch": 2});
    let of = |path: &str| json!({"type": "connector", "slug": "crm", "path": path});
    assert_eq!(agent.call("get_draft", json!({"type": "connector", "slug": "crm"})).await["config"]["settings"], settings);
    assert_eq!(agent.call("get_draft", of("/settings")).await["value"], settings);
    assert_eq!(agent.call("get_draft", of("/settings/api_key")).await["value"], MASK);
    assert_eq!(agent.call("get_published", of("/settings/api_key")).await["value"], MASK);
    let changes = agent.call("diff", json!({"type": "connector", "slug": "crm"})).await["changes"].clone();
    assert_eq!(changes[0], json!({"path": "/settings/api_key", "op": "changed", "before": MASK, "after": MASK}));
    let version = json!({"type": "connector", "slug": "crm", "version": 1, "path": "/settings"});
    assert!(agent.call("diff", version).await.to_string().contains(MASK));
    // The key was changed by the next version, by the draft after it, and by going back to the first.
    api.publish("crm", 1).await;
    api.patch_draft("crm", json!({"settings": {"api_key": "hunter4"}})).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    let all = [
        agent.call("explain_conflict", json!({"type": "connector", "slug": "crm"})).await,
        agent.call("diff", json!({"type": "connector", "slug": "crm"})).await,
        agent.call("validate", json!({"type": "connector", "slug": "crm"})).await,
        agent.call("history", json!({"type": "connector", "slug": "crm"})).await,
    ];
    assert!(all.iter().all(|answer| !answer.to_string().contains("hunter")), "{all:?}");
    api.finish().await;
}

#[tokio::test]
async fn what_is_too_large_for_an_answer_is_read_part_by_part() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let mut config = tests::config();
    for n in 0..400 {
        config["entities"][format!("e{n}")] = json!({"description": "x".repeat(500), "fields": {"id": {"type": "string"}}});
    }
    config["settings"]["text"] = json!("y".repeat(100_000));
    api.create("large", config).await;
    let whole = agent.call("get_draft", json!({"type": "connector", "slug": "large"})).await;
    assert!(whole.get("config").is_none() && whole["hint"].as_str().unwrap().contains("path"), "{whole}");
    let paths: Vec<&str> = whole["outline"].as_array().unwrap().iter().map(|part| part["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/entities", "/event_flows", "/schema_version", "/settings"]);
    let entities = agent.call("get_draft", json!({"type": "connector", "slug": "large", "path": "/entities"})).await;
    assert_eq!(entities["outline"].as_array().unwrap().len(), 402);
    let one = agent.call("get_draft", json!({"type": "connector", "slug": "large", "path": "/entities/e7"})).await;
    assert_eq!(one["value"]["description"], "x".repeat(500));
    let text = agent.call("get_draft", json!({"type": "connector", "slug": "large", "path": "/settings/text"})).await;
    assert!(text.get("value").is_none() && text["hint"].as_str().unwrap().contains("console"), "{text}");
    let changes = agent.call("diff", json!({"type": "connector", "slug": "large"})).await;
    assert!(changes["changes"].as_array().unwrap().len() > 50 || changes.get("hint").is_some(), "{changes}");
    api.finish().await;
}

#[tokio::test]
async fn a_conflict_is_explained_with_who_and_what() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first_flow("discounts").await;
    let about = json!({"type": "flow", "slug": "discounts"});
    let none = agent.call("explain_conflict", about.clone()).await;
    assert_eq!((&none["mergeable"], &none["conflicts"]), (&json!(true), &json!([])));
    api.put_graph("discounts", tests::graph_with([("big", "30")])).await;
    api.publish_flow("discounts", 1).await;
    api.put_graph("discounts", tests::graph_with([("big", "20")])).await;
    api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    let both = agent.call("explain_conflict", about.clone()).await;
    let path = "/nodes/@discounts/content/rules/@big/percent";
    assert_eq!(both["conflicts"], json!([{"path": path, "base": "30", "draft": "20", "active": "15"}]));
    assert_eq!((&both["published"]["version"], &both["published"]["createdByEmail"]), (&json!(3), &json!("owner@acme.example")));
    assert!(both["explanation"].as_str().unwrap().contains("version 3 was published"), "{both}");
    let validated = agent.call("validate", about.clone()).await;
    assert_eq!((&validated["isBehind"], &validated["publishable"]), (&json!(true), &json!(false)));
    let elsewhere = json!({"type": "flow", "slug": "discounts", "path": "/edges"});
    assert_eq!(agent.call("explain_conflict", elsewhere).await["conflicts"], json!([]));
    api.finish().await;
}

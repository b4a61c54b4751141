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

/// The name that makes a value a secret stands beside it, where a part read by its path does not show it.
#[tokio::test]
async fn a_secret_is_masked_however_deep_it_is_read() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let settings = |hook: &str, of: &str| {
        json!({
            "headers": [{"name": "Authorization", "value": of}, {"name": "Accept", "value": "text/plain"}],
            "hook": {"name": hook, "value": of},
            "note": format!("Call it with npm_0123456789abcdefghijABCDEFGHIJ{of}, then wait.")
        })
    };
    let mut config = tests::config();
    config["settings"] = settings("token", "hunter2");
    api.create("crm", config).await;
    api.publish("crm", 0).await;
    let of = |path: &str| json!({"type": "connector", "slug": "crm", "path": path});
    for path in ["/settings/headers/0/value", "/settings/hook/value", "/settings/note"] {
        for tool in ["get_draft", "get_published"] {
            assert_eq!(agent.call(tool, of(path)).await["value"], MASK, "{tool} {path}");
        }
    }
    assert_eq!(agent.call("get_draft", of("/settings/headers/1/value")).await["value"], "text/plain");
    // The draft's name is no secret's: that of the version in force still is.
    api.patch_draft("crm", json!({"settings": settings("label", "hunter3")})).await;
    let diff = agent.call("diff", of("/settings/hook/value")).await;
    assert_eq!(diff["changes"], json!([{"path": "/settings/hook/value", "op": "changed", "before": MASK, "after": MASK}]));
    api.patch_draft("crm", json!({"settings": settings("token", "hunter3")})).await;
    api.publish("crm", 1).await;
    api.patch_draft("crm", json!({"settings": settings("token", "hunter4")})).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    let explained = agent.call("explain_conflict", of("/settings/hook")).await;
    let conflict = json!({"path": "/settings/hook/value", "base": MASK, "draft": MASK, "active": MASK});
    assert_eq!(explained["conflicts"], json!([conflict]));
    let mut all = vec![explained];
    for arguments in [json!({}), json!({"version": 1}), json!({"version": 2}), json!({"version": 2, "against": "draft"})] {
        let mut arguments = arguments;
        (arguments["type"], arguments["slug"]) = (json!("connector"), json!("crm"));
        all.push(agent.call("diff", arguments).await);
    }
    assert!(all.iter().all(|answer| answer.to_string().contains(MASK) && !answer.to_string().contains("hunter")), "{all:?}");
    api.finish().await;
}

#[tokio::test]
async fn what_is_written_into_a_graph_is_masked_there() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let mut graph = tests::graph();
    graph["nodes"].as_array_mut().unwrap().push(
        json!({"id": "keys", "name": "Keys", "type": "expressionNode", "content": {"expressions": [
            {"id": "k", "key": "api_key", "value": "'hunter2'"},
            {"id": "g", "key": "auth", "value": "'ghp_0123456789abcdefghijABCDEFGHIJ012345'"},
            {"id": "t", "key": "token", "value": "customer.token"}
        ]}}),
    );
    api.create_flow("discounts", graph).await;
    let at = |path: &str| json!({"type": "flow", "slug": "discounts", "path": format!("/nodes/@keys/content/expressions{path}")});
    for (path, value) in [("/@k/value", MASK), ("/@g/value", MASK), ("/@t/value", "customer.token")] {
        assert_eq!(agent.call("get_draft", at(path)).await["value"], value, "{path}");
    }
    let whole = agent.call("get_draft", json!({"type": "flow", "slug": "discounts"})).await;
    assert!(!whole.to_string().contains("hunter") && !whole.to_string().contains("ghp_"), "{whole}");
    let refused = json!({"slug": "discounts", "etag": whole["etag"], "graph": whole["graph"]});
    agent.refused("put_flow_graph", refused, "masked_value").await;
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

use serde_json::{Value, json};
use tests::Api;

use super::Agent;

/// The newest row of a history.
async fn newest(api: &Api, kind: &str, slug: &str) -> Value {
    api.get(&format!("/v1/sync/history/{kind}/{slug}?limit=1")).await.ok()["items"][0].clone()
}

#[tokio::test]
async fn every_write_goes_into_the_draft_under_the_agents_name() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let made = agent.call("create", json!({"type": "connector", "slug": "crm", "config": tests::config()})).await;
    let mut etag = made["etag"].clone();
    assert_eq!((&made["publishedVersion"], &made["name"], etag.as_str().unwrap().len()), (&json!(0), &json!("crm"), 64));
    let entity = json!({"fields": {"id": {"type": "string"}}});
    let event_flow = json!({"entity": "deal", "action": "upsert", "mapping": {"id": "dealId"}});
    let writes = [
        ("put_entity", json!({"name": "deal", "entity": entity})),
        ("put_event_flow", json!({"source": "hubspot", "type": "deal.created", "event_flow": event_flow})),
        ("put_settings", json!({"settings": {"batch": 7}})),
        ("patch_draft", json!({"patch": {"settings": {"region": "eu"}}})),
    ];
    for (tool, mut arguments) in writes {
        arguments["slug"] = json!("crm");
        arguments["etag"] = etag.clone();
        let answer = agent.call(tool, arguments).await;
        assert!(answer["etag"] != etag && answer["hasUnpublishedChanges"] == true, "{tool}: {answer}");
        etag = answer["etag"].clone();
        let row = newest(&api, "connector", "crm").await;
        let told = ["actorKind", "surface", "source", "client", "version"].map(|name| row[name].clone());
        assert_eq!(json!(told), json!(["agent", "agent", "designer-draft", "quill", null]), "{tool}");
    }
    let config = api.draft("crm").await["config"].clone();
    assert_eq!((&config["settings"], &config["entities"]["deal"]), (&json!({"batch": 7, "region": "eu"}), &entity));
    assert_eq!(config["event_flows"]["hubspot"]["deal.created"], event_flow);
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 0);
    api.finish().await;
}

#[tokio::test]
async fn a_flow_is_made_drawn_and_tried_out() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let made = agent.call("create", json!({"type": "flow", "slug": "discounts", "name": "Discounts"})).await;
    let drawn = json!({"slug": "discounts", "etag": made["etag"], "graph": tests::graph()});
    assert_eq!(agent.call("put_flow_graph", drawn).await["blockers"], json!([]));
    let decided = agent.call("evaluate_draft", json!({"slug": "discounts", "input": {"order": {"total": 2000}}})).await;
    assert_eq!(decided["result"], json!({"discount": {"percent": 15}}));
    let traced = json!({"slug": "discounts", "input": {"order": {"total": 2000}}, "trace": true, "path": "/trace"});
    assert!(agent.call("evaluate_draft", traced).await["decision"].is_object());
    let runs = agent.call("list_runs", json!({"flow": "discounts"})).await;
    assert_eq!((runs["runs"].as_array().unwrap().len(), &runs["runs"][0]["versionBadge"]), (2, &json!("console·draft")));
    assert_eq!(newest(&api, "flow", "discounts").await["client"], "quill");
    let broken = json!({"slug": "discounts", "etag": agent.etag("flow", "discounts").await, "graph": {"nodes": [{"id": "f", "type": "functionNode", "name": "F"}], "edges": []}});
    agent.refused("put_flow_graph", broken, "unsupported_node").await;
    agent.refused("create", json!({"type": "flow", "slug": "other", "config": {}}), "invalid_body").await;
    api.finish().await;
}

#[tokio::test]
async fn who_has_not_read_a_draft_does_not_write_it() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first("crm").await;
    let patch = json!({"settings": {"batch": 2}});
    let missing = agent.refused("patch_draft", json!({"slug": "crm", "patch": patch}), "invalid_body").await;
    assert!(missing["detail"].as_str().unwrap().contains("get_draft"), "{missing}");
    agent.refused("patch_draft", json!({"slug": "crm", "patch": patch, "etag": "*"}), "invalid_body").await;
    let seen = agent.etag("connector", "crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 9}})).await;
    let stale = agent.refused("patch_draft", json!({"slug": "crm", "patch": patch, "etag": seen}), "precondition_failed").await;
    assert_eq!((&stale["etag"], &stale["updated_by"]), (&api.draft("crm").await["etag"], &json!("owner@acme.example")));
    let stale = json!({"type": "connector", "slug": "crm", "version": 1, "etag": seen});
    agent.refused("restore_into_draft", stale, "precondition_failed").await;
    assert_eq!(api.draft("crm").await["config"]["settings"]["batch"], 9);
    api.finish().await;
}

#[tokio::test]
async fn a_mask_is_not_written_back() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let mut config = tests::config();
    config["settings"] = json!({"api_key": "hunter2", "batch": 1});
    api.create("crm", config).await;
    api.create_flow("discounts", tests::graph()).await;
    let read = agent.call("get_draft", json!({"type": "connector", "slug": "crm"})).await;
    let (etag, mut settings) = (read["etag"].clone(), read["config"]["settings"].clone());
    settings["batch"] = json!(2);
    let mask = settings["api_key"].clone();
    let about = |rest: Value| {
        let mut arguments = json!({"slug": "crm", "etag": etag});
        rest.as_object().unwrap().iter().for_each(|(name, value)| arguments[name] = value.clone());
        arguments
    };
    let refused = agent.refused("put_settings", about(json!({"settings": settings})), "masked_value").await;
    assert_eq!((&refused["status"], &refused["errors"][0]["pointer"]), (&json!(422), &json!("/api_key")));
    let mut graph = tests::graph();
    graph["nodes"][0]["name"] = mask.clone();
    let flow = agent.etag("flow", "discounts").await;
    let others = [
        ("patch_draft", about(json!({"patch": read["config"]}))),
        ("put_entity", about(json!({"name": "contact", "entity": {"fields": {}, "description": mask}}))),
        (
            "put_event_flow",
            about(
                json!({"source": "a", "type": "b", "event_flow": {"entity": "contact", "action": "ignore", "mapping": {}, "note": [mask]}}),
            ),
        ),
        ("put_flow_graph", json!({"slug": "discounts", "etag": flow, "graph": graph})),
        ("create", json!({"type": "connector", "slug": "copy", "config": read["config"]})),
    ];
    for (tool, arguments) in others {
        agent.refused(tool, arguments, "masked_value").await;
    }
    // What a patch does not name stays, secrets included.
    agent.call("patch_draft", about(json!({"patch": {"settings": {"batch": 2}}}))).await;
    assert_eq!(api.draft("crm").await["config"]["settings"], json!({"api_key": "hunter2", "batch": 2}));
    api.finish().await;
}

#[tokio::test]
async fn what_was_is_copied_back_into_the_draft() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let etag = agent.etag("connector", "crm").await;
    let restored = agent.call("restore_into_draft", json!({"type": "connector", "slug": "crm", "version": 1, "etag": etag})).await;
    assert_eq!((&restored["hasUnpublishedChanges"], &restored["publishedVersion"]), (&json!(true), &json!(2)));
    let row = newest(&api, "connector", "crm").await;
    assert_eq!((&row["restoredFrom"], &row["client"], &row["actorKind"]), (&json!(1), &json!("quill"), &json!("agent")));
    let history = agent.call("history", json!({"type": "connector", "slug": "crm"})).await;
    let snapshot = history["items"].as_array().unwrap().iter().find(|row| row["version"] == 2).unwrap()["snapshot"].clone();
    let back = json!({"type": "connector", "slug": "crm", "snapshot": snapshot, "etag": restored["etag"]});
    assert_eq!(agent.call("restore_into_draft", back).await["hasUnpublishedChanges"], false);
    let both = json!({"type": "connector", "slug": "crm", "snapshot": snapshot, "version": 1, "etag": etag});
    agent.refused("restore_into_draft", both, "invalid_body").await;
    api.publish_first_flow("discounts").await;
    api.put_graph("discounts", tests::graph_with([("big", "20")])).await;
    let etag = agent.etag("flow", "discounts").await;
    agent.call("restore_into_draft", json!({"type": "flow", "slug": "discounts", "version": 1, "etag": etag})).await;
    let rows = api.get("/v1/sync/history/flow/discounts").await.ok()["items"].clone();
    let snapshot = rows.as_array().unwrap().iter().find(|row| row["version"].is_null()).unwrap()["snapshot"].clone();
    let etag = agent.etag("flow", "discounts").await;
    agent.call("restore_into_draft", json!({"type": "flow", "slug": "discounts", "snapshot": snapshot, "etag": etag})).await;
    api.finish().await;
}

#[tokio::test]
async fn names_that_can_be_none_are_refused_before_they_become_an_address() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first("crm").await;
    let etag = agent.etag("connector", "crm").await;
    for name in ["..", "a/b", "", "a b"] {
        let entity = json!({"slug": "crm", "etag": etag, "name": name, "entity": {"fields": {}}});
        agent.refused("put_entity", entity, "invalid_body").await;
        let flow = json!({"entity": "contact", "action": "ignore", "mapping": {}});
        agent
            .refused(
                "put_event_flow",
                json!({"slug": "crm", "etag": etag, "source": name, "type": "x", "event_flow": flow}),
                "invalid_body",
            )
            .await;
    }
    agent.refused("patch_draft", json!({"slug": "crm", "etag": etag, "patch": {}, "publish": true}), "invalid_body").await;
    api.finish().await;
}

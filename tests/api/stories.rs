//! What the product is for, from the first draft to what workers read, with nothing to start the dispatcher but a publish.

use std::collections::HashSet;

use domain::canonical::digest_of;
use domain::identity::ResourceType;
use replica::Read;
use serde_json::{Value, json};
use tests::{Api, config, fields, graph, graph_with, until};
use tokio::sync::Mutex;

/// Waits until workers can read this version, and returns what they read.
async fn readable(api: &Api, kind: ResourceType, slug: &str, version: i64) -> Vec<u8> {
    let replica = &api.replica;
    until(&format!("version {version} of {slug} to be readable"), || async {
        let id = replica.resolve(api.tenant.workspace, kind, slug).await.unwrap()?;
        let current = replica.current(api.tenant.workspace, id, Read::Consistent).await.unwrap()?;
        if current.version < version {
            return None;
        }
        assert_eq!(current.version, version);
        Some(replica.load(&current).await.unwrap().to_vec())
    })
    .await
}

/// Waits until each fleet has heard of all these versions and of nothing else, in any order: a standard queue promises none.
async fn heard(api: &Api, expected: [(&str, i64); 3]) {
    let expected = HashSet::from(expected.map(|(event, version)| (event.to_owned(), version)));
    for fleet in &api.fleets {
        let told = Mutex::new(HashSet::new());
        until("a fleet to hear of all versions", || async {
            let mut told = told.lock().await;
            for message in api.messages(fleet).await {
                let message = serde_json::to_value(message).unwrap();
                told.insert((message["event"].as_str().unwrap().to_owned(), message["version"].as_i64().unwrap()));
            }
            told.is_superset(&expected).then_some(())
        })
        .await;
        assert_eq!(told.into_inner(), expected);
    }
}

#[tokio::test]
async fn a_connector_goes_from_its_first_draft_to_the_workers_and_back_to_an_earlier_version() {
    let mut api = Api::start().await;
    api.dispatch_in_background().await;
    let created = api.create("crm", json!({"schema_version": "3.0", "entities": {}, "event_flows": {}, "settings": {}})).await;
    assert_eq!((&created["active_version"], &created["base_version"]), (&json!(0), &json!(0)));

    let entities = config()["entities"].clone();
    for (name, entity) in entities.as_object().unwrap() {
        api.put(&format!("/api/connectors/crm/draft/entities/{name}")).json(entity.clone()).await.ok();
    }
    for (kind, flow) in config()["event_flows"]["hubspot"].as_object().unwrap() {
        api.put(&format!("/api/connectors/crm/draft/event-flows/hubspot/{kind}")).json(flow.clone()).await.ok();
    }
    let draft = api.put("/api/connectors/crm/draft/settings").json(config()["settings"].clone()).await.ok();
    assert_eq!((&draft["config"], &draft["has_unpublished_changes"]), (&config(), &json!(true)));
    assert_ne!(api.get("/api/connectors/crm/draft/diff").await.ok()["changes"], json!([]));

    let first = api.publish("crm", 0).await;
    assert_eq!(first["digest"], digest_of(&config()).to_string());
    assert_eq!(readable(&api, ResourceType::Connector, "crm", 1).await, domain::Canonical::of(&config()).bytes);
    api.publish_next("crm", 1).await;
    readable(&api, ResourceType::Connector, "crm", 2).await;

    let conflict = api.post("/api/connectors/crm/publish").json(json!({"base_version": 1})).await.problem(409, "version_conflict");
    assert_eq!(conflict["resolutions"], json!(["reset_draft", "keep_editing", "merge"]));
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    assert_eq!(readable(&api, ResourceType::Connector, "crm", 3).await, domain::Canonical::of(&config()).bytes);
    heard(&api, [("published", 1), ("published", 2), ("rolled_back", 3)]).await;
    assert_eq!(
        fields(&api.get("/api/connectors/crm/versions").await.ok()["items"], "source"),
        ["rollback", "designer-publish", "designer-publish"]
    );
    api.finish().await;
}

#[tokio::test]
async fn a_flow_decides_by_what_was_published_last_and_its_graph_reaches_the_workers() {
    let mut api = Api::start().await;
    api.dispatch_in_background().await;
    api.create_flow("discounts", graph()).await;
    let order = json!({"order": {"total": 1500}});
    let discount = |answer: &Value| answer["result"]["discount"]["percent"].clone();
    assert_eq!(discount(&api.evaluate_draft("discounts", order.clone()).await.ok()), 15);
    api.evaluate("discounts", order.clone()).await.problem(409, "not_published");

    api.publish_flow("discounts", 0).await;
    assert_eq!(discount(&api.evaluate("discounts", order.clone()).await.ok()), 15);
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    assert_eq!(discount(&api.evaluate("discounts", order.clone()).await.ok()), 15, "a draft decides nothing");
    api.publish_flow("discounts", 1).await;
    let decided = api.evaluate("discounts", order.clone()).await.ok();
    assert_eq!((discount(&decided), &decided["version"]), (json!(20), &json!(2)));

    let changed = domain::Canonical::of(&graph_with([("big", "20")]));
    assert_eq!(readable(&api, ResourceType::Flow, "discounts", 2).await, changed.bytes);
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 2})).await.ok();
    api.evaluate("discounts", order).await.problem(409, "archived");
    readable(&api, ResourceType::Flow, "discounts", 3).await;
    heard(&api, [("published", 1), ("published", 2), ("archived", 3)]).await;
    let runs = api.get("/v1/runs").await.ok();
    assert_eq!(fields(&runs["items"], "flowVersion"), [&json!(2), &json!(1), &json!(1), &json!(null)]);
    api.finish().await;
}

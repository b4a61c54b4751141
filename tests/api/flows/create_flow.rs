use domain::canonical::digest_of;
use serde_json::json;
use tests::{Api, Token, assert_millis, config, empty_graph, fields, graph, graph_with};

const FLOWS: &str = "/v1/flows";

#[tokio::test]
async fn a_new_flow_has_a_draft_and_no_version() {
    let api = Api::start().await;
    let answer = api.post(FLOWS).json(json!({"slug": "discounts", "name": "Discounts", "graph": graph()})).await;
    let location = answer.header("location").unwrap().to_owned();
    assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", digest_of(&graph())));
    let created = answer.with_status(201);
    let expected = json!({
        "id": created["id"], "slug": "discounts", "name": "Discounts", "publishedVersion": 0, "publishedVersionId": null, "baseVersion": 0,
        "hasUnpublishedChanges": true, "divergedFromGit": false, "lastPulled": null, "archived": false, "updatedAt": created["updatedAt"],
        "etag": digest_of(&graph()), "diagnostics": [],
    });
    assert_eq!(created, expected);
    assert_millis(&created["updatedAt"]);
    assert_eq!(location, format!("/v1/flows/{}", created["id"].as_str().unwrap()));
    assert_eq!(api.get(&location).await.ok()["slug"], "discounts");
    assert_eq!(api.flow_draft("discounts").await["graph"], graph());
    api.finish().await;
}

#[tokio::test]
async fn without_a_graph_the_draft_has_no_nodes() {
    let api = Api::start().await;
    api.post(FLOWS).json(json!({"slug": "discounts", "name": "Discounts"})).await.with_status(201);
    assert_eq!(api.flow_draft("discounts").await["graph"], empty_graph());
    api.finish().await;
}

#[tokio::test]
async fn a_flow_and_a_connector_may_share_a_slug_and_two_flows_may_not() {
    let api = Api::start().await;
    let connector = api.create("crm", config()).await;
    let flow = api.create_flow("crm", graph()).await;
    assert_ne!(flow["id"], connector["id"]);
    let body = json!({"slug": "crm", "name": "Another"});
    api.post(FLOWS).json(body.clone()).await.problem(409, "slug_taken");
    api.post(FLOWS).as_(&api.other_tenant.token).json(body.clone()).await.with_status(201);

    api.delete("/v1/flows/crm").await.with_status(204);
    api.post(FLOWS).json(body).await.problem(409, "slug_taken");
    assert_eq!(api.get("/api/connectors/crm").await.ok()["id"], connector["id"], "the connector is not concerned");
    api.finish().await;
}

#[tokio::test]
async fn a_flows_id_is_not_a_connectors() {
    let api = Api::start().await;
    let connector = api.create("crm", config()).await;
    let flow = api.create_flow("discounts", graph()).await;
    api.get(&format!("/v1/flows/{}", connector["id"].as_str().unwrap())).await.problem(404, "not_found");
    api.get(&format!("/api/connectors/{}", flow["id"].as_str().unwrap())).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn slugs_and_names_that_are_none_are_named() {
    let api = Api::start().await;
    for (body, pointer) in [
        (json!({"slug": "Discounts", "name": "x"}), "/slug"),
        (json!({"slug": "discounts", "name": " "}), "/name"),
        (json!({"slug": 1, "name": "x"}), "/slug"),
    ] {
        let refused = api.post(FLOWS).json(body).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), [pointer]);
    }
    // What a connector is made with is nothing that a flow knows.
    api.post(FLOWS).json(json!({"slug": "discounts", "name": "x", "config": {}})).await.problem(422, "invalid_body");
    api.get("/v1/flows/discounts").await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn a_graph_over_4194304_bytes_makes_no_flow() {
    let api = Api::start().await;
    let mut large = graph();
    large["nodes"][0]["name"] = json!("x".repeat(4_194_304));
    api.post(FLOWS).json(json!({"slug": "discounts", "name": "x", "graph": large})).await.problem(413, "payload_too_large");
    api.get("/v1/flows/discounts").await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same_and_makes_nothing() {
    let api = Api::start().await;
    let request = |graph| api.post(FLOWS).idempotency_key("k1").json(json!({"slug": "discounts", "name": "Discounts", "graph": graph}));
    let first = request(graph()).await;
    assert!(!first.is_replayed());
    let headers = ["location", "etag"].map(|name| first.header(name).unwrap().to_owned());
    let first = first.with_status(201);
    let again = request(graph()).await;
    assert!(again.is_replayed());
    assert_eq!(["location", "etag"].map(|name| again.header(name).unwrap().to_owned()), headers);
    assert_eq!(again.with_status(201), first);
    assert_eq!(api.flow_snapshots("discounts").await.len(), 1);
    request(graph_with([("big", "20")])).await.problem(422, "idempotency_key_reused");
    api.finish().await;
}

#[tokio::test]
async fn agents_create_and_viewers_do_not() {
    let api = Api::start().await;
    let (agent, viewer) = (api.token(Token::Agent).await, api.token(Token::Person("viewer")).await);
    let body = |slug: &str| json!({"slug": slug, "name": slug, "graph": graph()});
    api.post(FLOWS).as_(&viewer).json(body("discounts")).await.problem(403, "forbidden");
    api.post(FLOWS).as_(&agent).json(body("discounts")).await.with_status(201);
    assert_eq!(api.flow_draft("discounts").await["updatedBy"], "agent@acme.example");
    api.finish().await;
}

use serde_json::{Value, json};
use tests::{Api, Token, config, fresh};

const PULLS: &str = "/v1/sync/pulls";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

async fn flow(api: &Api) -> Value {
    api.post("/v1/flows").json(json!({"slug": "fees", "name": "Fees"})).await.with_status(201)
}

fn pulled(at: &str, flow: &Value) -> Value {
    json!({"asOfUtc": at, "resources": [{"type": "flow", "id": flow["id"], "digest": flow["etag"]}]})
}

#[tokio::test]
async fn a_flow_tells_who_pulled_it_last_and_from_where() {
    let api = Api::start().await;
    let flow = flow(&api).await;
    assert_eq!(flow["lastPulled"], Value::Null);
    let at = api.get("/v1/sync/export").await.ok()["asOfUtc"].as_str().unwrap().to_owned();
    let pull =
        api.post(PULLS).as_(&api.ci).header("x-fcc-git-commit", COMMIT).header("x-fcc-git-branch", "main").header("x-fcc-host", "runner-7");
    assert_eq!(pull.json(pulled(&at, &flow)).await.ok(), json!({"recorded": 1}));
    let last = api.get("/v1/flows/fees").await.ok()["lastPulled"].clone();
    assert_eq!(last, json!({"by": "ci-bot@acme.example", "atUtc": at, "host": "runner-7", "branch": "main", "commit": COMMIT}));
    assert_eq!(api.get("/v1/flows").await.ok()["items"][0]["lastPulled"], last);
    api.finish().await;
}

#[tokio::test]
async fn an_older_pull_does_not_take_a_newer_one_back_and_none_is_in_the_future() {
    let api = Api::start().await;
    let flow = flow(&api).await;
    let last = async || api.get("/v1/flows/fees").await.ok()["lastPulled"]["atUtc"].as_str().unwrap().to_owned();
    api.post(PULLS).as_(&api.ci).json(pulled("2026-01-02T00:00:00Z", &flow)).await.ok();
    api.post(PULLS).as_(&api.ci).json(pulled("2026-01-01T00:00:00Z", &flow)).await.ok();
    assert_eq!(last().await, "2026-01-02T00:00:00.000Z");
    api.post(PULLS).as_(&api.ci).json(pulled("2999-01-01T00:00:00Z", &flow)).await.ok();
    assert!(*last().await < *"2990", "a checkout holds nothing of the future");
    api.finish().await;
}

#[tokio::test]
async fn what_is_not_in_the_workspace_is_named_and_nothing_is_recorded() {
    let api = Api::start().await;
    let (ours, theirs) = (flow(&api).await, api.create("crm", config()).await);
    let mut body = pulled("2026-01-02T00:00:00Z", &ours);
    body["resources"].as_array_mut().unwrap().push(json!({"type": "flow", "id": theirs["id"], "digest": theirs["etag"]}));
    body["resources"].as_array_mut().unwrap().push(json!({"type": "connector", "id": fresh(), "digest": theirs["etag"]}));
    let refused = api.post(PULLS).as_(&api.ci).json(body).await.problem(404, "not_found");
    let pointers: Vec<&str> = refused["errors"].as_array().unwrap().iter().filter_map(|error| error["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/resources/1/id", "/resources/2/id"], "a connector is no flow");
    assert_eq!(api.get("/v1/flows/fees").await.ok()["lastPulled"], Value::Null);
    api.post(PULLS).as_(&api.other_tenant.token).json(pulled("2026-01-02T00:00:00Z", &ours)).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn a_checkout_holds_one_content_of_a_resource() {
    let api = Api::start().await;
    let flow = flow(&api).await;
    let mut body = pulled("2026-01-02T00:00:00Z", &flow);
    let mut other = body["resources"][0].clone();
    other["digest"] = json!("0".repeat(64));
    let again = body["resources"][0].clone();
    body["resources"].as_array_mut().unwrap().extend([again, other]);
    let refused = api.post(PULLS).as_(&api.ci).json(body.clone()).await.problem(422, "invalid_body");
    let pointers: Vec<&str> = refused["errors"].as_array().unwrap().iter().filter_map(|error| error["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/resources/2/digest"]);
    assert_eq!(api.get("/v1/flows/fees").await.ok()["lastPulled"], Value::Null);
    body["resources"].as_array_mut().unwrap().pop();
    assert_eq!(api.post(PULLS).as_(&api.ci).json(body).await.ok(), json!({"recorded": 1}), "the same twice is one");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_key_is_answered_again_and_another_pull_needs_another_key() {
    let api = Api::start().await;
    let flow = flow(&api).await;
    let pull = |at: &str| api.post(PULLS).as_(&api.ci).idempotency_key("k").json(pulled(at, &flow));
    pull("2026-01-01T00:00:00Z").await.ok();
    let repeat = pull("2026-01-01T00:00:00Z").await;
    assert!(repeat.is_replayed());
    assert_eq!(repeat.ok(), json!({"recorded": 1}));
    pull("2026-01-02T00:00:00Z").await.problem(422, "idempotency_key_reused");
    api.finish().await;
}

#[tokio::test]
async fn bad_bodies_are_told_where() {
    let api = Api::start().await;
    let flow = flow(&api).await;
    let one = json!({"type": "flow", "id": flow["id"], "digest": flow["etag"]});
    let bad = [
        (json!({"resources": []}), ""),
        (json!({"asOfUtc": "yesterday", "resources": []}), "/asOfUtc"),
        (
            json!({"asOfUtc": "2026-01-01T00:00:00Z", "resources": [{"type": "table", "id": flow["id"], "digest": flow["etag"]}]}),
            "/resources/0/type",
        ),
        (
            json!({"asOfUtc": "2026-01-01T00:00:00Z", "resources": [{"type": "flow", "id": flow["id"], "digest": "abc"}]}),
            "/resources/0/digest",
        ),
        (json!({"asOfUtc": "2026-01-01T00:00:00Z", "resources": vec![one; 1001]}), "/resources"),
    ];
    for (body, pointer) in bad {
        let refused = api.post(PULLS).as_(&api.ci).json(body).await.problem(422, "invalid_body");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    for bad in [json!("yesterday"), json!("2026-01-01"), json!(1)] {
        let refused = api.post(PULLS).as_(&api.ci).json(json!({"asOfUtc": bad, "resources": []})).await.problem(422, "invalid_body");
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("RFC 3339"), "{refused}");
    }
    let empty = json!({"asOfUtc": "2026-01-01T00:00:00Z", "resources": []});
    assert_eq!(api.post(PULLS).as_(&api.ci).json(empty.clone()).await.ok(), json!({"recorded": 0}));
    api.post(PULLS).as_(&api.token(Token::Application).await).json(empty).await.problem(403, "forbidden");
    api.finish().await;
}

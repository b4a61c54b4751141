use serde_json::json;
use tests::{Api, Token, config};

const PUBLISH: &str = "/api/connectors/crm/publish";

#[tokio::test]
async fn a_repeat_of_a_publish_answers_the_same_and_publishes_once() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let request = || api.post(PUBLISH).idempotency_key("k").json(json!({"base_version": 0, "note": "x"}));
    let first = request().await;
    assert!(!first.is_replayed());
    let first = first.ok();
    for _ in 0..2 {
        let again = request().await;
        assert!(again.is_replayed());
        assert_eq!(again.ok(), first);
    }
    // The same body in another spelling is the same request.
    let spelled = api.post(PUBLISH).idempotency_key("k").bytes("application/json", r#"{ "note": "x", "base_version": 0 }"#).await;
    assert!(spelled.is_replayed());
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 1);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_is_answered_even_when_it_would_now_be_refused() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let editor = api.token(Token::Person("editor")).await;
    let request = || api.post(PUBLISH).as_(&editor).idempotency_key("k").json(json!({"base_version": 0}));
    let first = request().await.ok();
    api.publish_next("crm", 1).await;
    api.set_mode("CodeManaged").await;
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.finish().await;
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_operation_of_one_credential() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.create("erp", config()).await;
    let publish = |slug: &str, body| api.post(&format!("/api/connectors/{slug}/publish")).idempotency_key("k").json(body);
    publish("crm", json!({"base_version": 0})).await.ok();
    publish("crm", json!({"base_version": 1})).await.problem(422, "idempotency_key_reused");
    publish("crm", json!({"base_version": 0, "note": "x"})).await.problem(422, "idempotency_key_reused");
    publish("erp", json!({"base_version": 0})).await.problem(422, "idempotency_key_reused");
    publish("erp", json!({"base_version": 0})).as_(&api.ci).await.ok();
    let archive = api.post("/api/connectors/crm/archive").idempotency_key("k").json(json!({"base_version": 1}));
    assert!(!archive.await.is_replayed());
    api.finish().await;
}

#[tokio::test]
async fn only_successes_are_kept() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let request = || api.post(PUBLISH).idempotency_key("k").json(json!({"base_version": 1}));
    request().await.problem(409, "no_changes");
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    let published = request().await;
    assert!(!published.is_replayed());
    assert_eq!(published.ok()["version"], 2);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_while_the_first_is_in_flight_is_told_so() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    // Whoever changes the mode holds publishes up for so long.
    let mut holdup = api.owner_db.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('workspace:' || $1::text, 7))";
    sqlx::query(lock).bind(api.tenant.workspace).execute(&mut *holdup).await.unwrap();
    let request = || api.post(PUBLISH).idempotency_key("k").json(json!({"base_version": 0}));
    let first = tokio::spawn(request().into_future());
    api.a_lock_is_waited_for().await;
    request().await.problem(409, "in_progress");
    holdup.rollback().await.unwrap();
    let first = first.await.unwrap().ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.finish().await;
}

#[tokio::test]
async fn after_24_hours_a_key_is_new_again() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let request = |base: i32| api.post(PUBLISH).idempotency_key("k").json(json!({"base_version": base}));
    request(0).await.ok();
    sqlx::query("UPDATE idempotency_keys SET created_at = created_at - interval '24 hours 1 second'").execute(&api.owner_db).await.unwrap();
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    let published = request(1).await;
    assert!(!published.is_replayed());
    assert_eq!(published.ok()["version"], 2);
    assert!(request(1).await.is_replayed());
    api.finish().await;
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_ascii_characters() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    for bad in ["", "a b", "é", &too_long] {
        api.post(PUBLISH).idempotency_key(bad).json(json!({"base_version": 0})).await.problem(400, "invalid_header");
        api.post("/api/connectors").idempotency_key(bad).json(json!({"slug": "x", "name": "x"})).await.problem(400, "invalid_header");
    }
    api.post(PUBLISH).idempotency_key(&longest).json(json!({"base_version": 0})).await.ok();
    api.finish().await;
}

use serde_json::json;
use tests::{Api, assert_millis, config, config_of_size, fields, without_flows};
use uuid::Uuid;

const CONNECTORS: &str = "/api/connectors";

#[tokio::test]
async fn a_new_connector_has_a_draft_and_no_version() {
    let api = Api::start().await;
    let answer = api.post(CONNECTORS).json(json!({"slug": "crm", "name": "CRM", "config": config()})).await;
    let location = answer.header("location").unwrap().to_owned();
    assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", domain::canonical::digest_of(&config())));
    let created = answer.with_status(201);
    let expected = json!({
        "id": created["id"], "slug": "crm", "name": "CRM", "active_version": 0, "base_version": 0, "has_unpublished_changes": true,
        "archived": false, "updated_at": created["updated_at"], "etag": domain::canonical::digest_of(&config()), "warnings": [], "blockers": [],
    });
    assert_eq!(created, expected);
    assert_millis(&created["updated_at"]);
    assert_eq!(location, format!("/api/connectors/{}", created["id"].as_str().unwrap()));
    assert_eq!(api.get(&location).await.ok()["slug"], "crm");
    assert_eq!(api.draft("crm").await["config"], config());
    api.finish().await;
}

#[tokio::test]
async fn without_a_config_the_draft_is_the_empty_one() {
    let api = Api::start().await;
    api.post(CONNECTORS).json(json!({"slug": "crm", "name": "CRM"})).await.with_status(201);
    assert_eq!(api.draft("crm").await["config"], without_flows());
    api.finish().await;
}

#[tokio::test]
async fn slugs_have_one_form() {
    let api = Api::start().await;
    let longest = "a".repeat(64);
    for good in ["a", "0", "hubspot-crm", "a-1-b2", &longest] {
        api.post(CONNECTORS).json(json!({"slug": good, "name": good})).await.with_status(201);
    }
    let (too_long, uuid) = ("a".repeat(65), Uuid::nil().to_string());
    for bad in ["", "-", "CRM", "crm-", "-crm", "a--b", "a_b", "a b", "a.b", "é", "a/b", &too_long, &uuid] {
        let refused = api.post(CONNECTORS).json(json!({"slug": bad, "name": "x"})).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), ["/slug"], "{bad:?}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_slug_is_unique_in_its_workspace_and_never_reused() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let body = json!({"slug": "crm", "name": "Another"});
    api.post(CONNECTORS).json(body.clone()).await.problem(409, "slug_taken");
    api.post(CONNECTORS).as_(&api.other_tenant.token).json(body.clone()).await.with_status(201);
    api.delete("/api/connectors/crm").await.with_status(204);
    api.post(CONNECTORS).json(body).await.problem(409, "slug_taken");
    api.finish().await;
}

#[tokio::test]
async fn names_are_one_line_of_up_to_200_characters() {
    let api = Api::start().await;
    let (longest, too_long) = ("é".repeat(200), "é".repeat(201));
    assert_eq!(api.post(CONNECTORS).json(json!({"slug": "long", "name": longest})).await.with_status(201)["name"], json!(longest));
    assert_eq!(api.post(CONNECTORS).json(json!({"slug": "blanks", "name": "  CRM "})).await.with_status(201)["name"], "CRM");
    for bad in ["", "   ", "a\nb", &too_long] {
        let refused = api.post(CONNECTORS).json(json!({"slug": "x", "name": bad})).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), ["/name"]);
    }
    api.finish().await;
}

#[tokio::test]
async fn members_that_are_missing_wrong_or_unknown_are_named() {
    let api = Api::start().await;
    for body in [json!({}), json!({"slug": "x"}), json!({"slug": 1, "name": "x"}), json!({"slug": "x", "name": "x", "kind": "?"})] {
        let refused = api.post(CONNECTORS).json(body).await.problem(422, "invalid_body");
        assert_eq!(refused["errors"].as_array().unwrap().len(), 1);
    }
    let wrong = api.post(CONNECTORS).json(json!({"slug": 1, "name": "x"})).await.problem(422, "invalid_body");
    assert_eq!(fields(&wrong["errors"], "pointer"), ["/slug"]);
    api.finish().await;
}

#[tokio::test]
async fn a_config_that_breaks_the_schema_makes_no_connector() {
    let api = Api::start().await;
    let body = json!({"slug": "crm", "name": "CRM", "config": {"schema_version": "3.0"}});
    let refused = api.post(CONNECTORS).json(body).await.problem(422, "schema_violation");
    assert_eq!(refused["errors"].as_array().unwrap().len(), 3, "{refused}");
    api.get("/api/connectors/crm").await.problem(404, "not_found");
    api.create("crm", config()).await;
    api.finish().await;
}

#[tokio::test]
async fn a_config_that_breaks_meaning_makes_one_with_blockers() {
    let api = Api::start().await;
    let mut broken = config();
    broken["event_flows"]["hubspot"]["contact.created"]["entity"] = json!("ghost");
    let created = api.create("crm", broken).await;
    assert_eq!(fields(&created["blockers"], "code"), ["unknown_entity"]);
    assert_eq!(fields(&created["warnings"], "code"), ["unknown_entity"]);
    api.finish().await;
}

#[tokio::test]
async fn a_config_may_be_4194304_bytes_and_not_one_more() {
    let api = Api::start().await;
    let body = |bytes| json!({"slug": "crm", "name": "CRM", "config": config_of_size(bytes)});
    api.post(CONNECTORS).json(body(4_194_305)).await.problem(413, "payload_too_large");
    api.get("/api/connectors/crm").await.problem(404, "not_found");
    api.post(CONNECTORS).json(body(4_194_304)).await.with_status(201);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same_and_makes_nothing() {
    let api = Api::start().await;
    let body = json!({"slug": "crm", "name": "CRM", "config": config()});
    let first = api.post(CONNECTORS).idempotency_key("k1").json(body.clone()).await;
    assert!(!first.is_replayed());
    let first = first.with_status(201);
    let again = api.post(CONNECTORS).idempotency_key("k1").json(body.clone()).await;
    assert!(again.is_replayed());
    assert_eq!(again.with_status(201), first);
    assert_eq!(api.history_length("crm").await, 1);

    let other = json!({"slug": "erp", "name": "CRM", "config": config()});
    api.post(CONNECTORS).idempotency_key("k1").json(other.clone()).await.problem(422, "idempotency_key_reused");
    api.post(CONNECTORS).idempotency_key("k1").as_(&api.ci).json(other).await.with_status(201);
    api.post(CONNECTORS).json(body).await.problem(409, "slug_taken");
    api.finish().await;
}

#[tokio::test]
async fn a_refusal_is_not_kept_for_a_repeat() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let body = |slug: &str| json!({"slug": slug, "name": "x"});
    api.post(CONNECTORS).idempotency_key("k1").json(body("crm")).await.problem(409, "slug_taken");
    let made = api.post(CONNECTORS).idempotency_key("k1").json(body("erp")).await;
    assert!(!made.is_replayed());
    made.with_status(201);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_while_the_first_is_in_flight_is_told_so() {
    let api = Api::start().await;
    // An insert of the same slug that is not committed holds the first request up.
    let mut holdup = api.owner_db.begin().await.unwrap();
    let insert = "INSERT INTO resources (workspace_id, type, slug, name) VALUES ($1, 'connector', 'crm', 'x')";
    sqlx::query(insert).bind(api.tenant.workspace).execute(&mut *holdup).await.unwrap();
    let request = || api.post(CONNECTORS).idempotency_key("k1").json(json!({"slug": "crm", "name": "CRM"}));
    let first = tokio::spawn(request().into_future());
    api.a_lock_is_waited_for().await;
    request().await.problem(409, "in_progress");
    holdup.rollback().await.unwrap();
    first.await.unwrap().with_status(201);
    api.finish().await;
}

//! Each request here is wrong in every way that the ones after it are, too: what is told first is the contract's order.
//! Draft writes and restores have theirs beside their operation.

use serde_json::json;
use tests::{Api, Token, config};

const PUBLISH: &str = "/api/connectors/crm/publish";
const NONE: &str = "/api/connectors/none/publish";

#[tokio::test]
async fn of_a_publish() {
    let api = Api::start().await;
    let mut broken = config();
    broken["entities"].as_object_mut().unwrap().remove("contact");
    api.publish_first("crm").await;
    api.put("/api/connectors/crm/draft").json(broken).await.ok();
    let (viewer, console) = (api.token(Token::Person("viewer")).await, api.token(Token::Person("editor")).await);
    // A key that the cli editor has used before, for another request.
    let editor = api.token(Token::PersonWithFcc("editor")).await;
    api.publish_first("used").await;
    api.post("/api/connectors/used/archive").as_(&editor).idempotency_key("used").json(json!({"base_version": 1})).await.ok();
    api.patch_draft("used", json!({"settings": {"batch": 1}})).await;
    api.post("/api/connectors/used/unarchive").json(json!({"base_version": 2})).await.ok();
    api.publish_first("keyed").await;
    api.patch_draft("keyed", json!({"settings": {"batch": 1}})).await;
    api.post("/api/connectors/keyed/publish").as_(&editor).idempotency_key("k").json(json!({"base_version": 1})).await.ok();
    api.set_mode("DesignerOnly").await;

    let too_large = vec![b'{'; 4_194_304 + 65_536 + 1];
    let at = |path: &str| api.post(path).as_(&editor).idempotency_key("k");
    let bad_header = |path: &str| at(path).header("x-fcc-git-commit", "not a commit").header("x-fcc-workspace", "nowhere");
    bad_header(NONE).anonymously().bytes("text/plain", too_large.clone()).await.problem(401, "unauthorized");
    bad_header(NONE).bytes("text/plain", too_large).await.problem(413, "payload_too_large");
    bad_header(NONE).bytes("text/plain", "{").await.problem(415, "unsupported_media_type");
    bad_header(NONE).bytes("application/json", "{").await.problem(400, "malformed_json");
    bad_header(NONE).json(json!({"base_version": "x"})).await.problem(400, "invalid_header");
    at(NONE).header("x-fcc-workspace", "nowhere").json(json!({"base_version": "x"})).await.problem(400, "workspace_required");
    at(NONE).json(json!({"base_version": "x"})).await.problem(422, "invalid_body");
    at(NONE).json(json!({})).await.problem(422, "idempotency_key_reused");
    api.post(NONE).as_(&viewer).json(json!({})).await.problem(404, "not_found");
    api.post(PUBLISH).as_(&viewer).json(json!({})).await.problem(403, "forbidden");
    api.post(PUBLISH).as_(&editor).json(json!({})).await.problem(400, "governance_refused");
    let etag = "0".repeat(64);
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 1})).await.ok();
    let publish = |body| api.post(PUBLISH).as_(&console).json(body);
    publish(json!({"draft_etag": etag})).await.problem(400, "base_version_required");
    publish(json!({"base_version": 1, "draft_etag": etag})).await.problem(409, "version_conflict");
    // Resting on the active version again, by a merge: what is left is wrong in the later ways.
    api.post("/api/connectors/crm/draft/merge").await.ok();
    publish(json!({"base_version": 2, "draft_etag": etag})).await.problem(409, "draft_changed");
    publish(json!({"base_version": 2})).await.problem(409, "archived");
    api.post("/api/connectors/crm/unarchive").json(json!({"base_version": 2})).await.ok();
    api.post("/api/connectors/crm/draft/merge").await.ok();
    publish(json!({"base_version": 3})).await.problem(422, "not_publishable");
    api.finish().await;
}

#[tokio::test]
async fn of_a_create() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let viewer = api.token(Token::Person("viewer")).await;
    let create = || api.post("/api/connectors");
    let too_large = vec![b'{'; 4_194_304 + 65_536 + 1];
    create().idempotency_key("").anonymously().bytes("text/plain", too_large.clone()).await.problem(401, "unauthorized");
    create().idempotency_key("").bytes("text/plain", too_large).await.problem(413, "payload_too_large");
    create().idempotency_key("").bytes("text/plain", "{").await.problem(415, "unsupported_media_type");
    create().idempotency_key("").bytes("application/json", "{").await.problem(400, "malformed_json");
    create().idempotency_key("").json(json!({"slug": 1})).await.problem(400, "invalid_header");
    create().header("x-fcc-workspace", "nowhere").json(json!({"slug": 1})).await.problem(400, "workspace_required");
    create().json(json!({"slug": 1})).await.problem(422, "invalid_body");
    let taken = json!({"slug": "crm", "name": "CRM", "config": {"schema_version": "1.0"}});
    create().as_(&viewer).json(taken.clone()).await.problem(403, "forbidden");
    create().json(taken).await.problem(409, "slug_taken");
    create().json(json!({"slug": "erp", "name": "ERP", "config": {}})).await.problem(422, "schema_violation");
    api.finish().await;
}

#[tokio::test]
async fn of_a_merge() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.patch_draft("crm", json!({"settings": {"batch": 9}})).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    let viewer = api.token(Token::Person("viewer")).await;
    let merge = |slug: &str| api.post(&format!("/api/connectors/{slug}/draft/merge"));
    let stale = json!("0".repeat(64));
    merge("none").header("if-match", "x").json(json!({"dry_run": 1})).await.problem(400, "invalid_header");
    merge("none").if_match(&stale).json(json!({"dry_run": 1})).await.problem(422, "invalid_body");
    merge("none").as_(&viewer).if_match(&stale).await.problem(404, "not_found");
    merge("crm").as_(&viewer).if_match(&stale).await.problem(403, "forbidden");
    merge("crm").if_match(&stale).await.problem(412, "precondition_failed");
    merge("crm").await.problem(409, "merge_conflict");
    api.finish().await;
}

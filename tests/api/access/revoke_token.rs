use serde_json::json;
use tests::{Api, Token, config};
use uuid::Uuid;

async fn path(api: &Api, token: &str) -> String {
    format!("/v1/tokens/{}", api.credential_id(token).await)
}

#[tokio::test]
async fn a_revoked_token_works_no_more() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    api.get("/api/connectors").as_(&api.ci).await.ok();
    let answer = api.delete(&path(&api, &api.ci).await).await;
    assert!(answer.body.is_empty());
    answer.with_status(204);
    let refused = api.get("/api/connectors").as_(&api.ci).await;
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    refused.problem(401, "unauthorized");
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({})).await.problem(401, "unauthorized");
    api.post("/api/connectors/crm/publish").as_(&api.ci).json(json!({"base_version": 1})).await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn a_revocation_by_another_instance_holds_at_once_for_every_write() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    api.get("/api/connectors").as_(&api.ci).await.ok();
    let revoke = "UPDATE credentials SET revoked_at = clock_timestamp() WHERE id = $1";
    sqlx::query(revoke).bind(api.credential_id(&api.ci).await).execute(&api.owner_db).await.unwrap();
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({})).await.problem(401, "unauthorized");
    api.post("/api/connectors/crm/publish").as_(&api.ci).json(json!({"base_version": 1})).await.problem(401, "unauthorized");
    api.post("/api/connectors").as_(&api.ci).json(json!({"slug": "x", "name": "x"})).await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn a_role_that_changed_and_a_membership_that_ended_hold_at_once_for_every_write() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let editor = api.token(Token::PersonWithFcc("editor")).await;
    let publish = || api.post("/api/connectors/crm/publish").as_(&editor).json(json!({"base_version": 0}));
    publish().await.problem(409, "version_conflict");
    sqlx::query("UPDATE memberships SET role = 'viewer' WHERE role = 'editor'").execute(&api.owner_db).await.unwrap();
    publish().await.problem(403, "forbidden");
    api.patch("/api/connectors/crm/draft").as_(&editor).json(json!({})).await.problem(403, "forbidden");
    sqlx::query("DELETE FROM memberships WHERE role = 'viewer'").execute(&api.owner_db).await.unwrap();
    publish().await.problem(401, "unauthorized");
    api.patch("/api/connectors/crm/draft").as_(&editor).json(json!({})).await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn an_expired_token_works_no_more() {
    let api = Api::start().await;
    sqlx::query("UPDATE credentials SET expires_at = now() WHERE id = $1")
        .bind(api.credential_id(&api.ci).await)
        .execute(&api.owner_db)
        .await
        .unwrap();
    api.get("/v1/me").as_(&api.ci).await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn people_revoke_their_own_and_admins_any() {
    let api = Api::start().await;
    let (viewer, other) = (api.token(Token::Person("viewer")).await, api.token(Token::PersonWithFcc("viewer")).await);
    let agent = api.token(Token::Agent).await;
    for token in [&other, &agent] {
        api.delete(&path(&api, token).await).as_(&viewer).await.problem(403, "forbidden");
    }
    api.delete(&path(&api, &agent).await).as_(&agent).await.with_status(204);
    api.delete(&path(&api, &viewer).await).as_(&viewer).await.with_status(204);
    api.delete(&path(&api, &other).await).await.with_status(204);
    api.finish().await;
}

#[tokio::test]
async fn what_is_not_there_is_revoked_already_or_is_another_tenants_is_not_found() {
    let api = Api::start().await;
    let agent = path(&api, &api.token(Token::Agent).await).await;
    api.delete(&agent).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.delete(&agent).await.with_status(204);
    api.delete(&agent).await.problem(404, "not_found");
    api.delete(&format!("/v1/tokens/{}", Uuid::nil())).await.problem(404, "not_found");
    api.delete("/v1/tokens/none").await.problem(404, "not_found");
    api.delete(&path(&api, &api.other_tenant.token).await).await.problem(404, "not_found");
    api.create("still", config()).await;
    api.finish().await;
}

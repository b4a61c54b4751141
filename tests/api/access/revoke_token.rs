use std::future::IntoFuture as _;

use serde_json::json;
use tests::{Api, Token, config, within_a_minute};
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
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({})).await.problem(401, "unauthorized");
    api.post("/api/connectors/crm/publish").as_(&api.ci).json(json!({"base_version": 1})).await.problem(401, "unauthorized");
    let refused = within_a_minute(|| api.get("/api/connectors").as_(&api.ci), |answer| answer.status == 401).await;
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    refused.problem(401, "unauthorized");
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
async fn a_revocation_holds_for_a_write_that_is_under_way() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let before = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let mut file = config();
    file["settings"]["retries"] = json!(5);
    let requests = [
        api.patch("/api/connectors/crm/draft").json(json!({"settings": {"batch": 2}})),
        api.post("/api/connectors/crm/publish").json(json!({"base_version": 1})),
        api.apply([tests::file("crm", &file, Some(&config()))]),
    ];
    for request in requests {
        let token = api.token(Token::Service(&["read", "draft", "apply", "publish"])).await;
        let mut holdup = api.owner_db.begin().await.unwrap();
        sqlx::query("SELECT FROM resources FOR UPDATE").execute(&mut *holdup).await.unwrap();
        let waiting = tokio::spawn(request.as_(&token).into_future());
        api.a_lock_is_waited_for().await;
        api.delete(&path(&api, &token).await).await.with_status(204);
        holdup.rollback().await.unwrap();
        waiting.await.unwrap().problem(401, "unauthorized");
    }
    assert_eq!(api.draft("crm").await, before);
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 1);
    api.finish().await;
}

#[tokio::test]
async fn a_change_of_role_holds_for_a_write_that_is_under_way() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let before = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    for surface in [Token::Person("editor"), Token::PersonWithFcc("editor")] {
        let editor = api.token(surface).await;
        let user = api.get("/v1/me").as_(&editor).await.ok()["user"]["id"].as_str().unwrap().to_owned();
        let mut holdup = api.owner_db.begin().await.unwrap();
        sqlx::query("SELECT FROM resources FOR UPDATE").execute(&mut *holdup).await.unwrap();
        let draft = tokio::spawn(api.delete("/api/connectors/crm/draft").as_(&editor).into_future());
        api.a_lock_is_waited_for().await;
        api.patch(&format!("/v1/workspaces/acme/members/{user}")).json(json!({"role": "viewer"})).await.ok();
        holdup.rollback().await.unwrap();
        draft.await.unwrap().problem(403, "forbidden");
    }
    assert_eq!(api.draft("crm").await, before);
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

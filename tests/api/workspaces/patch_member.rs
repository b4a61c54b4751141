use serde_json::json;
use tests::{Api, Token, config, within_a_minute};

use super::{ACME, audited, member};

/// The user behind a token.
async fn user_of(api: &Api, token: &str) -> String {
    api.get("/v1/me").as_(token).await.ok()["user"]["id"].as_str().unwrap().to_owned()
}

async fn path_of(api: &Api, token: &str) -> String {
    format!("{ACME}/members/{}", user_of(api, token).await)
}

#[tokio::test]
async fn a_role_holds_at_once_for_writes() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let person = api.token(Token::Person("viewer")).await;
    let path = path_of(&api, &person).await;
    let publish = || api.post("/api/connectors/crm/publish").as_(&person).json(json!({"base_version": 0}));
    publish().await.problem(403, "forbidden");
    let changed = api.patch(&path).json(json!({"role": "editor"})).await.ok();
    assert_eq!((&changed["role"], &changed["userId"]), (&json!("editor"), &json!(user_of(&api, &person).await)));
    publish().await.ok();
    api.patch(&path).json(json!({"role": "author"})).await.ok();
    publish().await.problem(403, "forbidden");
    within_a_minute(|| api.get("/v1/me").as_(&person), |answer| answer.json()["role"] == "author").await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_change_is_in_the_audit_log_and_no_change_is_not() {
    let api = Api::start().await;
    let user = member(&api, "ada@acme.example", "viewer").await;
    let path = format!("{ACME}/members/{user}");
    api.patch(&path).json(json!({"role": "editor"})).await.ok();
    let expected = json!({"userId": user, "email": "ada@acme.example", "before": {"role": "viewer"}, "after": {"role": "editor"}});
    assert_eq!(audited(&api, 1).await, [("member_changed".to_owned(), expected.clone())]);
    api.patch(&path).json(json!({"role": "editor"})).await.ok();
    assert_eq!(audited(&api, 2).await[1].0, "member_added");
    api.finish().await;
}

#[tokio::test]
async fn admins_change_all_but_owners() {
    let api = Api::start().await;
    let (admin, other) = (api.token(Token::Person("admin")).await, api.token(Token::Person("admin")).await);
    let viewer = api.token(Token::Person("viewer")).await;
    let change = async |of: &str, by: &str, role: &str| api.patch(&path_of(&api, of).await).as_(by).json(json!({"role": role})).await;
    change(&viewer, &admin, "admin").await.ok();
    change(&viewer, &admin, "viewer").await.ok();
    change(&other, &admin, "editor").await.ok();
    change(&viewer, &admin, "owner").await.problem(403, "forbidden");
    change(&api.tenant.token, &admin, "admin").await.problem(403, "forbidden");
    assert_eq!(audited(&api, 1).await[0].0, "patch_member_refused");
    change(&viewer, &api.ci, "author").await.problem(403, "forbidden");
    change(&viewer, &viewer, "admin").await.problem(403, "forbidden");
    change(&admin, &admin, "viewer").await.ok();
    change(&viewer, &admin, "author").await.problem(403, "forbidden");
    api.finish().await;
}

#[tokio::test]
async fn the_last_owner_stays_one() {
    let api = Api::start().await;
    let path = path_of(&api, &api.tenant.token).await;
    let refused = api.patch(&path).json(json!({"role": "admin"})).await.problem(409, "last_owner");
    assert!(refused["detail"].as_str().unwrap().contains("Make somebody else owner first"), "{refused}");
    api.patch(&path).json(json!({"role": "owner"})).await.ok();
    let second = member(&api, "ada@acme.example", "owner").await;
    api.patch(&path).json(json!({"role": "admin"})).await.ok();
    api.patch(&format!("{ACME}/members/{second}")).json(json!({"role": "viewer"})).await.problem(403, "forbidden");
    api.finish().await;
}

#[tokio::test]
async fn the_order_of_refusals_is_the_contracts() {
    let api = Api::start().await;
    let viewer = api.token(Token::Person("viewer")).await;
    let ada = member(&api, "ada@acme.example", "viewer").await;
    let nobody = tests::fresh();
    let at = |path: String| api.patch(&path).as_(&viewer);
    at(format!("/v1/workspaces/none/members/{ada}")).json(json!({"role": "x"})).await.problem(422, "invalid_body");
    at(format!("/v1/workspaces/none/members/{ada}")).json(json!({"role": "owner"})).await.problem(404, "not_found");
    at(format!("{ACME}/members/{nobody}")).json(json!({"role": "owner"})).await.problem(404, "not_found");
    at(format!("{ACME}/members/ada")).json(json!({"role": "owner"})).await.problem(404, "not_found");
    at(format!("{ACME}/members/{}", api.other_tenant.owner)).json(json!({"role": "owner"})).await.problem(404, "not_found");
    at(format!("{ACME}/members/{}", api.tenant.owner)).json(json!({"role": "viewer"})).await.problem(403, "forbidden");
    api.finish().await;
}

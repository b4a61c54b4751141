use serde_json::{Value, json};
use tests::{Api, Token, fields};

use super::{ACME, audited};

#[tokio::test]
async fn settings_change_one_by_one_and_null_removes() {
    let api = Api::start().await;
    let steps = [
        (json!({"governanceMode": "CodeManaged"}), "governanceMode", json!("CodeManaged")),
        (json!({"environmentKind": "Production"}), "environmentKind", json!("Production")),
        (json!({"gitRepoUrl": "https://git.example/acme/decisions"}), "gitRepoUrl", json!("https://git.example/acme/decisions")),
        (json!({"gitBranch": "main"}), "gitBranch", json!("main")),
        (json!({"name": " Acme Billing "}), "name", json!("Acme Billing")),
        (json!({"gitRepoUrl": null}), "gitRepoUrl", Value::Null),
        (json!({"gitBranch": null}), "gitBranch", Value::Null),
    ];
    let mut expected = api.get(ACME).await.ok();
    for (body, member, value) in steps {
        expected[member] = value;
        assert_eq!(api.patch(ACME).json(body).await.ok(), expected);
        assert_eq!(api.get(ACME).await.ok(), expected);
    }
    let me = api.get("/v1/me").await.ok()["workspace"].clone();
    assert_eq!(
        (&me["governanceMode"], &me["environmentKind"], &me["name"]),
        (&json!("CodeManaged"), &json!("Production"), &json!("Acme Billing"))
    );
    api.finish().await;
}

#[tokio::test]
async fn a_change_is_in_the_audit_log_with_before_and_after() {
    let api = Api::start().await;
    api.patch(ACME).json(json!({"governanceMode": "CodeManaged", "environmentKind": "Development", "gitBranch": "main"})).await.ok();
    let expected = json!({
        "before": {"governanceMode": "Hybrid", "gitBranch": null}, "after": {"governanceMode": "CodeManaged", "gitBranch": "main"},
    });
    assert_eq!(audited(&api, 1).await, [("workspace_changed".to_owned(), expected)]);
    api.finish().await;
}

#[tokio::test]
async fn what_changes_nothing_changes_nothing() {
    let api = Api::start().await;
    let before = api.get(ACME).await.ok();
    for body in [json!({}), json!({"governanceMode": "Hybrid", "name": "acme", "gitRepoUrl": null})] {
        assert_eq!(api.patch(ACME).json(body).await.ok(), before);
    }
    assert_eq!(api.patch(ACME).await.ok(), before, "a body may be left out");
    assert_eq!(audited(&api, 1).await, []);
    api.finish().await;
}

#[tokio::test]
async fn owners_and_admins_change_it_and_nobody_else_does() {
    let api = Api::start().await;
    let mode = |mode: &str| json!({"governanceMode": mode});
    let refused = [
        Token::Person("viewer"),
        Token::Person("author"),
        Token::Person("editor"),
        Token::Service(&["read", "draft", "apply", "publish", "evaluate"]),
        Token::Agent,
        Token::Application,
    ];
    for token in refused {
        let token = api.token(token).await;
        api.patch(ACME).as_(&token).json(mode("DesignerOnly")).await.problem(403, "forbidden");
        assert_eq!(audited(&api, 1).await[0].0, "patch_workspace_refused");
    }
    assert_eq!(api.get(ACME).await.ok()["governanceMode"], "Hybrid");
    for token in [Token::Person("admin"), Token::PersonWithFcc("admin"), Token::Person("owner")] {
        let token = api.token(token).await;
        api.patch(ACME).as_(&token).json(mode("DesignerOnly")).await.ok();
        api.patch(ACME).as_(&token).json(mode("Hybrid")).await.ok();
    }
    api.finish().await;
}

#[tokio::test]
async fn who_is_no_admin_any_more_changes_nothing_at_once() {
    let api = Api::start().await;
    let admin = api.token(Token::Person("admin")).await;
    api.patch(ACME).as_(&admin).json(json!({"name": "x"})).await.ok();
    let user = api.get("/v1/me").as_(&admin).await.ok()["user"]["id"].as_str().unwrap().to_owned();
    api.patch(&format!("{ACME}/members/{user}")).json(json!({"role": "editor"})).await.ok();
    api.patch(ACME).as_(&admin).json(json!({"name": "y"})).await.problem(403, "forbidden");
    api.finish().await;
}

#[tokio::test]
async fn wrong_members_are_told_what_they_may_be() {
    let api = Api::start().await;
    let cases = [
        (json!({"governanceMode": "hybrid"}), "/governanceMode", "DesignerOnly, CodeManaged, Hybrid"),
        (json!({"governanceMode": null}), "/governanceMode", "string"),
        (json!({"environmentKind": "Test"}), "/environmentKind", "Development, Staging, Production"),
        (json!({"gitRepoUrl": "http://git.example/x"}), "/gitRepoUrl", "https"),
        (json!({"gitRepoUrl": "git@github.com:acme/x.git"}), "/gitRepoUrl", "https"),
        (json!({"gitRepoUrl": "https://me:secret@git.example/x"}), "/gitRepoUrl", "credentials"),
        (json!({"gitRepoUrl": format!("https://git.example/{}", "x".repeat(1981))}), "/gitRepoUrl", "2000"),
        (json!({"gitRepoUrl": 1}), "/gitRepoUrl", "string"),
        (json!({"gitBranch": ""}), "/gitBranch", "branch"),
        (json!({"name": ""}), "/name", "1 to 200"),
        (json!({"name": null}), "/name", "string"),
        (json!({"slug": "other"}), "/slug", "unknown field"),
    ];
    for (body, pointer, says) in cases {
        let refused = api.patch(ACME).json(body).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), [pointer], "{refused}");
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains(says), "{refused}");
    }
    assert_eq!(audited(&api, 1).await, []);
    api.finish().await;
}

#[tokio::test]
async fn the_order_of_refusals_is_the_contracts() {
    let api = Api::start().await;
    let viewer = api.token(Token::Person("viewer")).await;
    let none = || api.patch("/v1/workspaces/none").as_(&viewer);
    none().anonymously().bytes("text/plain", "{").await.problem(401, "unauthorized");
    none().bytes("text/plain", "{").await.problem(415, "unsupported_media_type");
    none().bytes("application/json", "{").await.problem(400, "malformed_json");
    none().json(json!({"governanceMode": "x"})).await.problem(422, "invalid_body");
    none().json(json!({"name": ""})).await.problem(404, "not_found");
    api.patch(ACME).as_(&viewer).json(json!({"name": ""})).await.problem(403, "forbidden");
    api.patch(ACME).as_(&api.other_tenant.token).json(json!({"name": ""})).await.problem(404, "not_found");
    let cli = api.patch("/v1/workspaces/none").as_(&api.ci).header("x-fcc-git-commit", "x");
    cli.json(json!({"governanceMode": "x"})).await.problem(400, "invalid_header");
    api.finish().await;
}

#[tokio::test]
async fn a_change_waits_for_a_publish_in_flight_and_holds_for_the_next() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    // A publish that has read the mode and not yet committed holds the lock shared.
    let mut publish = api.owner_db.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock_shared(hashtextextended('workspace:' || $1::text, 7))";
    sqlx::query(lock).bind(api.tenant.workspace).execute(&mut *publish).await.unwrap();
    let change = tokio::spawn(api.patch(ACME).json(json!({"governanceMode": "CodeManaged"})).into_future());
    api.a_lock_is_waited_for().await;
    // Who comes after the change is behind it.
    let next = tokio::spawn(api.post("/api/connectors/crm/publish").json(json!({"base_version": 1})).into_future());
    publish.commit().await.unwrap();
    change.await.unwrap().ok();
    next.await.unwrap().problem(400, "governance_refused");
    api.finish().await;
}

#[tokio::test]
async fn a_change_gives_up_rather_than_wait_for_seconds() {
    let api = Api::start().await;
    let mut stuck = api.owner_db.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock_shared(hashtextextended('workspace:' || $1::text, 7))";
    sqlx::query(lock).bind(api.tenant.workspace).execute(&mut *stuck).await.unwrap();
    let refused = api.patch(ACME).json(json!({"governanceMode": "CodeManaged"})).await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.problem(503, "unavailable");
    stuck.rollback().await.unwrap();
    api.set_mode("CodeManaged").await;
    api.finish().await;
}

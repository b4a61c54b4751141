//! Who may do what: every operation of a connector, for every kind of caller.

use serde_json::{Value, json};
use tests::{Api, Request, Token, config};

#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Read,
    Draft,
    /// The right to draft, of a person or of CI: an agent deletes nothing.
    Delete,
    Publish,
    Administer,
}

/// Every call that asks for a right, on a connector that is there; what else is wrong with it is told after 403.
fn calls(api: &Api, snapshot: i64) -> Vec<(Needs, Request)> {
    use Needs::{Administer, Delete, Draft, Publish, Read};
    let crm = |rest: &str| format!("/api/connectors/crm{rest}");
    let post = |path: String| api.post(&path).json(json!({}));
    vec![
        (Read, api.get("/api/connectors")),
        (Read, api.get(&crm(""))),
        (Read, api.get(&crm("/draft"))),
        (Read, api.get(&crm("/draft?path=/settings"))),
        (Read, api.get(&crm("/draft/diff"))),
        (Read, api.get(&crm("/versions"))),
        (Read, api.get(&crm("/versions/1"))),
        (Read, api.get(&crm("/versions/1/diff"))),
        (Read, api.get(&crm(&format!("/snapshots/{snapshot}")))),
        (Read, api.get("/v1/replica/connector/crm")),
        (Draft, api.post("/api/connectors").json(json!({"slug": "crm", "name": "x"}))),
        (Draft, api.patch(&crm("")).json(json!({}))),
        (Delete, api.delete(&crm(""))),
        (Draft, api.patch(&crm("/draft")).json(json!({}))),
        (Draft, api.put(&crm("/draft")).json(config())),
        (Draft, api.put(&crm("/draft/entities/contact")).json(json!({"fields": {}}))),
        (Draft, api.delete(&crm("/draft/entities/contact"))),
        (Draft, api.put(&crm("/draft/event-flows/a/b")).json(json!({}))),
        (Draft, api.delete(&crm("/draft/event-flows/hubspot/contact.deleted"))),
        (Draft, api.put(&crm("/draft/settings")).json(json!({}))),
        (Draft, api.delete(&crm("/draft"))),
        (Draft, post(crm("/draft/merge"))),
        (Draft, post(crm("/versions/1/restore"))),
        (Draft, post(crm(&format!("/snapshots/{snapshot}/restore")))),
        (Publish, post(crm("/publish"))),
        (Publish, api.post(&crm("/rollback")).json(json!({"version": 1}))),
        (Publish, post(crm("/archive"))),
        (Publish, post(crm("/unarchive"))),
        (Administer, api.get("/v1/replica/outbox")),
        (Administer, post("/v1/replica/redrive".to_owned())),
    ]
}

#[tokio::test]
async fn rights_follow_from_roles_scopes_and_kinds() {
    use Needs::{Administer, Delete, Draft, Publish, Read};
    let api = Api::start().await;
    api.publish_first("crm").await;
    let snapshot: i64 = sqlx::query_scalar("SELECT min(id) FROM resource_versions").fetch_one(&api.owner_db).await.unwrap();
    let table: [(Token<'_>, &[Needs]); 13] = [
        (Token::Person("viewer"), &[Read]),
        (Token::Person("author"), &[Read, Draft, Delete]),
        (Token::Person("editor"), &[Read, Draft, Delete, Publish]),
        (Token::Person("admin"), &[Read, Draft, Delete, Publish, Administer]),
        (Token::Person("owner"), &[Read, Draft, Delete, Publish, Administer]),
        (Token::PersonWithFcc("author"), &[Read, Draft, Delete]),
        (Token::Service(&["read"]), &[Read]),
        (Token::Service(&["draft"]), &[Draft, Delete]),
        (Token::Service(&["publish"]), &[Publish]),
        (Token::Service(&["apply", "evaluate"]), &[]),
        (Token::Service(&["read", "draft", "apply", "publish", "evaluate"]), &[Read, Draft, Delete, Publish]),
        (Token::Agent, &[Read, Draft]),
        (Token::Application, &[]),
    ];
    for (who, has) in table {
        let token = api.token(who).await;
        for (needs, call) in calls(&api, snapshot) {
            let answer = call.as_(&token).await;
            assert_eq!(answer.status != 403, has.contains(&needs), "{who:?}: {answer}");
            if answer.status == 403 {
                let right = answer.problem(403, "forbidden")["right"].clone();
                assert!(right.is_string(), "it says which right is missing");
            }
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn rights_do_not_reach_into_another_workspace() {
    let api = Api::start().await;
    let staging = api.add_workspace("staging").await;
    let at_staging = |request: Request| request.header("x-fcc-workspace", "staging");
    at_staging(api.post("/api/connectors")).json(json!({"slug": "crm", "name": "CRM"})).await.with_status(201);
    let acme = |request: Request| request.header("x-fcc-workspace", "acme");
    acme(api.get("/api/connectors/crm")).await.problem(404, "not_found");
    acme(api.post("/api/connectors/crm/publish")).json(json!({"base_version": 0})).await.problem(404, "not_found");
    // A viewer of one workspace is nobody in the other, whose id they may know.
    let viewer = api.token(Token::Person("viewer")).await;
    let elsewhere = api.get("/api/connectors").as_(&viewer).header("x-fcc-workspace", &staging.to_string());
    let refused = elsewhere.await.problem(400, "workspace_required");
    assert_eq!(refused["workspaces"], json!(["acme"]));
    at_staging(api.post("/api/connectors/crm/publish")).json(json!({"base_version": 0})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let detail = async |token: Token<'_>| -> Value {
        let token = api.token(token).await;
        api.post("/api/connectors/crm/publish").as_(&token).json(json!({})).await.problem(403, "forbidden")["detail"].clone()
    };
    assert!(detail(Token::Person("author")).await.as_str().unwrap().contains("Your role here is author"));
    assert!(detail(Token::Service(&["draft"])).await.as_str().unwrap().contains("scope `publish`"));
    assert!(detail(Token::Agent).await.as_str().unwrap().contains("Ask a person"));
    api.finish().await;
}

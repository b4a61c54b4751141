use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, fields};

use super::{ACME, member};

#[tokio::test]
async fn members_are_listed_newest_first() {
    let api = Api::start().await;
    let ada = member(&api, "ada@acme.example", "editor").await;
    let listed = api.get(&format!("{ACME}/members")).await.ok();
    let since = |nth: usize| listed["items"][nth]["since"].clone();
    let expected = json!([
        {"userId": ada, "email": "ada@acme.example", "name": "ada", "role": "editor", "since": since(0)},
        {"userId": api.tenant.owner, "email": "owner@acme.example", "name": "The Owner", "role": "owner", "since": since(1)},
    ]);
    assert_eq!((&listed["items"], &listed["nextCursor"]), (&expected, &Value::Null));
    assert_millis(&since(0));
    api.finish().await;
}

#[tokio::test]
async fn whoever_reads_the_workspace_reads_them() {
    let api = Api::start().await;
    for token in [Token::Person("viewer"), Token::Agent, Token::Service(&["read"])] {
        let token = api.token(token).await;
        api.get(&format!("{ACME}/members")).as_(&token).await.ok();
    }
    for token in [Token::Application, Token::Service(&["publish"])] {
        let token = api.token(token).await;
        api.get(&format!("{ACME}/members")).as_(&token).await.problem(403, "forbidden");
    }
    api.get(&format!("{ACME}/members")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_first() {
    let api = Api::start().await;
    for name in ["a", "b", "c", "d"] {
        member(&api, &format!("{name}@acme.example"), "viewer").await;
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{ACME}/members?limit=2{cursor}")).await.ok();
        names.extend(fields(&page["items"], "name").into_iter().cloned());
        let Value::String(next) = &page["nextCursor"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(json!(names), json!(["d", "c", "b", "a", "The Owner"]));
    api.get(&format!("{ACME}/members?cursor=00")).await.problem(400, "invalid_cursor");
    api.finish().await;
}

use serde_json::{Value, json};
use tests::{Api, Token, fields};

const WORKSPACES: &str = "/v1/workspaces";

#[tokio::test]
async fn a_person_sees_all_theirs_newest_first_and_what_they_are_there() {
    let api = Api::start().await;
    api.add_workspace("staging").await;
    let listed = api.get(WORKSPACES).await.ok();
    assert_eq!(fields(&listed["items"], "slug"), ["staging", "acme"]);
    assert_eq!(fields(&listed["items"], "role"), ["owner", "owner"]);
    assert_eq!(listed["nextCursor"], Value::Null);
    assert_eq!(listed["items"][1], api.get("/v1/workspaces/acme").await.ok());
    let me = api.get("/v1/me").await.ok();
    let mut slugs = fields(&me["workspaces"], "slug");
    slugs.reverse();
    assert_eq!(slugs, fields(&listed["items"], "slug"), "/v1/me says the same");
    let viewer = api.token(Token::Person("viewer")).await;
    let theirs = api.get(WORKSPACES).as_(&viewer).await.ok();
    assert_eq!((fields(&theirs["items"], "slug"), fields(&theirs["items"], "role")), (vec![&json!("acme")], vec![&json!("viewer")]));
    api.finish().await;
}

#[tokio::test]
async fn a_token_of_one_workspace_sees_that_one() {
    let api = Api::start().await;
    api.add_workspace("staging").await;
    let cases = [
        (api.ci.clone(), Value::Null),
        (api.token(Token::Agent).await, Value::Null),
        (api.token(Token::PersonWithFcc("author")).await, json!("author")),
    ];
    for (token, role) in cases {
        let listed = api.get(WORKSPACES).as_(&token).await.ok();
        assert_eq!((fields(&listed["items"], "slug"), fields(&listed["items"], "role")), (vec![&json!("acme")], vec![&role]));
    }
    for token in [Token::Application, Token::Service(&["publish"])] {
        let token = api.token(token).await;
        api.get(WORKSPACES).as_(&token).await.problem(403, "forbidden");
    }
    api.finish().await;
}

#[tokio::test]
async fn pages_and_bad_choices() {
    let api = Api::start().await;
    for slug in ["a", "b", "c"] {
        api.add_workspace(slug).await;
    }
    let first = api.get(&format!("{WORKSPACES}?limit=3")).await.ok();
    assert_eq!(fields(&first["items"], "slug"), ["c", "b", "a"]);
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = api.get(&format!("{WORKSPACES}?limit=3&cursor={cursor}")).await.ok();
    assert_eq!((fields(&second["items"], "slug"), &second["nextCursor"]), (vec![&json!("acme")], &Value::Null));
    api.get(&format!("{WORKSPACES}?cursor=zz")).await.problem(400, "invalid_cursor");
    api.get(&format!("{WORKSPACES}?limit=0")).await.problem(400, "invalid_query");
    api.get(WORKSPACES).header("x-fcc-workspace", "none").await.problem(400, "workspace_required");
    api.finish().await;
}

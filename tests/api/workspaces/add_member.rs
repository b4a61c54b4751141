use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, fields};

use super::{ACME, audited, member};

const MEMBERS: &str = "/v1/workspaces/acme/members";

fn ada(role: &str) -> Value {
    json!({"email": "ada.lovelace@acme.example", "role": role})
}

#[tokio::test]
async fn somebody_new_is_named_for_their_e_mail() {
    let api = Api::start().await;
    let added = api.post(MEMBERS).json(ada("author")).await.with_status(201);
    let expected = json!({
        "userId": added["userId"], "email": "ada.lovelace@acme.example", "name": "ada.lovelace", "role": "author", "since": added["since"],
    });
    assert_eq!(added, expected);
    assert_millis(&added["since"]);
    let (action, detail) = audited(&api, 1).await.remove(0);
    assert_eq!(action, "member_added");
    assert_eq!((&detail["email"], &detail["before"], &detail["after"]), (&added["email"], &Value::Null, &json!({"role": "author"})));
    api.finish().await;
}

#[tokio::test]
async fn somebody_who_is_known_elsewhere_is_the_same_person() {
    let api = Api::start().await;
    let added = api.post(MEMBERS).json(json!({"email": " Owner@Globex.Example ", "role": "viewer"})).await.with_status(201);
    assert_eq!((&added["userId"], &added["email"]), (&json!(api.other_tenant.owner), &json!("owner@globex.example")));
    assert_eq!(added["name"], "owner", "what they are called at home is not told to others");
    assert_eq!(api.get("/v1/workspaces/globex/members").as_(&api.other_tenant.token).await.ok()["items"][0]["name"], "The Owner");
    let theirs = api.get("/v1/workspaces").as_(&api.other_tenant.token).await.ok();
    assert_eq!(fields(&theirs["items"], "slug"), ["globex", "acme"]);
    assert_eq!(fields(&theirs["items"], "role"), ["owner", "viewer"]);
    // Being owner there makes nobody anything here.
    api.patch(ACME).as_(&api.other_tenant.token).json(json!({"name": "x"})).await.problem(403, "forbidden");
    api.finish().await;
}

#[tokio::test]
async fn who_belongs_to_it_already_is_told_so() {
    let api = Api::start().await;
    let user = member(&api, "ada.lovelace@acme.example", "author").await;
    for role in ["author", "editor"] {
        let refused = api.post(MEMBERS).json(ada(role)).await.problem(409, "already_member");
        assert_eq!((&refused["userId"], &refused["role"]), (&json!(user), &json!("author")));
        assert!(refused["detail"].as_str().unwrap().contains(&format!("PATCH /v1/workspaces/acme/members/{user}")), "{refused}");
    }
    api.finish().await;
}

#[tokio::test]
async fn admins_add_members_and_owners_add_owners() {
    let api = Api::start().await;
    for token in [Token::Person("viewer"), Token::Person("editor"), Token::Agent, Token::Application] {
        let token = api.token(token).await;
        api.post(MEMBERS).as_(&token).json(ada("viewer")).await.problem(403, "forbidden");
    }
    api.post(MEMBERS).as_(&api.ci).json(ada("viewer")).await.problem(403, "forbidden");
    let admin = api.token(Token::Person("admin")).await;
    api.post(MEMBERS).as_(&admin).json(ada("owner")).await.problem(403, "forbidden");
    assert_eq!(audited(&api, 1).await[0].0, "add_member_refused");
    api.post(MEMBERS).as_(&admin).json(ada("admin")).await.with_status(201);
    api.post(MEMBERS).json(json!({"email": "grace@acme.example", "role": "owner"})).await.with_status(201);
    api.finish().await;
}

#[tokio::test]
async fn what_is_wrong_is_said_with_a_pointer() {
    let api = Api::start().await;
    let cases = [
        (json!({"email": "ada", "role": "viewer"}), "/email"),
        (json!({"email": "@acme.example", "role": "viewer"}), "/email"),
        (json!({"email": "a b@acme.example", "role": "viewer"}), "/email"),
        (json!({"email": format!("{}@acme.example", "a".repeat(255)), "role": "viewer"}), "/email"),
        (json!({"email": "ada@acme.example", "role": "king"}), "/role"),
        (json!({"email": "ada@acme.example", "role": "viewer", "name": "Ada"}), "/name"),
        (json!({"email": "ada@acme.example"}), ""),
    ];
    for (body, pointer) in cases {
        let refused = api.post(MEMBERS).json(body).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), [pointer], "{refused}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_adds_nobody_twice() {
    let api = Api::start().await;
    let add = || api.post(MEMBERS).idempotency_key("k").json(ada("viewer"));
    let first = add().await.with_status(201);
    let again = add().await;
    assert!(again.is_replayed());
    assert_eq!(again.with_status(201), first);
    api.post(MEMBERS).idempotency_key("k").json(ada("author")).await.problem(422, "idempotency_key_reused");
    api.finish().await;
}

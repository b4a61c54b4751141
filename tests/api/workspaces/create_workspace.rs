use serde_json::{Value, json};
use tests::{Api, Token, fields};

const WORKSPACES: &str = "/v1/workspaces";

fn staging() -> Value {
    json!({"slug": "staging", "name": " Staging "})
}

#[tokio::test]
async fn a_new_workspace_is_hybrid_and_its_maker_owns_it() {
    let api = Api::start().await;
    let admin = api.token(Token::Person("admin")).await;
    let answer = api.post(WORKSPACES).as_(&admin).json(staging()).await;
    let location = answer.header("location").unwrap().to_owned();
    let created = answer.with_status(201);
    let expected = json!({
        "id": created["id"], "slug": "staging", "name": "Staging", "governanceMode": "Hybrid", "environmentKind": "Development",
        "gitRepoUrl": null, "gitBranch": null, "role": "owner", "createdAt": created["createdAt"],
    });
    assert_eq!(created, expected);
    assert_eq!(api.get(&location).as_(&admin).await.ok(), created);
    // It is theirs alone, and it works.
    api.get(&location).await.problem(404, "not_found");
    let create = api.post("/api/connectors").as_(&admin).header("x-fcc-workspace", "staging").json(json!({"slug": "crm", "name": "CRM"}));
    create.await.with_status(201);
    api.get("/api/connectors/crm").await.problem(404, "not_found");
    let members = api.get(&format!("{location}/members")).as_(&admin).await.ok();
    assert_eq!(fields(&members["items"], "role"), ["owner"]);
    let entry = api.get("/v1/audit").as_(&admin).header("x-fcc-workspace", "staging").await.ok()["items"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!((&entry["action"], &entry["detail"]["slug"]), (&json!("workspace_created"), &json!("staging")));
    api.finish().await;
}

#[tokio::test]
async fn settings_can_come_with_it() {
    let api = Api::start().await;
    let mut body = staging();
    body["environmentKind"] = json!("Staging");
    body["gitRepoUrl"] = json!("https://git.example/acme/decisions");
    body["gitBranch"] = json!("main");
    let created = api.post(WORKSPACES).json(body.clone()).await.with_status(201);
    for setting in ["environmentKind", "gitRepoUrl", "gitBranch"] {
        assert_eq!(created[setting], body[setting]);
    }
    api.finish().await;
}

#[tokio::test]
async fn only_a_person_who_administers_one_of_the_tenant_makes_another() {
    let api = Api::start().await;
    for role in ["viewer", "author", "editor"] {
        let token = api.token(Token::Person(role)).await;
        api.post(WORKSPACES).as_(&token).json(staging()).await.problem(403, "forbidden");
    }
    let agent = api.token(Token::Agent).await;
    let application = api.token(Token::Application).await;
    for token in [&api.ci, &agent, &application] {
        api.post(WORKSPACES).as_(token).json(staging()).await.problem(403, "forbidden");
    }
    let fcc = api.token(Token::PersonWithFcc("admin")).await;
    api.post(WORKSPACES).as_(&fcc).json(staging()).await.with_status(201);
    // The new one is not that token's.
    api.get("/v1/workspaces/staging").as_(&fcc).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn a_slug_is_taken_in_its_tenant_alone() {
    let api = Api::start().await;
    for taken in ["acme", "acme"] {
        let refused = api.post(WORKSPACES).json(json!({"slug": taken, "name": "x"})).await.problem(409, "slug_taken");
        assert!(refused["detail"].as_str().unwrap().contains("\"acme\""), "{refused}");
    }
    // What another tenant has is free here, and nobody learns that they have it.
    api.post(WORKSPACES).json(json!({"slug": "globex", "name": "x"})).await.with_status(201);
    let again = api.post(WORKSPACES).json(json!({"slug": "globex", "name": "x"}));
    again.await.problem(409, "slug_taken");
    api.finish().await;
}

#[tokio::test]
async fn a_guest_of_another_tenant_founds_at_home_unless_they_name_the_other() {
    let api = Api::start().await;
    let invitation = json!({"email": api.tenant.owner_email, "role": "admin"});
    api.post("/v1/workspaces/globex/members").as_(&api.other_tenant.token).json(invitation).await.with_status(201);
    api.post(WORKSPACES).json(json!({"slug": "acme", "name": "x"})).await.problem(409, "slug_taken");
    let theirs = api.post(WORKSPACES).header("x-fcc-workspace", "globex").json(json!({"slug": "acme", "name": "x"}));
    theirs.await.with_status(201);
    api.post(WORKSPACES).header("x-fcc-workspace", "nowhere").json(staging()).await.problem(400, "workspace_required");
    api.finish().await;
}

#[tokio::test]
async fn a_person_of_several_workspaces_of_one_tenant_need_not() {
    let api = Api::start().await;
    api.add_workspace("staging").await;
    api.post(WORKSPACES).json(json!({"slug": "production", "name": "x"})).await.with_status(201);
    assert_eq!(fields(&api.get(WORKSPACES).await.ok()["items"], "slug"), ["production", "staging", "acme"]);
    api.finish().await;
}

#[tokio::test]
async fn what_is_wrong_is_said_with_a_pointer() {
    let api = Api::start().await;
    let cases = [
        (json!({"slug": "No Slug", "name": "x"}), "/slug"),
        (json!({"slug": tests::fresh(), "name": "x"}), "/slug"),
        (json!({"slug": "x", "name": " "}), "/name"),
        (json!({"slug": "x", "name": "x", "environmentKind": "Testing"}), "/environmentKind"),
        (json!({"slug": "x", "name": "x", "gitRepoUrl": "http://git.example/x"}), "/gitRepoUrl"),
        (json!({"slug": "x", "name": "x", "gitBranch": "a b"}), "/gitBranch"),
        (json!({"slug": "x", "name": "x", "governanceMode": "Hybrid"}), "/governanceMode"),
    ];
    for (body, pointer) in cases {
        let refused = api.post(WORKSPACES).json(body).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), [pointer], "{refused}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_makes_no_second_one() {
    let api = Api::start().await;
    let create = || api.post(WORKSPACES).idempotency_key("k").json(staging());
    let first = create().await.with_status(201);
    let again = create().await;
    assert!(again.is_replayed());
    assert_eq!(again.header("location"), Some(format!("{WORKSPACES}/{}", first["id"].as_str().unwrap()).as_str()));
    assert_eq!(again.with_status(201), first);
    api.finish().await;
}

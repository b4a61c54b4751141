use serde_json::{Value, json};
use tests::{Api, Token, assert_millis};

use super::ACME;

#[tokio::test]
async fn a_workspace_has_its_settings() {
    let api = Api::start().await;
    let got = api.get(ACME).await.ok();
    let expected = json!({
        "id": api.tenant.workspace, "slug": "acme", "name": "acme", "governanceMode": "Hybrid", "environmentKind": "Development",
        "gitRepoUrl": null, "gitBranch": null, "role": "owner", "createdAt": got["createdAt"],
    });
    assert_eq!(got, expected);
    assert_millis(&got["createdAt"]);
    for reference in [api.tenant.workspace.to_string(), api.tenant.workspace.to_string().to_uppercase()] {
        assert_eq!(api.get(&format!("/v1/workspaces/{reference}")).await.ok(), got);
    }
    assert_eq!(api.get(ACME).as_(&api.ci).await.ok()["role"], Value::Null);
    api.finish().await;
}

#[tokio::test]
async fn the_path_chooses_where_the_header_would_have_to() {
    let api = Api::start().await;
    let staging = api.add_workspace("staging").await;
    for reference in ["staging".to_owned(), staging.to_string()] {
        assert_eq!(api.get(&format!("/v1/workspaces/{reference}")).await.ok()["slug"], "staging");
        assert_eq!(api.get(&format!("/v1/workspaces/{reference}")).header("x-fcc-workspace", "acme").await.ok()["slug"], "staging");
    }
    api.finish().await;
}

#[tokio::test]
async fn anybody_elses_is_404() {
    let api = Api::start().await;
    let staging = api.add_workspace("staging").await;
    let fcc = api.token(Token::PersonWithFcc("owner")).await;
    // Of the same tenant, but not theirs; of another tenant; of nobody.
    for token in [&api.ci, &fcc, &api.other_tenant.token] {
        for reference in ["staging", &staging.to_string(), "none", "%00", "%ff", &tests::fresh().to_string()] {
            api.get(&format!("/v1/workspaces/{reference}")).as_(token).await.problem(404, "not_found");
        }
    }
    api.get(ACME).as_(&api.other_tenant.token).await.problem(404, "not_found");
    let application = api.token(Token::Application).await;
    api.get(ACME).as_(&application).await.problem(403, "forbidden");
    api.finish().await;
}

#[tokio::test]
async fn a_slug_that_two_tenants_have_is_told_by_the_header_or_the_id() {
    let api = Api::start().await;
    // The first tenant's owner is invited to a workspace of globex, whose owner calls one acme, too.
    let theirs = json!({"slug": "acme", "name": "Theirs"});
    let theirs = api.post("/v1/workspaces").as_(&api.other_tenant.token).json(theirs).await.with_status(201)["id"].clone();
    let theirs = theirs.as_str().unwrap();
    let invitation = json!({"email": api.tenant.owner_email, "role": "viewer"});
    api.post(&format!("/v1/workspaces/{theirs}/members")).as_(&api.other_tenant.token).json(invitation).await.with_status(201);
    assert_eq!(api.get(ACME).await.ok()["role"], "owner", "the one at home, unless told otherwise");
    assert_eq!(api.get(&format!("/v1/workspaces/{theirs}")).await.ok()["role"], "viewer");
    for (id, role) in [(api.tenant.workspace.to_string(), "owner"), (theirs.to_owned(), "viewer")] {
        assert_eq!(api.get(ACME).header("x-fcc-workspace", &id).await.ok()["role"], role);
    }
    api.finish().await;
}

use serde_json::json;
use tests::{Api, config};

#[tokio::test]
async fn a_credential_that_spans_several_has_to_choose() {
    let api = Api::start().await;
    let staging = api.add_workspace("staging").await;
    let crm = json!({"slug": "crm", "name": "CRM", "config": config()});
    api.post("/api/connectors").header("x-fcc-workspace", "acme").json(crm).await.with_status(201);
    let publish = || api.post("/api/connectors/crm/publish").json(json!({"base_version": 0}));
    for refused in
        [api.get("/api/connectors/crm").await, publish().await, api.post("/api/connectors").json(json!({"slug": "x", "name": "x"})).await]
    {
        assert_eq!(refused.problem(400, "workspace_required")["workspaces"], json!(["acme", "staging"]));
    }
    for choice in ["acme".to_owned(), api.tenant.workspace.to_string(), api.tenant.workspace.to_string().to_uppercase()] {
        api.get("/api/connectors/crm").header("x-fcc-workspace", &choice).await.ok();
    }
    api.get("/api/connectors/crm").header("x-fcc-workspace", &staging.to_string()).await.problem(404, "not_found");
    publish().header("x-fcc-workspace", "acme").await.ok();
    api.finish().await;
}

#[tokio::test]
async fn one_that_has_a_single_workspace_need_not_choose_and_can_not_choose_another() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.get("/api/connectors/crm").as_(&api.ci).header("x-fcc-workspace", "acme").await.ok();
    api.get("/api/connectors/crm").as_(&api.ci).header("x-fcc-workspace", &api.tenant.workspace.to_string().to_uppercase()).await.ok();
    api.get("/api/connectors/crm").as_(&api.ci).header("x-fcc-workspace", " ").await.ok();
    for elsewhere in ["globex", "none", &api.other_tenant.workspace.to_string()] {
        for token in [&api.ci, &api.tenant.token] {
            let refused =
                api.get("/api/connectors/crm").as_(token).header("x-fcc-workspace", elsewhere).await.problem(400, "workspace_required");
            assert_eq!(refused["workspaces"], json!(["acme"]));
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn who_is_added_to_a_workspace_of_another_tenant_goes_on_at_home_as_before() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let stranger = |path: &str| api.post(path).as_(&api.other_tenant.token);
    stranger("/v1/workspaces").json(json!({"slug": "acme", "name": "A trap"})).await.with_status(201);
    let trap = api.get("/v1/workspaces").as_(&api.other_tenant.token).await.ok()["items"][0]["id"].clone();
    for workspace in ["globex", trap.as_str().unwrap()] {
        let invitation = json!({"email": api.tenant.owner_email, "role": "owner"});
        stranger(&format!("/v1/workspaces/{workspace}/members")).json(invitation).await.with_status(201);
    }
    // Unnamed, and by the slug that both tenants have, also in the publish's own transaction.
    api.get("/api/connectors/crm").await.ok();
    api.get("/api/connectors/crm").header("x-fcc-workspace", "acme").await.ok();
    api.post("/api/connectors/crm/publish").json(json!({"base_version": 0})).await.ok();
    let minted = api.post("/v1/tokens").json(json!({"kind": "personal", "name": "laptop", "surface": "designer"})).await.with_status(201);
    api.get("/api/connectors/crm").as_(minted["token"].as_str().unwrap()).await.ok();
    assert_eq!(api.post("/v1/workspaces").json(json!({"slug": "staging", "name": "Staging"})).await.with_status(201)["role"], "owner");
    // Elsewhere they are asked for by name.
    api.get("/api/connectors/crm").header("x-fcc-workspace", "globex").await.problem(404, "not_found");
    api.get("/api/connectors/crm").header("x-fcc-workspace", trap.as_str().unwrap()).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn the_same_slug_in_another_workspace_is_another_connector() {
    let api = Api::start().await;
    api.add_workspace("staging").await;
    for workspace in ["acme", "staging"] {
        let body = json!({"slug": "crm", "name": workspace, "config": config()});
        api.post("/api/connectors").header("x-fcc-workspace", workspace).json(body).await.with_status(201);
    }
    api.post("/api/connectors/crm/publish").header("x-fcc-workspace", "staging").json(json!({"base_version": 0})).await.ok();
    let connector = async |workspace: &str| api.get("/api/connectors/crm").header("x-fcc-workspace", workspace).await.ok();
    assert_eq!(connector("acme").await["active_version"], 0);
    assert_eq!(connector("staging").await["active_version"], 1);
    api.finish().await;
}

use serde_json::{Value, json};
use tests::{Api, Request, Token};

const DESIGNER_ONLY: &str = "This workspace is set to DesignerOnly. Publishing from the CLI is disabled.";
const CODE_MANAGED: &str = "This workspace is set to CodeManaged. Publishing from the console is disabled.";

/// One connector for each call, each in the state in which that call would succeed: crm-publish, crm-rollback...
async fn ready(api: &Api) {
    for slug in ["publish", "rollback", "archive", "unarchive"] {
        api.publish_first(slug).await;
        api.publish_next(slug, 1).await;
    }
    api.patch_draft("publish", json!({"settings": {"batch": 3}})).await;
    api.post("/api/connectors/unarchive/archive").json(json!({"base_version": 2})).await.ok();
}

fn calls<'a>(api: &'a Api, token: &'a str) -> Vec<Request> {
    let call = |operation: &str, body: Value| api.post(&format!("/api/connectors/{operation}/{operation}")).as_(token).json(body);
    vec![
        call("publish", json!({"base_version": 2})),
        call("rollback", json!({"version": 1, "base_version": 2})),
        call("archive", json!({"base_version": 2})),
        call("unarchive", json!({"base_version": 3})),
    ]
}

async fn published(api: &Api) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM resource_versions WHERE version IS NOT NULL").fetch_one(&api.owner_db).await.unwrap()
}

#[tokio::test]
async fn the_mode_says_which_surface_may_publish() {
    for (mode, refused_surface, beginning) in
        [("DesignerOnly", Some("cli"), DESIGNER_ONLY), ("CodeManaged", Some("designer"), CODE_MANAGED), ("Hybrid", None, "")]
    {
        for surface in ["designer", "cli"] {
            let api = Api::start().await;
            ready(&api).await;
            api.set_mode(mode).await;
            let token = if surface == "cli" { &api.ci } else { &api.tenant.token };
            let before = published(&api).await;
            let mut succeeded = 0;
            for call in calls(&api, token) {
                if refused_surface == Some(surface) {
                    let refused = call.await.problem(400, "governance_refused");
                    assert!(refused["detail"].as_str().unwrap().starts_with(beginning), "{refused}");
                    assert!(refused["detail"].as_str().unwrap().len() > beginning.len() + 10, "it says what to do instead");
                    assert_eq!(refused["governance_mode"], mode);
                } else {
                    call.await.ok();
                    succeeded += 1;
                }
            }
            assert_eq!(published(&api).await, before + succeeded, "{mode} {surface}");
            api.finish().await;
        }
    }
}

#[tokio::test]
async fn an_agent_is_refused_in_every_mode() {
    let api = Api::start().await;
    ready(&api).await;
    let agent = api.token(Token::Agent).await;
    for mode in ["DesignerOnly", "CodeManaged", "Hybrid"] {
        api.set_mode(mode).await;
        for call in calls(&api, &agent) {
            call.await.problem(403, "forbidden");
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn a_persons_fcc_token_is_of_the_cli_surface_and_their_console_token_is_not() {
    let api = Api::start().await;
    ready(&api).await;
    api.set_mode("CodeManaged").await;
    let body = json!({"base_version": 2});
    let (console, fcc) = (api.token(Token::Person("owner")).await, api.token(Token::PersonWithFcc("owner")).await);
    api.post("/api/connectors/publish/publish").as_(&console).json(body.clone()).await.problem(400, "governance_refused");
    let published = api.post("/api/connectors/publish/publish").as_(&fcc).json(body).await.ok();
    assert_eq!(published["source"], "cli-publish");
    api.finish().await;
}

#[tokio::test]
async fn drafts_can_be_written_in_every_mode_from_every_surface() {
    let api = Api::start().await;
    ready(&api).await;
    let agent = api.token(Token::Agent).await;
    for (nth, mode) in ["DesignerOnly", "CodeManaged", "Hybrid"].into_iter().enumerate() {
        api.set_mode(mode).await;
        for token in [&api.tenant.token, &api.ci, &agent] {
            let draft = "/api/connectors/publish/draft";
            api.patch(draft).as_(token).json(json!({"settings": {"nth": nth}})).await.ok();
            api.put(&format!("{draft}/entities/e{nth}")).as_(token).json(json!({"fields": {}})).await.ok();
            api.delete(&format!("{draft}/entities/e{nth}")).as_(token).await.ok();
            api.post(&format!("{draft}/merge")).as_(token).await.ok();
            api.post("/api/connectors/publish/versions/1/restore").as_(token).await.ok();
            api.delete(draft).as_(token).await.ok();
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn the_refusal_names_the_repository_where_it_is_known() {
    let api = Api::start().await;
    ready(&api).await;
    api.set_mode("CodeManaged").await;
    let publish = || api.post("/api/connectors/publish/publish").json(json!({"base_version": 2}));
    let without = publish().await.problem(400, "governance_refused");
    assert!(!without["detail"].as_str().unwrap().contains("https://"), "{without}");
    sqlx::query("UPDATE workspaces SET git_repo_url = 'https://git.example/acme/flows'").execute(&api.owner_db).await.unwrap();
    let with = publish().await.problem(400, "governance_refused");
    assert!(with["detail"].as_str().unwrap().contains("https://git.example/acme/flows"), "{with}");
    api.finish().await;
}

#[tokio::test]
async fn a_refusal_is_in_the_audit_log() {
    let api = Api::start().await;
    ready(&api).await;
    api.set_mode("DesignerOnly").await;
    for call in calls(&api, &api.ci) {
        call.await.problem(400, "governance_refused");
    }
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log WHERE detail ->> 'code' = 'governance_refused' ORDER BY id")
            .fetch_all(&api.owner_db)
            .await
            .unwrap();
    assert_eq!(actions, ["publish_refused", "rollback_refused", "archive_refused", "unarchive_refused"]);
    api.finish().await;
}

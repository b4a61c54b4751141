use serde_json::{Value, json};
use tests::{Api, Request, Token, config};

const DRAFT: &str = "/api/connectors/crm/draft";
const PUBLISH: &str = "/api/connectors/crm/publish";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn with_everything(request: Request) -> Request {
    request
        .header("x-fcc-git-commit", COMMIT)
        .header("x-fcc-git-branch", "feature/é 1")
        .header("x-fcc-host", "runner-7")
        .header("x-fcc-cli-version", "1.2.3")
        .header("x-fcc-client", "claude-desktop")
}

/// Source, surface, actor, e-mail, commit, branch, host and client of the newest row of the history; `-` where there is none.
async fn newest(api: &Api) -> Vec<String> {
    let query =
        "SELECT array_replace(ARRAY[source, surface, actor_kind, created_by_email, git_commit_sha, git_branch, host, client], NULL, '-')
                   FROM resource_versions ORDER BY id DESC LIMIT 1";
    sqlx::query_scalar(query).fetch_one(&api.owner_db).await.unwrap()
}

#[tokio::test]
async fn the_cli_surface_records_where_it_ran() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    with_everything(api.patch(DRAFT).as_(&api.ci)).json(json!({"settings": {"batch": 1}})).await.ok();
    let rest = ["cli", "ci", "ci-bot@acme.example", COMMIT, "feature/é 1", "runner-7", "fcc/1.2.3"];
    assert_eq!(newest(&api).await, [&["cli-apply"], &rest[..]].concat());
    with_everything(api.post(PUBLISH).as_(&api.ci)).json(json!({"base_version": 0})).await.ok();
    assert_eq!(newest(&api).await, [&["cli-publish"], &rest[..]].concat());
    let fcc = api.token(Token::PersonWithFcc("editor")).await;
    api.patch(DRAFT).as_(&fcc).json(json!({"settings": {"batch": 2}})).await.ok();
    let newest = newest(&api).await;
    assert_eq!((&newest[..3], &newest[4..]), (&["cli-apply", "cli", "human"].map(str::to_owned)[..], &["-"; 4].map(str::to_owned)[..]));
    assert!(newest[3].starts_with("editor-"));
    api.finish().await;
}

#[tokio::test]
async fn the_designer_surface_never_carries_a_commit() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let rest = ["designer", "human", "owner@acme.example", "-", "-", "-", "-"];
    with_everything(api.patch(DRAFT)).json(json!({"settings": {"batch": 1}})).await.ok();
    assert_eq!(newest(&api).await, [&["designer-draft"], &rest[..]].concat());
    with_everything(api.post(PUBLISH)).json(json!({"base_version": 0})).await.ok();
    assert_eq!(newest(&api).await, [&["designer-publish"], &rest[..]].concat());
    api.patch(DRAFT).header("x-fcc-git-commit", "not a commit").json(json!({"settings": {"batch": 3}})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn the_agent_surface_says_which_client_it_is() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let agent = api.token(Token::Agent).await;
    with_everything(api.patch(DRAFT).as_(&agent)).json(json!({"settings": {"batch": 1}})).await.ok();
    let expected = ["designer-draft", "agent", "agent", "agent@acme.example", "-", "-", "-", "claude-desktop"];
    assert_eq!(newest(&api).await, expected);
    api.finish().await;
}

#[tokio::test]
async fn a_commit_is_7_to_64_hex_digits() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let (longest, too_long) = ("a".repeat(64), "a".repeat(65));
    for (nth, good) in ["abcdef0", "ABCDEF0", longest.as_str()].into_iter().enumerate() {
        api.patch(DRAFT).as_(&api.ci).header("x-fcc-git-commit", good).json(json!({"settings": {"nth": nth}})).await.ok();
        assert_eq!(newest(&api).await[4], good.to_lowercase());
    }
    for bad in ["", "abcdef", "abcdefg", "HEAD~1", "abc\tdef0", too_long.as_str()] {
        api.patch(DRAFT).as_(&api.ci).header("x-fcc-git-commit", bad).json(json!({})).await.problem(400, "invalid_header");
        let publish = api.post(PUBLISH).as_(&api.ci).header("x-fcc-git-commit", bad).json(json!({"base_version": 0}));
        publish.await.problem(400, "invalid_header");
    }
    api.finish().await;
}

#[tokio::test]
async fn rollbacks_and_archives_carry_it_too() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let cli = |path: &str, body: Value| with_everything(api.post(&format!("/api/connectors/crm/{path}")).as_(&api.ci)).json(body);
    for (path, body, source) in [
        ("rollback", json!({"version": 1, "base_version": 2}), "rollback"),
        ("archive", json!({"base_version": 3}), "cli-publish"),
        ("unarchive", json!({"base_version": 4}), "cli-publish"),
    ] {
        cli(path, body).await.ok();
        let newest = newest(&api).await;
        assert_eq!((newest[0].as_str(), newest[4].as_str()), (source, COMMIT));
    }
    api.finish().await;
}

use domain::Canonical;
use domain::canonical::digest_of;
use domain::identity::ResourceType;
use serde_json::{Value, json};
use store::drafts::{Author, Content, Swap};
use tests::{Api, Token, assert_seconds, config, fields, graph, graph_with, without_flows};

const DRIFT: &str = "/v1/sync/drift";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

async fn drift(api: &Api) -> Value {
    api.get(DRIFT).as_(&api.ci).await.ok()
}

/// Publishes the connector's draft from CI, with a commit.
async fn ship(api: &Api, slug: &str, base: i32) -> Value {
    let publish = api.post(&format!("/api/connectors/{slug}/publish")).as_(&api.ci);
    publish.header("x-fcc-git-commit", COMMIT).header("x-fcc-git-branch", "main").json(json!({"base_version": base})).await.ok()
}

/// A connector whose version 1 came from CI.
async fn shipped(api: &Api, slug: &str) -> Value {
    let body = json!({"slug": slug, "name": slug, "config": config()});
    let connector = api.post("/api/connectors").as_(&api.ci).json(body).await.with_status(201);
    ship(api, slug, 0).await;
    connector
}

async fn pull(api: &Api, token: &str) {
    let export = api.get("/v1/sync/export?bodies=false").as_(token).await.ok();
    let resources: Vec<Value> = export["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({"type": one["type"], "id": one["id"], "digest": one["digest"]}))
        .collect();
    api.post("/v1/sync/pulls").as_(token).json(json!({"asOfUtc": export["asOfUtc"], "resources": resources})).await.ok();
}

#[tokio::test]
async fn a_workspace_without_anything_is_in_sync_and_has_no_git() {
    let api = Api::start().await;
    let drift = drift(&api).await;
    let expected = json!({
        "workspace": {"slug": "acme", "governanceMode": "Hybrid", "environmentKind": "Development"}, "git": null,
        "pending": {"push": 0, "pull": 0, "conflicts": 0}, "designerPublishesSinceLastGitCommit": 0, "inSync": true,
        "checkedAtUtc": drift["checkedAtUtc"], "reasons": [],
    });
    assert_eq!(drift, expected);
    assert_seconds(&drift["checkedAtUtc"]);
    api.finish().await;
}

#[tokio::test]
async fn a_hot_fix_from_the_console_is_counted_and_named_until_git_has_it() {
    let api = Api::start().await;
    shipped(&api, "crm").await;
    let before = drift(&api).await;
    assert_eq!(
        (&before["inSync"], &before["git"]["lastCommitSha"], &before["git"]["branch"]),
        (&json!(true), &json!(COMMIT), &json!("main"))
    );
    assert_seconds(&before["git"]["lastCommitSyncedAtUtc"]);

    api.publish_next("crm", 1).await;
    let after = drift(&api).await;
    assert_eq!((&after["inSync"], &after["designerPublishesSinceLastGitCommit"]), (&json!(false), &json!(1)));
    assert_eq!(after["pending"], json!({"push": 0, "pull": 0, "conflicts": 0}), "this credential has never pulled");
    let reason = &after["reasons"][0];
    let expected = json!({
        "type": "connector", "slug": "crm", "reason": "designer_publish", "version": 2, "by": "owner@acme.example", "atUtc": reason["atUtc"],
    });
    assert_eq!(*reason, expected);
    assert_seconds(&reason["atUtc"]);

    // A publish from CI, with its commit, is the new anchor.
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"batch": 9}})).await.ok();
    ship(&api, "crm", 2).await;
    assert_eq!(drift(&api).await["inSync"], true);
    api.finish().await;
}

#[tokio::test]
async fn a_flow_that_was_hot_fixed_has_diverged_until_the_commit_that_has_the_fix_is_applied() {
    let api = Api::start().await;
    let file = |graph: &Value| json!({"type": "flow", "slug": "fees", "baseDigest": null, "digest": digest_of(graph), "body": graph});
    api.apply_commit("abcdef0", [file(&graph())]).await.ok();
    api.publish_many(json!({"flowIds": []})).header("x-fcc-git-commit", "abcdef0").await.ok();
    let diverged = async || api.get("/v1/flows/fees").await.ok()["divergedFromGit"].clone();
    assert_eq!((&drift(&api).await["inSync"], diverged().await), (&json!(true), json!(false)));

    let fixed = graph_with([("big", "20")]);
    api.put_graph("fees", fixed.clone()).await;
    api.post("/v1/flows/fees/publish").json(json!({"baseVersion": 1})).await.ok();
    let hot = drift(&api).await;
    let reason = json!({
        "type": "flow", "slug": "fees", "reason": "designer_publish", "version": 2, "by": "owner@acme.example", "atUtc": hot["reasons"][0]["atUtc"],
    });
    assert_eq!((&hot["designerPublishesSinceLastGitCommit"], &hot["reasons"]), (&json!(1), &json!([reason])));
    assert_eq!((diverged().await, &api.get("/v1/flows").await.ok()["items"][0]["divergedFromGit"]), (json!(true), &json!(true)));

    let applied = api.apply_commit("abcdef1", [file(&fixed)]).await.ok();
    assert_eq!(applied["items"][0]["change"], "unchanged");
    let cleared = drift(&api).await;
    assert_eq!((&cleared["inSync"], &cleared["git"]["lastCommitSha"], diverged().await), (&json!(true), &json!("abcdef1"), json!(false)));
    api.finish().await;
}

#[tokio::test]
async fn publishes_rollbacks_archives_and_unarchives_from_the_console_are_summed_over_all_resources() {
    let api = Api::start().await;
    shipped(&api, "crm").await;
    api.publish_first("never-in-git").await;
    api.publish_next("crm", 1).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 3})).await.ok();
    api.post("/api/connectors/crm/unarchive").json(json!({"base_version": 4})).await.ok();
    let drift = drift(&api).await;
    assert_eq!(drift["designerPublishesSinceLastGitCommit"], 5);
    assert_eq!(fields(&drift["reasons"], "slug"), ["crm", "never-in-git"]);
    assert_eq!(fields(&drift["reasons"], "version"), [5, 1]);
    api.finish().await;
}

#[tokio::test]
async fn a_cli_draft_that_nobody_published_is_pending_to_be_pushed() {
    let api = Api::start().await;
    shipped(&api, "crm").await;
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"batch": 2}})).await.ok();
    let body = json!({"slug": "new", "name": "New", "config": config()});
    api.post("/api/connectors").as_(&api.ci).json(body).await.with_status(201);
    let pushing = drift(&api).await;
    assert_eq!((&pushing["pending"], &pushing["inSync"]), (&json!({"push": 2, "pull": 0, "conflicts": 0}), &json!(false)));
    assert_eq!(fields(&pushing["reasons"], "reason"), ["push", "push"]);
    assert_eq!(fields(&pushing["reasons"], "by"), ["ci-bot@acme.example", "ci-bot@acme.example"]);
    ship(&api, "crm", 1).await;
    assert_eq!(drift(&api).await["pending"]["push"], 1);
    // An archived one has nothing to publish.
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"batch": 3}})).await.ok();
    api.post("/api/connectors/crm/archive").as_(&api.ci).json(json!({"base_version": 2})).await.ok();
    assert_eq!(drift(&api).await["pending"]["push"], 1);
    api.finish().await;
}

#[tokio::test]
async fn what_the_console_or_an_agent_changed_since_the_last_pull_is_pending_to_be_pulled() {
    let api = Api::start().await;
    shipped(&api, "crm").await;
    shipped(&api, "other").await;
    pull(&api, &api.ci).await;
    assert_eq!(drift(&api).await["inSync"], true);

    let agent = api.token(Token::Agent).await;
    api.patch("/api/connectors/crm/draft").as_(&agent).json(json!({"settings": {"batch": 2}})).await.ok();
    let changed = drift(&api).await;
    assert_eq!(changed["pending"], json!({"push": 0, "pull": 1, "conflicts": 0}));
    assert_eq!(changed["reasons"][0]["by"], "agent@acme.example");

    pull(&api, &api.ci).await;
    assert_eq!(drift(&api).await["inSync"], true);
    api.publish("crm", 1).await;
    let published = drift(&api).await;
    assert_eq!((&published["pending"]["pull"], &published["designerPublishesSinceLastGitCommit"]), (&json!(1), &json!(1)));
    assert_eq!(fields(&published["reasons"], "reason"), ["designer_publish", "pull"], "one a resource and kind");
    assert_eq!(fields(&published["reasons"], "by"), ["owner@acme.example", "owner@acme.example"]);

    // Made in the console after the pull: the checkout lacks it.
    api.create("made-in-the-console", config()).await;
    assert_eq!(drift(&api).await["pending"]["pull"], 2);
    // Another credential has never pulled: nothing is behind for it.
    let other = api.token(Token::Service(&["read"])).await;
    assert_eq!(api.get(DRIFT).as_(&other).await.ok()["pending"]["pull"], 0);
    api.finish().await;
}

#[tokio::test]
async fn pulling_one_resource_hides_no_other_that_was_never_pulled() {
    let api = Api::start().await;
    shipped(&api, "crm").await;
    let export = api.get("/v1/sync/export").as_(&api.ci).await.ok();
    pull(&api, &api.ci).await;
    api.create("made-in-the-console", config()).await;
    assert_eq!(drift(&api).await["pending"]["pull"], 1);
    let crm = &export["resources"][0];
    let later = api.get("/v1/sync/export?bodies=false").as_(&api.ci).await.ok()["asOfUtc"].clone();
    let one = json!({"asOfUtc": later, "resources": [{"type": crm["type"], "id": crm["id"], "digest": crm["digest"]}]});
    api.post("/v1/sync/pulls").as_(&api.ci).json(one).await.ok();
    assert_eq!(drift(&api).await["pending"]["pull"], 1);
    api.finish().await;
}

#[tokio::test]
async fn who_changed_it_on_the_other_side_is_named_whoever_wrote_after() {
    let api = Api::start().await;
    shipped(&api, "crm").await;
    pull(&api, &api.ci).await;
    let agent = api.token(Token::Agent).await;
    api.patch("/api/connectors/crm/draft").as_(&agent).json(json!({"settings": {"batch": 2}})).await.ok();
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"batch": 3}})).await.ok();
    ship(&api, "crm", 1).await;
    let drift = drift(&api).await;
    assert_eq!(fields(&drift["reasons"], "reason"), ["pull"]);
    assert_eq!(fields(&drift["reasons"], "by"), ["agent@acme.example"]);
    api.finish().await;
}

#[tokio::test]
async fn a_commit_of_which_nobody_knows_the_branch_is_on_none() {
    let api = Api::start().await;
    sqlx::query("UPDATE workspaces SET git_branch = 'main'").execute(&api.owner_db).await.unwrap();
    api.create("crm", config()).await;
    let publish = api.post("/api/connectors/crm/publish").as_(&api.ci).header("x-fcc-git-commit", COMMIT);
    publish.json(json!({"base_version": 0})).await.ok();
    let git = drift(&api).await["git"].clone();
    assert_eq!((&git["lastCommitSha"], &git["branch"]), (&json!(COMMIT), &Value::Null));
    api.finish().await;
}

#[tokio::test]
async fn a_write_that_was_on_its_way_during_the_export_is_still_to_be_pulled() {
    let api = Api::start().await;
    let connector = shipped(&api, "crm").await;
    let id: uuid::Uuid = connector["id"].as_str().unwrap().parse().unwrap();
    let mut writer = api.app.db.begin(store::Scope { workspace: api.tenant.workspace, user: None, standing: None }).await.unwrap();
    let Canonical { bytes, digest } = Canonical::of(&without_flows());
    let content = Content { digest, body: bytes, manifest: None, checker_version: 1, publishable: true, diagnostics: json!({}) };
    let swap = Swap { expected: Some((digest_of(&config()), 1)), base_version: 1, restored_from: None };
    let (surface, source) = ("designer", "designer-draft");
    let author = Author {
        user_id: None,
        email: Some("owner@acme.example"),
        surface,
        actor_kind: "human",
        source,
        client: None,
        host: None,
        git_commit: None,
        git_branch: None,
    };
    let saved = store::drafts::save(&mut writer, api.tenant.workspace, ResourceType::Connector, id, swap, &content, &author).await;
    assert!(saved.unwrap().is_some());
    let export = api.get("/v1/sync/export?of=draft").as_(&api.ci).await.ok();
    assert_eq!(export["resources"][0]["body"], config(), "the write is not there yet");
    writer.commit().await.unwrap();
    let body = json!({"asOfUtc": export["asOfUtc"], "resources": [{"type": "connector", "id": id, "digest": digest_of(&config())}]});
    api.post("/v1/sync/pulls").as_(&api.ci).json(body).await.ok();
    assert_eq!(drift(&api).await["pending"]["pull"], 1);
    api.finish().await;
}

#[tokio::test]
async fn of_very_many_that_differ_some_are_listed_and_all_are_counted() {
    let api = Api::start().await;
    let files: Vec<Value> = (0..230).map(|nth| tests::file(&format!("c{nth:03}"), &config(), None)).collect();
    api.apply(files).await.ok();
    let drift = drift(&api).await;
    assert_eq!((&drift["pending"]["push"], &drift["truncated"]), (&json!(230), &json!(true)));
    let expected: Vec<Value> = (0..200).map(|nth| json!(format!("c{nth:03}"))).collect();
    assert_eq!(fields(&drift["reasons"], "slug"), expected.iter().collect::<Vec<_>>());
    api.finish().await;
}

#[tokio::test]
async fn what_both_sides_changed_is_a_conflict_and_counted_as_nothing_else() {
    let api = Api::start().await;
    shipped(&api, "crm").await;
    pull(&api, &api.ci).await;
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"batch": 3}})).await.ok();
    let drift = drift(&api).await;
    assert_eq!(drift["pending"], json!({"push": 0, "pull": 0, "conflicts": 1}));
    assert_eq!(drift["reasons"][0]["reason"], "conflict");
    api.finish().await;
}

#[tokio::test]
async fn every_reader_may_ask_and_an_application_may_not() {
    let api = Api::start().await;
    for token in [Token::Person("viewer"), Token::Agent, Token::Service(&["read"])] {
        api.get(DRIFT).as_(&api.token(token).await).await.ok();
    }
    api.get(DRIFT).as_(&api.token(Token::Application).await).await.problem(403, "forbidden");
    api.finish().await;
}

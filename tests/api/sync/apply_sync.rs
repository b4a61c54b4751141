use serde_json::{Value, json};
use tests::{Api, Token, config, digest, fields, file};

/// [`config`] with this setting.
fn with(setting: &str, value: impl Into<Value>) -> Value {
    let mut config = config();
    config["settings"][setting] = value.into();
    config
}

async fn foreign(api: &Api, slug: &str) -> bool {
    let query = "SELECT foreign_since IS NOT NULL FROM resource_drafts d JOIN resources r ON r.id = d.resource_id WHERE r.slug = $1";
    sqlx::query_scalar(query).bind(slug).fetch_one(&api.owner_db).await.unwrap()
}

/// What was applied last: the file's digest and the commit.
async fn last_applied(api: &Api, slug: &str) -> Option<(Value, String)> {
    let query = "SELECT encode(applied_digest, 'hex'), applied_commit FROM resources WHERE slug = $1 AND applied_digest IS NOT NULL";
    let row: Option<(String, String)> = sqlx::query_as(query).bind(slug).fetch_optional(&api.owner_db).await.unwrap();
    row.map(|(digest, commit)| (json!(digest), commit))
}

#[tokio::test]
async fn files_become_drafts_and_missing_resources_are_made() {
    let api = Api::start().await;
    api.publish_first("ours").await;
    api.publish_first("both").await;
    api.patch_draft("both", json!({"settings": {"batch": 7}})).await;
    let mut new = file("new", &config(), None);
    new["name"] = json!("A new one");
    let files = vec![new, file("ours", &with("batch", 9), Some(&config())), file("both", &with("retries", 3), Some(&config()))];
    let plan = api.plan(files.clone()).await.ok();
    let applied = api.apply_commit("abcdef0", files).await.ok();
    assert_eq!(fields(&applied["items"], "change"), ["created", "updated", "merged"]);
    let made = api.get("/api/connectors/new").await.ok();
    assert_eq!((&made["name"], &made["active_version"], &made["id"]), (&json!("A new one"), &json!(0), &applied["items"][0]["id"]));
    let mut planned = plan;
    planned["items"][0]["id"] = made["id"].clone();
    assert_eq!(planned, applied);
    let mut merged = with("retries", 3);
    merged["settings"]["batch"] = json!(7);
    for (slug, expected) in [("new", config()), ("ours", with("batch", 9)), ("both", merged)] {
        assert_eq!(api.draft(slug).await["config"], expected, "{slug}");
    }
    let sources: Vec<(String, String, Option<String>, Option<String>)> = sqlx::query_as(
        "SELECT v.source, v.surface, v.git_commit_sha, v.git_branch FROM resource_drafts d JOIN resource_versions v ON v.id = d.snapshot_id",
    )
    .fetch_all(&api.owner_db)
    .await
    .unwrap();
    let expected = ("cli-apply".to_owned(), "cli".to_owned(), Some("abcdef0".to_owned()), Some("main".to_owned()));
    assert_eq!(sources, vec![expected; 3]);
    api.finish().await;
}

#[tokio::test]
async fn an_apply_that_changes_nothing_writes_no_history() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let draft = api.draft("crm").await;
    let applied = api.apply_commit("abcdef0", [file("crm", &config(), Some(&config()))]).await.ok();
    assert_eq!(fields(&applied["items"], "change"), ["unchanged"]);
    assert_eq!(api.draft("crm").await, draft);
    assert_eq!(api.history_length("crm").await, 2);
    api.finish().await;
}

#[tokio::test]
async fn one_conflict_and_nothing_is_written() {
    let api = Api::start().await;
    api.publish_first("fine").await;
    api.publish_first("clash").await;
    api.patch_draft("clash", json!({"settings": {"batch": 7}})).await;
    let files = vec![
        file("new", &config(), None),
        file("fine", &with("batch", 9), Some(&config())),
        file("clash", &with("batch", 9), Some(&config())),
    ];
    let refused = api.apply_commit("abcdef0", files.clone()).await.problem(409, "merge_conflict");
    assert_eq!(refused["items"], api.plan(files).await.ok()["items"]);
    assert!(refused["detail"].as_str().unwrap().contains("connector \"clash\""), "{refused}");
    api.get("/api/connectors/new").await.problem(404, "not_found");
    assert_eq!(api.history_length("fine").await, 2);
    assert_eq!((last_applied(&api, "fine").await, last_applied(&api, "clash").await), (None, None));
    api.finish().await;
}

#[tokio::test]
async fn a_plan_that_no_longer_holds_is_not_carried_out() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_first("erp").await;
    let files = || [file("crm", &with("retries", 3), Some(&config())), file("erp", &with("retries", 3), Some(&config()))];
    let plan = api.plan(files()).await.ok();
    let expecting = || {
        files().into_iter().zip(plan["items"].as_array().unwrap()).map(|(mut file, item)| {
            file["expect"] = item["resultDigest"].clone();
            file
        })
    };
    api.patch_draft("erp", json!({"settings": {"batch": 7}})).await;
    let refused = api.apply(expecting()).await.problem(409, "plan_stale");
    assert_eq!(fields(&refused["items"], "slug"), ["erp"]);
    assert_eq!(api.draft("crm").await["config"], config());
    api.patch_draft("erp", json!({"settings": {"batch": 100}})).await;
    api.apply(expecting()).await.ok();
    assert_eq!(api.draft("crm").await["config"], with("retries", 3));
    api.finish().await;
}

#[tokio::test]
async fn only_the_cli_surface_applies() {
    let api = Api::start().await;
    for token in [Token::Person("owner"), Token::Agent, Token::Application] {
        let refused = api.apply([file("crm", &config(), None)]).as_(&api.token(token).await).await.problem(403, "forbidden");
        assert!(refused["detail"].as_str().unwrap().contains("cli surface"), "{refused}");
    }
    for token in [Token::PersonWithFcc("viewer"), Token::Service(&["read", "draft", "publish"])] {
        api.apply([file("crm", &config(), None)]).as_(&api.token(token).await).await.problem(403, "forbidden");
    }
    for (slug, token) in [("a", Token::PersonWithFcc("author")), ("b", Token::Service(&["apply"]))] {
        api.apply([file(slug, &config(), None)]).as_(&api.token(token).await).await.ok();
    }
    api.finish().await;
}

#[tokio::test]
async fn where_the_cli_may_not_publish_it_does_not_apply_and_that_is_audited() {
    let api = Api::start().await;
    api.set_mode("DesignerOnly").await;
    let refused = api.apply([file("crm", &config(), None)]).await.problem(400, "governance_refused");
    let beginning = "This workspace is set to DesignerOnly. Publishing from the CLI is disabled.";
    assert!(refused["detail"].as_str().unwrap().starts_with(beginning), "{refused}");
    api.get("/api/connectors/crm").await.problem(404, "not_found");
    let audited: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT action, surface FROM audit_log WHERE action LIKE '%refused'").fetch_all(&api.owner_db).await.unwrap();
    assert_eq!(audited, [("apply_refused".to_owned(), Some("cli".to_owned()))]);
    for mode in ["CodeManaged", "Hybrid"] {
        api.set_mode(mode).await;
        api.apply([file(&mode.to_lowercase(), &config(), None)]).await.ok();
    }
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_answers_what_the_first_call_did() {
    let api = Api::start().await;
    let apply = || api.apply([file("crm", &config(), None)]).idempotency_key("k");
    let first = apply().await.ok();
    api.patch_draft("crm", json!({"settings": {"batch": 7}})).await;
    let repeat = apply().await;
    assert!(repeat.is_replayed());
    assert_eq!(repeat.ok(), first);
    api.apply([file("erp", &config(), None)]).idempotency_key("k").await.problem(422, "idempotency_key_reused");
    api.finish().await;
}

#[tokio::test]
async fn the_last_applied_file_is_remembered_with_its_commit() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 7}})).await;
    let (first, second) = (with("retries", 3), with("retries", 4));
    // Merged with somebody's draft: what is remembered is the file all the same.
    let applied = api.apply_commit("abcdef1", [file("crm", &first, Some(&config()))]).await.ok();
    assert_eq!(applied["items"][0]["change"], "merged");
    assert_eq!(last_applied(&api, "crm").await, Some((digest(&first), "abcdef1".to_owned())));
    // Unchanged counts, a conflict does not, nor does what comes without a commit.
    api.apply_commit("abcdef2", [file("crm", &first, Some(&first))]).await.ok();
    assert_eq!(last_applied(&api, "crm").await, Some((digest(&first), "abcdef2".to_owned())));
    api.apply_commit("abcdef3", [file("crm", &with("batch", 9), Some(&config()))]).await.problem(409, "merge_conflict");
    api.apply([file("crm", &second, Some(&first))]).await.ok();
    assert_eq!(last_applied(&api, "crm").await, Some((digest(&first), "abcdef2".to_owned())));
    api.finish().await;
}

#[tokio::test]
async fn a_draft_is_another_surfaces_until_it_equals_the_file_or_the_active_version() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    assert!(!foreign(&api, "crm").await, "what was published is nobody's");
    api.patch_draft("crm", json!({"settings": {"batch": 7}})).await;
    assert!(foreign(&api, "crm").await);
    api.apply([file("crm", &with("retries", 3), Some(&config()))]).await.ok();
    assert!(foreign(&api, "crm").await, "a merge keeps what the file lacks");
    let mut both = with("retries", 3);
    both["settings"]["batch"] = json!(7);
    api.apply([file("crm", &both, Some(&with("retries", 3)))]).await.ok();
    assert!(!foreign(&api, "crm").await, "git has it all");
    api.patch_draft("crm", json!({"settings": {"batch": 8}})).await;
    assert!(foreign(&api, "crm").await);
    api.delete("/api/connectors/crm/draft").await.ok();
    assert!(!foreign(&api, "crm").await, "reset");
    let agent = api.token(Token::Agent).await;
    api.patch("/api/connectors/crm/draft").as_(&agent).json(json!({"settings": {"batch": 8}})).await.ok();
    assert!(foreign(&api, "crm").await, "an agent is another surface too");
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"retries": 5}})).await.ok();
    assert!(foreign(&api, "crm").await, "a write on top takes nothing away");
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"batch": 100, "retries": null}})).await.ok();
    assert!(!foreign(&api, "crm").await, "clean again");
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_a_rollback_made_the_active_version_is_nobodys() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    // Back to what version 1 holds, by hand; then production follows.
    api.patch_draft("crm", json!({"settings": {"batch": 100}})).await;
    assert!(foreign(&api, "crm").await);
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    assert!(!foreign(&api, "crm").await);
    api.finish().await;
}

#[tokio::test]
async fn each_refusal_comes_before_those_that_the_contract_puts_after_it() {
    let api = Api::start().await;
    api.publish_first("clash").await;
    api.patch_draft("clash", json!({"settings": {"batch": 7}})).await;
    api.publish_first("moved").await;
    let invalid = json!({"schema_version": "1.0"});
    let files = |resources: Value| api.apply([]).idempotency_key("k").json(json!({"resources": resources}));
    let refused = [file("clash", &with("batch", 9), Some(&config())), file("broken", &invalid, None)];
    let mut stale = file("moved", &with("batch", 3), Some(&config()));
    stale["expect"] = digest(&config());
    let unknown = file("clash", &with("batch", 9), Some(&with("batch", 50)));

    api.apply([file("used", &config(), None)]).idempotency_key("k").await.ok();
    files(json!([{"type": "connector"}])).anonymously().await.problem(401, "unauthorized");
    files(json!([{"type": "connector"}])).header("x-fcc-git-commit", "none").await.problem(400, "invalid_header");
    files(json!([{"type": "connector"}])).await.problem(422, "invalid_body");
    files(json!(refused)).await.problem(422, "idempotency_key_reused");
    let viewer = api.token(Token::PersonWithFcc("viewer")).await;
    api.set_mode("DesignerOnly").await;
    api.apply([unknown.clone()]).as_(&viewer).await.problem(403, "forbidden");
    api.apply([unknown.clone()]).await.problem(400, "governance_refused");
    api.set_mode("Hybrid").await;
    api.apply([unknown, refused[1].clone()]).await.problem(422, "unknown_base");
    api.apply([stale.clone(), refused[0].clone(), refused[1].clone()]).await.problem(409, "merge_conflict");
    api.apply([stale, refused[1].clone()]).await.problem(409, "plan_stale");
    let mut also = refused[1].clone();
    also["slug"] = json!("broken-too");
    let listed = api.apply([refused[1].clone(), also]).await.problem(422, "schema_violation");
    let pointers: Vec<String> =
        fields(&listed["errors"], "pointer").iter().map(|pointer| pointer.as_str().unwrap()[..17].to_owned()).collect();
    assert!(["/resources/0/body", "/resources/1/body"].iter().all(|file| pointers.contains(&(*file).to_owned())), "{listed}");
    api.finish().await;
}

#[tokio::test]
async fn a_thousand_files_are_one_apply() {
    let api = Api::start().await;
    let files: Vec<Value> = (0..1000).map(|nth| file(&format!("c{nth}"), &with("nth", nth), None)).collect();
    let applied = api.apply_commit("abcdef0", files.clone()).await.ok();
    assert!(fields(&applied["items"], "change").iter().all(|change| *change == "created"));
    let again = api.apply_commit("abcdef0", files).await.ok();
    assert!(fields(&again["items"], "change").iter().all(|change| *change == "unchanged"));
    let next: Vec<Value> = (0..1000).map(|nth| file(&format!("c{nth}"), &with("nth", nth + 1), Some(&with("nth", nth)))).collect();
    let changed = api.apply_commit("abcdef1", next).await.ok();
    assert!(fields(&changed["items"], "change").iter().all(|change| *change == "updated"));
    let transactions: i64 =
        sqlx::query_scalar("SELECT count(DISTINCT xmin::text) FROM resource_drafts").fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(transactions, 1);
    api.finish().await;
}

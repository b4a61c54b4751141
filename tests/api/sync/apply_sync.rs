use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Api, Token, config, config_with, digest, fields, file};

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
    let files =
        vec![new, file("ours", &config_with("batch", 9), Some(&config())), file("both", &config_with("retries", 3), Some(&config()))];
    let plan = api.plan(files.clone()).await.ok();
    let applied = api.apply_commit("abcdef0", files).await.ok();
    assert_eq!(fields(&applied["items"], "change"), ["created", "updated", "merged"]);
    let made = api.get("/api/connectors/new").await.ok();
    assert_eq!((&made["name"], &made["active_version"], &made["id"]), (&json!("A new one"), &json!(0), &applied["items"][0]["id"]));
    let mut planned = plan;
    planned["items"][0]["id"] = made["id"].clone();
    assert_eq!(planned, applied);
    let mut merged = config_with("retries", 3);
    merged["settings"]["batch"] = json!(7);
    for (slug, expected) in [("new", config()), ("ours", config_with("batch", 9)), ("both", merged)] {
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
        file("fine", &config_with("batch", 9), Some(&config())),
        file("clash", &config_with("batch", 9), Some(&config())),
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
    let files = || [file("crm", &config_with("retries", 3), Some(&config())), file("erp", &config_with("retries", 3), Some(&config()))];
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
    assert_eq!(api.draft("crm").await["config"], config_with("retries", 3));
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
    let (first, second) = (config_with("retries", 3), config_with("retries", 4));
    // Merged with somebody's draft: what is remembered is the file all the same.
    let applied = api.apply_commit("abcdef1", [file("crm", &first, Some(&config()))]).await.ok();
    assert_eq!(applied["items"][0]["change"], "merged");
    assert_eq!(last_applied(&api, "crm").await, Some((digest(&first), "abcdef1".to_owned())));
    // Unchanged counts, a conflict does not, nor does what comes without a commit.
    api.apply_commit("abcdef2", [file("crm", &first, Some(&first))]).await.ok();
    assert_eq!(last_applied(&api, "crm").await, Some((digest(&first), "abcdef2".to_owned())));
    api.apply_commit("abcdef3", [file("crm", &config_with("batch", 9), Some(&config()))]).await.problem(409, "merge_conflict");
    api.apply([file("crm", &second, Some(&first))]).await.ok();
    assert_eq!(last_applied(&api, "crm").await, Some((digest(&first), "abcdef2".to_owned())));
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_holds_the_file_and_more_stays_and_the_file_is_remembered() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 7, "retries": 3}})).await;
    let draft = api.draft("crm").await;
    let local = config_with("retries", 3);
    let applied = api.apply_commit("abcdef1", [file("crm", &local, Some(&config()))]).await.ok();
    assert_eq!(applied["items"][0]["change"], "unchanged");
    assert_eq!(api.draft("crm").await, draft);
    assert_eq!(last_applied(&api, "crm").await, Some((digest(&local), "abcdef1".to_owned())));
    // The file is what the next one starts from, without a commit too.
    let next = config_with("retries", 4);
    api.patch_draft("crm", json!({"settings": {"retries": 4}})).await;
    api.apply([file("crm", &next, Some(&local))]).await.ok();
    let applied = api.apply([file("crm", &config_with("retries", 5), Some(&next))]).await.ok();
    assert_eq!(applied["items"][0]["change"], "merged");
    let mut both = config_with("retries", 5);
    both["settings"]["batch"] = json!(7);
    assert_eq!(api.draft("crm").await["config"], both);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_is_another_surfaces_until_it_equals_the_file_or_the_active_version() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    assert!(!foreign(&api, "crm").await, "what was published is nobody's");
    api.patch_draft("crm", json!({"settings": {"batch": 7}})).await;
    assert!(foreign(&api, "crm").await);
    api.apply([file("crm", &config_with("retries", 3), Some(&config()))]).await.ok();
    assert!(foreign(&api, "crm").await, "a merge keeps what the file lacks");
    let mut both = config_with("retries", 3);
    both["settings"]["batch"] = json!(7);
    api.apply([file("crm", &both, Some(&config_with("retries", 3)))]).await.ok();
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
async fn applies_and_edits_at_the_same_time_lose_nothing() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let edits = (0..8).map(async |nth| {
        api.patch_draft("crm", json!({"settings": {format!("edited{nth}"): true}})).await;
    });
    let applies = (0..8).map(async |nth| {
        api.apply([file("crm", &config_with(&format!("applied{nth}"), true), Some(&config()))]).await.ok();
    });
    tokio::join!(join_all(edits), join_all(applies));
    let mut all = config();
    for nth in 0..8 {
        all["settings"][format!("edited{nth}")] = json!(true);
        all["settings"][format!("applied{nth}")] = json!(true);
    }
    assert_eq!(api.draft("crm").await["config"], all);
    api.finish().await;
}

#[tokio::test]
async fn a_thousand_files_are_one_apply() {
    let api = Api::start().await;
    let files: Vec<Value> = (0..1000).map(|nth| file(&format!("c{nth}"), &config_with("nth", nth), None)).collect();
    let applied = api.apply_commit("abcdef0", files.clone()).await.ok();
    assert!(fields(&applied["items"], "change").iter().all(|change| *change == "created"));
    let again = api.apply_commit("abcdef0", files).await.ok();
    assert!(fields(&again["items"], "change").iter().all(|change| *change == "unchanged"));
    let next: Vec<Value> =
        (0..1000).map(|nth| file(&format!("c{nth}"), &config_with("nth", nth + 1), Some(&config_with("nth", nth)))).collect();
    let changed = api.apply_commit("abcdef1", next).await.ok();
    assert!(fields(&changed["items"], "change").iter().all(|change| *change == "updated"));
    let transactions: i64 =
        sqlx::query_scalar("SELECT count(DISTINCT xmin::text) FROM resource_drafts").fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(transactions, 1);
    api.finish().await;
}

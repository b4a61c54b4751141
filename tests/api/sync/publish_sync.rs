use serde_json::{Value, json};
use tests::{Api, config, config_with, fields, file, graph, graph_with};

/// A config that may be saved and not published.
fn broken() -> Value {
    let mut config = config();
    config["entities"].as_object_mut().unwrap().remove("contact");
    config
}

pub async fn versions(api: &Api) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM resource_versions WHERE version IS NOT NULL").fetch_one(&api.owner_db).await.unwrap()
}

#[tokio::test]
async fn of_fifty_with_one_unpublishable_none_is_published_and_every_reason_is_listed() {
    let api = Api::start().await;
    let files: Vec<Value> =
        (0..50).map(|nth| file(&format!("c{nth}"), &if nth == 17 { broken() } else { config_with("batch", nth) }, None)).collect();
    api.apply_commit("abcdef0", files).await.ok();
    let refused = api.publish_many(json!({"connectorIds": []})).await.problem(422, "not_publishable");
    assert_eq!(fields(&refused["items"], "slug"), ["c17"]);
    assert_eq!(fields(&refused["items"], "reason"), ["not_publishable"]);
    let reasons = &refused["items"][0]["reasons"];
    assert_eq!(fields(reasons, "code"), ["not_publishable"]);
    let blocked = api.post("/api/connectors/c17/publish").json(json!({"base_version": 0})).await.problem(422, "not_publishable");
    assert_eq!(reasons[0]["blockers"], blocked["blockers"]);
    assert_eq!(versions(&api).await, 0);

    api.apply_commit("abcdef1", [file("c17", &config(), Some(&broken()))]).await.ok();
    let published = api.publish_many(json!({"connectorIds": []})).header("x-fcc-git-commit", "abcdef1").await.ok();
    assert_eq!(published["items"].as_array().unwrap().len(), 50);
    for name in ["status", "version"] {
        let expected = if name == "status" { json!("published") } else { json!(1) };
        assert!(fields(&published["items"], name).iter().all(|value| **value == expected), "{published}");
    }
    let provenance: Vec<(String, Option<String>, i64)> = sqlx::query_as(
        "SELECT source, git_commit_sha, count(*) FROM resource_versions WHERE version IS NOT NULL GROUP BY source, git_commit_sha, xmin::text",
    )
    .fetch_all(&api.owner_db)
    .await
    .unwrap();
    assert_eq!(provenance, [("cli-publish".to_owned(), Some("abcdef1".to_owned()), 50)], "in one transaction");
    api.finish().await;
}

#[tokio::test]
async fn absent_is_none_empty_is_every_unpublished_draft_and_neither_is_refused() {
    let api = Api::start().await;
    for slug in ["a", "b", "clean"] {
        api.publish_first(slug).await;
    }
    for slug in ["a", "b"] {
        api.patch_draft(slug, json!({"settings": {"batch": 2}})).await;
        api.create_flow(slug, graph()).await;
    }
    api.publish_many(json!({})).await.problem(400, "nothing_named");
    api.publish_many(json!({"note": "x", "flowIds": null})).await.problem(400, "nothing_named");
    let only_flows = api.publish_many(json!({"flowIds": []})).await.ok();
    assert_eq!(fields(&only_flows["items"], "type"), ["flow", "flow"]);
    assert_eq!(fields(&only_flows["items"], "slug"), ["a", "b"]);
    let rest = api.publish_many(json!({"flowIds": [], "connectorIds": [], "note": "all"})).await.ok();
    assert_eq!(fields(&rest["items"], "type"), ["connector", "connector"]);
    assert_eq!(fields(&rest["items"], "slug"), ["a", "b"]);
    assert_eq!(fields(&rest["items"], "version"), [2, 2]);
    assert_eq!(api.get("/api/connectors/a/versions/2").await.ok()["note"], "all");
    assert_eq!(api.publish_many(json!({"flowIds": [], "connectorIds": []})).await.ok(), json!({"items": []}));
    api.finish().await;
}

#[tokio::test]
async fn named_ones_go_by_id_or_slug_and_a_clean_one_is_unchanged() {
    let api = Api::start().await;
    for slug in ["a", "b", "c"] {
        api.publish_first(slug).await;
    }
    for slug in ["a", "b"] {
        api.patch_draft(slug, json!({"settings": {"batch": 2}})).await;
    }
    let id = api.get("/api/connectors/a").await.ok()["id"].clone();
    let made = api.create_flow("a", graph()).await;
    let published = api.publish_many(json!({"connectorIds": [id, "a", "c"], "flowIds": ["a"]})).await.ok();
    let items = &published["items"];
    assert_eq!(fields(items, "slug"), ["a", "c", "a"]);
    assert_eq!(fields(items, "status"), ["published", "unchanged", "published"]);
    assert_eq!(fields(items, "version"), [2, 1, 1]);
    assert_eq!((&items[0]["id"], &items[2]["id"]), (&id, &made["id"]));
    assert_eq!(api.get("/api/connectors/b").await.ok()["active_version"], 1, "nobody named it");
    api.finish().await;
}

#[tokio::test]
async fn a_half_edited_designer_draft_is_never_shipped_by_ci_where_git_is_the_truth() {
    let api = Api::start().await;
    api.set_mode("CodeManaged").await;
    let file = |graph: &Value, base: Option<&Value>| {
        let mut file = file("pricing", graph, base);
        file["type"] = json!("flow");
        file
    };
    let committed = graph();
    api.apply_commit("abcdef0", [file(&committed, None)]).await.ok();
    assert_eq!(api.publish_many(json!({"flowIds": []})).await.ok()["items"][0]["status"], "published");

    let edited = api.put_graph("pricing", graph_with([("big", "half edi")])).await;
    let skipped = |answer: Value| {
        let item = &answer["items"][0];
        assert_eq!((&item["status"], &item["reason"], &item["version"]), (&json!("skipped"), &json!("draft_not_applied"), &json!(1)));
    };
    skipped(api.publish_many(json!({"flowIds": []})).await.ok());
    api.publish_many(json!({"flowIds": ["pricing"]})).await.problem(409, "draft_not_applied");

    // CI applies another node on top: what comes out is nobody's file.
    let mut next = graph();
    next["nodes"][0]["name"] = json!("Order");
    let applied = api.apply_commit("abcdef1", [file(&next, Some(&committed))]).await.ok();
    assert_eq!(applied["items"][0]["change"], "merged");
    skipped(api.publish_many(json!({"flowIds": []})).await.ok());
    let again = api.apply_commit("abcdef1", [file(&next, Some(&next))]).await.ok();
    assert_eq!(again["items"][0]["change"], "unchanged");
    skipped(api.publish_many(json!({"flowIds": []})).await.ok());
    let refused = api.publish_many(json!({"flowIds": ["pricing"]})).await.problem(409, "draft_not_applied");
    assert_eq!(fields(&refused["items"][0]["reasons"], "code")[0], "draft_not_applied");
    assert_eq!(api.get("/v1/flows/pricing").await.ok()["publishedVersion"], 1);
    assert_ne!(api.get("/v1/flows/pricing/draft").await.ok()["etag"], edited["etag"]);

    // Finished, and committed as it is, it is git's.
    let mut both = graph_with([("big", "20")]);
    both["nodes"][0]["name"] = json!("Order");
    api.put_graph("pricing", both.clone()).await;
    api.apply_commit("abcdef2", [file(&both, Some(&next))]).await.ok();
    assert_eq!(api.publish_many(json!({"flowIds": []})).await.ok()["items"][0]["version"], 2);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_answers_what_the_first_call_did() {
    let api = Api::start().await;
    api.create("a", config()).await;
    let publish = || api.publish_many(json!({"connectorIds": []})).idempotency_key("k");
    let first = publish().await.ok();
    api.create("b", config()).await;
    let repeat = publish().await;
    assert!(repeat.is_replayed());
    assert_eq!(repeat.ok(), first);
    assert_eq!(versions(&api).await, 1);
    api.publish_many(json!({"flowIds": []})).idempotency_key("k").await.problem(422, "idempotency_key_reused");
    api.finish().await;
}

#[tokio::test]
async fn a_note_is_kept_on_each_version_and_may_not_be_long() {
    let api = Api::start().await;
    for slug in ["a", "b"] {
        api.create(slug, config()).await;
    }
    let refused = api.publish_many(json!({"connectorIds": [], "note": "x".repeat(2001)})).await.problem(422, "invalid_body");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/note"]);
    assert_eq!(versions(&api).await, 0);
    api.publish_many(json!({"connectorIds": [], "note": "Both at once"})).await.ok();
    for slug in ["a", "b"] {
        assert_eq!(api.get(&format!("/api/connectors/{slug}/versions/1")).await.ok()["note"], "Both at once");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_thousand_drafts_are_one_publish() {
    let api = Api::start().await;
    api.apply((0..1000).map(|nth| file(&format!("c{nth}"), &config_with("batch", nth), None))).await.ok();
    let published = api.publish_many(json!({"connectorIds": []})).await.ok();
    assert_eq!(published["items"].as_array().unwrap().len(), 1000);
    let rows: (i64, i64, i64) = sqlx::query_as(
        "SELECT count(*), count(DISTINCT xmin::text), (SELECT count(*) FROM outbox) FROM resource_versions WHERE version = 1",
    )
    .fetch_one(&api.owner_db)
    .await
    .unwrap();
    assert_eq!(rows, (1000, 1, 1000));
    api.finish().await;
}

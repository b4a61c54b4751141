//! When production agrees with git again: what clears drift, and what does not.

use serde_json::{Value, json};
use tests::{Api, config, digest, file};

fn batch(size: u32) -> Value {
    let mut config = config();
    config["settings"]["batch"] = json!(size);
    config
}

/// What drift says of designer publishes.
async fn diverged(api: &Api) -> i64 {
    let drift = api.get("/v1/sync/drift").as_(&api.ci).await.ok();
    let reasons = drift["reasons"].as_array().unwrap().iter().filter(|one| one["reason"] == "designer_publish").count();
    let count = drift["designerPublishesSinceLastGitCommit"].as_i64().unwrap();
    assert_eq!(reasons, usize::from(count > 0), "{drift}");
    count
}

/// Version, digest and commit of the anchor.
async fn anchor(api: &Api) -> Option<(i32, Value, String)> {
    let query = "SELECT version, encode(digest, 'hex'), commit FROM git_anchors";
    let row: Option<(i32, String, String)> = sqlx::query_as(query).fetch_optional(&api.owner_db).await.unwrap();
    row.map(|(version, digest, commit)| (version, json!(digest), commit))
}

fn at(version: i32, config: &Value, commit: &str) -> Option<(i32, Value, String)> {
    Some((version, digest(config), commit.to_owned()))
}

/// Version 1 is CI's, from commit abcdef1.
async fn shipped(api: &Api) {
    api.apply_commit("abcdef1", [file("crm", &batch(1), None)]).await.ok();
    api.publish_many(json!({"connectorIds": ["crm"]})).header("x-fcc-git-commit", "abcdef1").await.ok();
    assert_eq!((diverged(api).await, anchor(api).await), (0, at(1, &batch(1), "abcdef1")));
}

/// The next version is published from the console, with this batch size.
async fn hot_fix(api: &Api, base: i32, size: u32) {
    api.patch_draft("crm", json!({"settings": {"batch": size}})).await;
    api.publish("crm", base).await;
}

#[tokio::test]
async fn a_hot_fix_that_was_brought_back_to_git_clears() {
    let api = Api::start().await;
    shipped(&api).await;
    hot_fix(&api, 1, 2).await;
    assert_eq!((diverged(&api).await, anchor(&api).await), (1, at(1, &batch(1), "abcdef1")));
    // The next run of CI, before anybody pulled: production still differs.
    let applied = api.apply_commit("abcdef1", [file("crm", &batch(1), Some(&batch(1)))]).await.ok();
    assert_eq!((&applied["items"][0]["change"], diverged(&api).await), (&json!("unchanged"), 1));
    let applied = api.apply_commit("abcdef2", [file("crm", &batch(2), Some(&batch(1)))]).await.ok();
    assert_eq!(applied["items"][0]["change"], "unchanged");
    assert_eq!((diverged(&api).await, anchor(&api).await), (0, at(2, &batch(2), "abcdef2")));
    api.finish().await;
}

#[tokio::test]
async fn what_is_applied_without_a_commit_clears_nothing() {
    let api = Api::start().await;
    shipped(&api).await;
    hot_fix(&api, 1, 2).await;
    api.apply([file("crm", &batch(2), Some(&batch(1)))]).await.ok();
    assert_eq!(diverged(&api).await, 1);
    // Nor does a publish without one.
    api.patch("/api/connectors/crm/draft").as_(&api.ci).json(json!({"settings": {"batch": 3}})).await.ok();
    api.publish_many(json!({"connectorIds": []})).await.ok();
    assert_eq!((diverged(&api).await, anchor(&api).await), (1, at(1, &batch(1), "abcdef1")));
    api.finish().await;
}

#[tokio::test]
async fn a_rollback_clears_when_it_leads_to_what_was_last_applied_and_only_then() {
    for from_the_console in [false, true] {
        let api = Api::start().await;
        let token = if from_the_console { &api.tenant.token } else { &api.ci };
        let rollback = async |version: i32, base: i32| {
            let body = json!({"version": version, "base_version": base});
            api.post("/api/connectors/crm/rollback").as_(token).header("x-fcc-git-commit", "fedcba9").json(body).await.ok()
        };
        shipped(&api).await;
        hot_fix(&api, 1, 2).await;
        hot_fix(&api, 2, 3).await;
        assert_eq!(diverged(&api).await, 2);
        rollback(2, 3).await;
        assert_eq!(diverged(&api).await, if from_the_console { 3 } else { 2 }, "version 2 is in no commit");
        rollback(1, 4).await;
        assert_eq!((diverged(&api).await, anchor(&api).await), (0, at(5, &batch(1), "abcdef1")));
        api.finish().await;
    }
}

#[tokio::test]
async fn archives_count_like_publishes_until_the_resource_is_back_as_it_was_applied() {
    let api = Api::start().await;
    shipped(&api).await;
    let call = async |operation: &str, base: i32, token: &str| {
        api.post(&format!("/api/connectors/crm/{operation}")).as_(token).json(json!({"base_version": base})).await.ok();
        diverged(&api).await
    };
    assert_eq!(call("archive", 1, &api.tenant.token).await, 1);
    assert_eq!(call("unarchive", 2, &api.tenant.token).await, 0);
    assert_eq!(anchor(&api).await, at(3, &batch(1), "abcdef1"));
    assert_eq!(call("archive", 3, &api.ci).await, 0);
    assert_eq!(call("unarchive", 4, &api.ci).await, 0);
    hot_fix(&api, 5, 2).await;
    assert_eq!(call("archive", 6, &api.tenant.token).await, 2);
    assert_eq!(call("unarchive", 7, &api.ci).await, 2, "what is active again is the hot-fix");
    api.finish().await;
}

#[tokio::test]
async fn a_publish_with_a_commit_is_where_git_and_production_agree() {
    let api = Api::start().await;
    shipped(&api).await;
    hot_fix(&api, 1, 2).await;
    api.apply_commit("abcdef2", [file("crm", &batch(3), Some(&batch(2)))]).await.ok();
    assert_eq!(diverged(&api).await, 1, "an apply changes no version");
    let published = api.post("/api/connectors/crm/publish").as_(&api.ci).header("x-fcc-git-commit", "abcdef2");
    published.json(json!({"base_version": 2})).await.ok();
    assert_eq!((diverged(&api).await, anchor(&api).await), (0, at(3, &batch(3), "abcdef2")));
    api.finish().await;
}

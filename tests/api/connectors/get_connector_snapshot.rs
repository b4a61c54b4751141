use serde_json::json;
use tests::{Api, assert_millis, config};

/// The ids of all rows of the history, oldest first.
pub async fn snapshots(api: &Api) -> Vec<i64> {
    sqlx::query_scalar("SELECT id FROM resource_versions ORDER BY id").fetch_all(&api.owner_db).await.unwrap()
}

#[tokio::test]
async fn a_saved_snapshot_is_read_with_its_config() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.patch("/api/connectors/crm/draft")
        .as_(&api.ci)
        .header("x-fcc-git-commit", "abcdef0")
        .json(json!({"settings": {"batch": 1}}))
        .await
        .ok();
    let ids = snapshots(&api).await;
    let snapshot = api.get(&format!("/api/connectors/crm/snapshots/{}", ids[1])).await.ok();
    let mut edited = config();
    edited["settings"]["batch"] = json!(1);
    let expected = json!({
        "snapshot": ids[1], "version": null, "is_active": false, "source": "cli-apply", "surface": "cli", "actor_kind": "ci",
        "created_by_email": "ci-bot@acme.example", "git_commit_sha": "abcdef0", "git_branch": null, "note": null, "restored_from": null,
        "archived": false, "created_at": snapshot["created_at"], "published_at": null, "digest": domain::canonical::digest_of(&edited), "config": edited,
    });
    assert_eq!(snapshot, expected);
    assert_millis(&snapshot["created_at"]);
    let first = api.get(&format!("/api/connectors/crm/snapshots/{}", ids[0])).await.ok();
    assert_eq!(
        (&first["source"], &first["surface"], &first["actor_kind"]),
        (&json!("designer-draft"), &json!("designer"), &json!("human"))
    );
    api.finish().await;
}

#[tokio::test]
async fn a_published_version_is_one_too() {
    let api = Api::start().await;
    let published = api.publish_first("crm").await;
    let id = *snapshots(&api).await.last().unwrap();
    let snapshot = api.get(&format!("/api/connectors/crm/snapshots/{id}")).await.ok();
    assert_eq!(
        (&snapshot["version"], &snapshot["is_active"], &snapshot["published_at"]),
        (&json!(1), &json!(true), &published["published_at"])
    );
    api.finish().await;
}

#[tokio::test]
async fn a_path_reads_that_part() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let id = snapshots(&api).await[0];
    let part = api.get(&format!("/api/connectors/crm/snapshots/{id}?path=/settings/batch")).await.ok();
    assert_eq!((&part["value"], &part["snapshot"]), (&json!(100), &json!(id)));
    api.finish().await;
}

#[tokio::test]
async fn another_connectors_or_tenants_snapshot_is_not_found() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.create("erp", config()).await;
    let id = snapshots(&api).await[0];
    api.get(&format!("/api/connectors/erp/snapshots/{id}")).await.problem(404, "not_found");
    api.get(&format!("/api/connectors/crm/snapshots/{id}")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    for bad in ["0", "x", "999999"] {
        api.get(&format!("/api/connectors/crm/snapshots/{bad}")).await.problem(404, "not_found");
    }
    api.finish().await;
}

//! A database that was restored to an earlier point finds the replica ahead of it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use functions::jobs::reconcile_replica::{self, Options};
use replica::{Publication, Read};
use serde_json::json;
use tests::{Api, config};
use uuid::Uuid;

async fn id(api: &Api) -> Uuid {
    api.get("/api/connectors/crm").await.ok()["id"].as_str().unwrap().parse().unwrap()
}

/// What the database published before it was restored, and knows nothing of any more.
async fn lost_version(api: &Api, version: i64) {
    let body = Bytes::from_static(br#"{"lost":true}"#);
    let lost = Publication {
        epoch: 1,
        workspace_id: api.tenant.workspace,
        resource_id: id(api).await,
        resource_type: ResourceType::Connector,
        slug: "crm".into(),
        version,
        digest: Digest::of(&body),
        archived: false,
        published_at: DateTime::<Utc>::UNIX_EPOCH,
        body,
        manifest: Bytes::from_static(b"[]"),
        now: functions::app::clock(),
    };
    api.replica.write(&lost).await.unwrap();
}

async fn due_at_once(api: &Api) {
    sqlx::query("UPDATE outbox SET next_attempt_at = clock_timestamp()").execute(&api.owner_db).await.unwrap();
}

#[tokio::test]
async fn its_new_versions_wait_without_cost_and_win_after_adopt_restore() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.dispatch().await;
    lost_version(&api, 5).await;
    api.publish_next("crm", 1).await;

    for _ in 0..10 {
        due_at_once(&api).await;
        let step = api.dispatch().await;
        assert_eq!((step.ahead, step.failed, step.delivered, step.dead), (1, 1, 0, 0));
    }
    let (attempts, error): (i32, String) =
        sqlx::query_as("SELECT attempts, last_error FROM outbox").fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(attempts, 0);
    assert!(error.contains("version 5 of epoch 1"), "{error}");
    let held = api.replica.current(api.tenant.workspace, id(&api).await, Read::Consistent).await.unwrap().unwrap();
    assert_eq!(held.version, 5, "workers keep what they have until somebody decides");

    let adopted = reconcile_replica::run(&api.app, Options { adopt_restore: true }).await.unwrap();
    assert_eq!((adopted.epoch, adopted.ahead), (2, 0));
    due_at_once(&api).await;
    assert_eq!(api.dispatch().await.delivered, 1);
    let held = api.replica.current(api.tenant.workspace, id(&api).await, Read::Consistent).await.unwrap().unwrap();
    assert_eq!((held.epoch, held.version), (2, 2));
    let status = api.get("/v1/replica/connector/crm").await.ok();
    assert_eq!((&status["epoch"], &status["replicaVersion"], &status["inSync"]), (&json!(2), &json!(2), &json!(true)));
    // The number that was lost is published again, with another content.
    for base in 2..5 {
        api.publish_next("crm", base).await;
    }
    api.finish().await;
}

#[tokio::test]
async fn reconcile_tells_of_it_and_asks_for_nothing() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.dispatch().await;
    lost_version(&api, 2).await;
    let found = reconcile_replica::run(&api.app, Options::default()).await.unwrap();
    assert_eq!((found.checked, found.ahead, found.requested, found.epoch), (1, 1, 0, 1));
    let adopted = reconcile_replica::run(&api.app, Options { adopt_restore: true }).await.unwrap();
    assert_eq!((adopted.ahead, adopted.requested), (0, 1));
    assert_eq!(api.dispatch().await.delivered, 1);
    api.finish().await;
}

#[tokio::test]
async fn other_content_under_the_same_number_is_ahead_too() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    lost_version(&api, 1).await;
    api.publish("crm", 0).await;
    assert_eq!(api.dispatch().await.ahead, 1);
    reconcile_replica::run(&api.app, Options { adopt_restore: true }).await.unwrap();
    due_at_once(&api).await;
    assert_eq!(api.dispatch().await.delivered, 1);
    api.finish().await;
}

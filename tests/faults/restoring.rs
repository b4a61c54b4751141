//! A database that was lost, and a backup of it that takes over: what was published in between is in the replica, and in the workers.

use std::sync::Arc;

use functions::jobs::migrate;
use functions::jobs::reconcile_replica::{self, Options, Reconciled};
use replica::Read;
use serde_json::{Value, json};
use tests::{Instance, Scratch, Site, config, scratch_database};
use tokio::sync::watch;
use uuid::Uuid;
use worker::{Config, Consumer, DynamoConfigStore, Jitter, ResourceType, Step};

async fn create(instance: &Instance, slug: &str) -> Uuid {
    let created = instance.post("/api/connectors").json(json!({"slug": slug, "name": slug, "config": config()})).await.with_status(201);
    publish(instance, slug, 0, "first").await;
    created["id"].as_str().unwrap().parse().unwrap()
}

/// A version with this mark, on top of `base`.
async fn publish(instance: &Instance, slug: &str, base: i32, mark: &str) {
    instance.patch(&format!("/api/connectors/{slug}/draft")).json(json!({"settings": {"mark": mark}})).await.ok();
    instance.post(&format!("/api/connectors/{slug}/publish")).json(json!({"base_version": base})).await.ok();
}

async fn archive(instance: &Instance, slug: &str, base: i32) {
    instance.post(&format!("/api/connectors/{slug}/archive")).json(json!({"base_version": base})).await.ok();
}

async fn reconcile(instance: &Instance, adopt_restore: bool) -> Reconciled {
    reconcile_replica::run(&instance.app, Options { adopt_restore }).await.unwrap()
}

/// Ends an instance and its connections.
async fn stop(instance: Instance) {
    instance.app.db.pool().close().await;
    instance.app.jobs_db().await.unwrap().pool().close().await;
}

/// A fleet of one, which was there before and stays.
struct Worker {
    store: Arc<DynamoConfigStore>,
    consumer: Consumer,
    workspace: Uuid,
}

impl Worker {
    fn of(site: &Site) -> Worker {
        let store = DynamoConfigStore::new(site.replica.clone(), Jitter::seeded(1), Arc::new(functions::app::clock));
        let consumer = Consumer::new(site.cloud.sqs.clone(), &site.fleet, store.clone(), Jitter::seeded(2));
        store.follow_workspace(site.workspace);
        Worker { store, consumer, workspace: site.workspace }
    }

    /// Takes as many notifications as there have to be.
    async fn take(&self, mut expected: usize) {
        let (_stop, mut stopped) = watch::channel(false);
        while expected > 0 {
            match self.consumer.step(&mut stopped).await.unwrap() {
                Step::Handled { taken, left: 0 } => expected -= taken,
                other => panic!("{other:?} with {expected} to come"),
            }
        }
    }

    async fn runs(&self, slug: &str) -> Arc<Config> {
        self.store.get(self.workspace, ResourceType::Connector, slug).await.unwrap().unwrap()
    }

    /// Epoch, version, mark and whether it is archived.
    async fn state(&self, slug: &str) -> (i64, i64, Value, bool) {
        let config = self.runs(slug).await;
        (config.epoch, config.version, config.value().unwrap()["settings"]["mark"].clone(), config.archived)
    }
}

async fn migrated() -> Scratch {
    let scratch = scratch_database().await;
    migrate::run(&scratch.database.owner_url).await.unwrap();
    scratch
}

#[tokio::test]
async fn an_earlier_copy_takes_over_and_nothing_is_overwritten_until_it_is_adopted_and_wins() {
    let live = migrated().await;
    let site = Site::over(&live.database).await;
    let worker = Worker::of(&site);
    let instance = site.instance(&live.database).await;
    let [crm, erp, _] = [create(&instance, "crm").await, create(&instance, "erp").await, create(&instance, "same").await];
    publish(&instance, "crm", 1, "before").await;
    instance.dispatch().await;
    worker.store.poll().await;
    worker.take(3).await;
    assert_eq!(worker.state("crm").await, (1, 2, json!("before"), false));
    stop(instance).await;
    let backup = live.copied().await;

    // After the backup: two versions, an archive, a connector that the backup has never heard of.
    let instance = site.instance(&live.database).await;
    publish(&instance, "crm", 2, "lost").await;
    publish(&instance, "crm", 3, "lost too").await;
    archive(&instance, "erp", 1).await;
    let shop = create(&instance, "shop").await;
    instance.dispatch().await;
    worker.store.poll().await;
    worker.take(3).await;
    assert_eq!((worker.state("crm").await.1, worker.state("erp").await.3), (4, true));
    stop(instance).await;
    live.remove().await;

    let restored = site.instance(&backup.database).await;
    assert_eq!(restored.get("/api/connectors/crm").await.ok()["active_version"], 2);
    let found = reconcile(&restored, false).await;
    assert_eq!((found.checked, found.ahead, found.requested, found.epoch), (3, 3, 0, 1), "crm, erp and shop");
    publish(&restored, "crm", 2, "after the restore").await;
    let step = restored.dispatch().await;
    assert_eq!((step.delivered, step.ahead, step.dead), (0, 1, 0));
    let held = async |id: Uuid| {
        let current = site.replica.current(site.workspace, id, Read::Consistent).await.unwrap().unwrap();
        (current.epoch, current.version, current.archived)
    };
    assert_eq!((held(crm).await, held(erp).await, held(shop).await), ((1, 4, false), (1, 2, true), (1, 1, false)));
    worker.store.poll().await;
    assert_eq!(worker.state("crm").await, (1, 4, json!("lost too"), false), "workers keep what they have until somebody decides");

    let adopted = reconcile(&restored, true).await;
    assert_eq!((adopted.epoch, adopted.ahead), (2, 0));
    sqlx::query("UPDATE outbox SET next_attempt_at = clock_timestamp()")
        .execute(restored.app.jobs_db().await.unwrap().pool())
        .await
        .unwrap();
    assert_eq!(restored.dispatch().await.delivered, 2, "crm and erp; what is the same stays");
    worker.take(2).await;
    assert_eq!(worker.state("crm").await, (2, 3, json!("after the restore"), false));
    assert_eq!(worker.state("erp").await, (2, 1, json!("first"), false));
    assert_eq!(worker.state("same").await, (1, 1, json!("first"), false));
    // What the restored database does not know has a tombstone, which the poll finds.
    worker.store.poll().await;
    assert_eq!(worker.state("shop").await, (2, 1, json!("first"), true));
    let again = reconcile(&restored, false).await;
    assert_eq!((again.ahead, again.requested), (0, 0));

    // The numbers that were lost are given again, and win; so does the slug.
    publish(&restored, "crm", 3, "fourth again").await;
    create(&restored, "shop").await;
    assert_eq!(restored.dispatch().await.delivered, 2);
    worker.take(2).await;
    assert_eq!(worker.state("crm").await, (2, 4, json!("fourth again"), false));
    stop(restored).await;
    site.remove().await;
    backup.remove().await;
}

//! What people and CI do with connectors and flows, through HTTP, and the jobs beside it: the whole of it, on any schema that it has to
//! get along with.

use std::sync::{Arc, Mutex};

use functions::app::App;
use functions::jobs::{reconcile_replica, roll_up_runs, sweep};
use functions::metrics::Meter;
use serde_json::{Value, json};
use tests::{Instance, Site, config, digest, pricing};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Everything once, under slugs of this round's own; on what earlier rounds left.
pub async fn tell(site: &Site, instance: &Instance, round: &str) {
    connector(instance, &format!("crm-{round}")).await;
    flow(instance, &format!("pricing-{round}")).await;
    git(site, instance, &format!("erp-{round}")).await;
    jobs(instance).await;
}

async fn connector(instance: &Instance, slug: &str) {
    let at = |path: &str| format!("/api/connectors/{slug}{path}");
    let created = instance.post("/api/connectors").json(json!({"slug": slug, "name": "CRM", "config": config()})).await.with_status(201);
    assert_eq!(created["base_version"], 0);
    let publish = |base: i32| instance.post(&at("/publish")).idempotency_key(&format!("{slug}-{base}")).json(json!({"base_version": base}));
    assert_eq!(publish(0).await.ok()["version"], 1);
    assert!(publish(0).await.is_replayed());
    instance.patch(&at("/draft")).json(json!({"settings": {"batch": 7}})).await.ok();
    instance.put(&at("/draft/entities/deal")).json(json!({"fields": {"id": {"type": "string"}}})).await.ok();
    let diff = instance.get(&at("/draft/diff")).await.ok();
    assert_eq!(diff["changes"].as_array().unwrap().len(), 2, "{diff}");
    assert_eq!(publish(1).await.ok()["version"], 2);
    instance.patch(&at("/draft")).json(json!({"settings": {"batch": 8}})).await.ok();
    instance.post(&at("/publish")).json(json!({"base_version": 1})).await.problem(409, "version_conflict");
    assert_eq!(instance.post(&at("/rollback")).json(json!({"version": 1, "base_version": 2})).await.ok()["source"], "rollback");
    delivered(instance, "connector", slug, 3).await;
    for (operation, base) in [("archive", 3), ("unarchive", 4)] {
        instance.post(&at(&format!("/{operation}"))).json(json!({"base_version": base})).await.ok();
        delivered(instance, "connector", slug, base + 1).await;
    }
    instance.post(&at("/draft/merge")).json(json!({})).await.problem(409, "merge_conflict");
    let resolved = json!({"resolutions": {"/settings/batch": "draft"}});
    assert_eq!(instance.post(&at("/draft/merge")).json(resolved).await.ok()["base_version"], 5);
    assert_eq!(publish(5).await.ok()["version"], 6);
    delivered(instance, "connector", slug, 6).await;
    let versions = instance.get(&at("/versions")).await.ok();
    assert_eq!(versions["items"].as_array().unwrap().len(), 6);
}

async fn flow(instance: &Instance, slug: &str) {
    let at = |path: &str| format!("/v1/flows/{slug}{path}");
    instance.post("/v1/flows").json(json!({"slug": slug, "name": "Prices", "graph": pricing(1)})).await.with_status(201);
    let price = async || {
        let answer = instance.evaluate(slug, json!({"amount": 10})).await.ok();
        (answer["version"].clone(), answer["result"]["price"].clone(), answer["runId"].clone())
    };
    instance.post(&at("/publish")).json(json!({"baseVersion": 0})).await.ok();
    assert_eq!(price().await.1, json!(10));
    instance.put(&at("/draft")).json(json!({"graph": pricing(3)})).await.ok();
    let draft = instance.post(&at("/draft/evaluate")).json(json!({"amount": 10})).await.ok();
    assert_eq!(draft["result"]["price"], 30);
    instance.post(&at("/publish")).json(json!({"baseVersion": 1})).await.ok();
    let (version, decided, run) = price().await;
    assert_eq!((version, decided), (json!(2), json!(30)));
    let run = instance.get(&format!("/v1/runs/{}", run.as_str().unwrap())).await.ok();
    assert_eq!((&run["flowVersion"], &run["status"], &run["versionBadge"]), (&json!(2), &json!("succeeded"), &json!("console")));
    instance.post(&at("/rollback")).json(json!({"version": 1, "baseVersion": 2})).await.ok();
    assert_eq!(price().await.1, json!(10));
    delivered(instance, "flow", slug, 3).await;
    let runs = instance.get(&format!("/v1/runs?flow={slug}")).await.ok();
    assert_eq!(runs["items"].as_array().unwrap().len(), 4);
}

/// CI brings a file, ships it, finds a hot-fix from the console and brings that back to git.
async fn git(site: &Site, instance: &Instance, slug: &str) {
    let apply = async |config: &Value, base: Option<&Value>| {
        let file = json!({"type": "connector", "slug": slug, "baseDigest": base.map(digest), "digest": digest(config), "body": config});
        let apply = instance.post("/v1/sync/apply").as_(&site.ci).header("x-fcc-git-commit", COMMIT);
        apply.json(json!({"resources": [file]})).await.ok()["items"][0]["change"].clone()
    };
    let designer_publishes = async || {
        let drift = instance.get("/v1/sync/drift").as_(&site.ci).await.ok();
        drift["reasons"].as_array().unwrap().iter().filter(|one| one["slug"] == slug && one["reason"] == "designer_publish").count()
    };
    let mut file = config();
    assert_eq!(apply(&file, None).await, "created");
    let publish = instance.post("/v1/sync/publish").as_(&site.ci).header("x-fcc-git-commit", COMMIT);
    let published = publish.json(json!({"connectorIds": [slug]})).await.ok();
    assert_eq!((&published["items"][0]["status"], &published["items"][0]["version"]), (&json!("published"), &json!(1)));
    assert_eq!(designer_publishes().await, 0);
    instance.patch(&format!("/api/connectors/{slug}/draft")).json(json!({"settings": {"hot": true}})).await.ok();
    instance.post(&format!("/api/connectors/{slug}/publish")).json(json!({"base_version": 1})).await.ok();
    assert_eq!(designer_publishes().await, 1);
    let before = file.clone();
    file["settings"]["hot"] = json!(true);
    assert_eq!(apply(&file, Some(&before)).await, "unchanged");
    assert_eq!(designer_publishes().await, 0);
    let history = instance.get(&format!("/v1/sync/history/connector/{slug}")).await.ok();
    assert!(history["items"].as_array().unwrap().len() >= 4, "{history}");
    delivered(instance, "connector", slug, 2).await;
}

/// The dispatcher brings the version to the replica, and leaves nothing behind.
async fn delivered(instance: &Instance, kind: &str, slug: &str, version: i32) {
    instance.dispatch().await;
    let status = instance.get(&format!("/v1/replica/{kind}/{slug}")).await.ok();
    assert_eq!((&status["replicaVersion"], &status["inSync"]), (&json!(version), &json!(true)), "{slug}");
    assert_eq!(instance.get("/v1/replica/outbox").await.ok()["items"], json!([]));
}

async fn jobs(instance: &Instance) {
    let reconciled = reconcile_replica::run(&instance.app, reconcile_replica::Options::default()).await.unwrap();
    assert_eq!((reconciled.requested, reconciled.ahead), (0, 0));
    roll_up_runs::run(&instance.app).await.unwrap();
    // The sweep goes on where a part of it fails, and says so in its metrics alone.
    let lines = Arc::new(Mutex::new(String::new()));
    let kept = lines.clone();
    let meter = Meter::new("upgrade", move |line| kept.lock().unwrap().push_str(line));
    sweep::run(&App::metered(instance.app.settings.clone(), Some(meter)).unwrap()).await.unwrap();
    assert!(lines.lock().unwrap().contains("\"SweepFailures\":0.0"), "{lines:?}");
}

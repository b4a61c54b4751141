//! What the jobs write for the alarms.

use std::sync::{Arc, Mutex};

use functions::app::App;
use functions::jobs::{dispatch_outbox, reconcile_replica, sweep};
use functions::metrics::{Meter, Metric};
use serde_json::{Value, json};
use tests::Api;

/// The jobs of another instance, and what they wrote.
struct Metered {
    app: App,
    lines: Arc<Mutex<Vec<Value>>>,
}

fn metered(api: &Api) -> Metered {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    let meter = Meter::new("prod", move |line| kept.lock().unwrap().push(serde_json::from_str(line).unwrap()));
    Metered { app: App::metered(api.app.settings.clone(), Some(meter)).unwrap(), lines }
}

impl Metered {
    /// What was written of a metric since the last call of anything here, all values in one list.
    fn values(&self, metric: Metric) -> Vec<f64> {
        let lines = self.lines.lock().unwrap();
        let found = lines.iter().filter_map(|line| line.get(metric.name()));
        let values = found.flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]));
        values.map(|value| value.as_f64().unwrap()).collect()
    }

    fn forget(&self) {
        self.lines.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn the_dispatcher_says_how_long_versions_took_and_what_it_left_behind() {
    let api = Api::start().await;
    let jobs = metered(&api);
    api.publish_first("crm").await;
    api.publish_first("erp").await;
    dispatch_outbox::run(&jobs.app).await.unwrap();
    let lags = jobs.values(Metric::ReplicaLag);
    assert!(lags.len() == 2 && lags.iter().all(|lag| (0.0..60_000.0).contains(lag)), "{lags:?}");
    assert_eq!((jobs.values(Metric::OutboxOldest), jobs.values(Metric::OutboxDead)), (vec![0.0], vec![0.0]));
    // That nothing is ahead is reconciling's to say: this run saw two resources.
    assert_eq!(jobs.values(Metric::ReplicaAhead), Vec::<f64>::new());
    assert!(jobs.lines.lock().unwrap().iter().all(|line| line["Stack"] == "prod" && line["_aws"]["Timestamp"].is_u64()));
    api.finish().await;
}

#[tokio::test]
async fn rows_that_wait_or_were_given_up_are_counted_also_when_nothing_is_due() {
    let api = Api::start().await;
    let jobs = metered(&api);
    api.publish_first("crm").await;
    api.publish_first("erp").await;
    let waiting = "UPDATE outbox SET next_attempt_at = now() + interval '1 hour', created_at = now() - interval '5 minutes'";
    sqlx::query(waiting).execute(&api.owner_db).await.unwrap();
    sqlx::query("UPDATE outbox SET dead_at = now() WHERE id = (SELECT min(id::text)::uuid FROM outbox)")
        .execute(&api.owner_db)
        .await
        .unwrap();
    dispatch_outbox::run(&jobs.app).await.unwrap();
    let oldest = jobs.values(Metric::OutboxOldest);
    assert!(oldest.len() == 1 && (299.0..400.0).contains(&oldest[0]), "{oldest:?}");
    assert_eq!(jobs.values(Metric::OutboxDead), [1.0]);
    assert_eq!(jobs.values(Metric::ReplicaLag), [0.0; 0]);
    sqlx::query("UPDATE outbox SET next_attempt_at = now(), dead_at = NULL").execute(&api.owner_db).await.unwrap();
    api.finish().await;
}

#[tokio::test]
async fn reconciling_says_how_much_differed_and_a_repeat_is_not_as_late_as_its_version() {
    let api = Api::start().await;
    let jobs = metered(&api);
    api.publish_first("crm").await;
    dispatch_outbox::run(&jobs.app).await.unwrap();
    jobs.forget();
    // A table that holds nothing of it.
    let empty = api.cloud.table(&format!("{}-empty", api.replica.table())).await.unwrap();
    let settings = functions::settings::Settings { replica_table: Some(empty.table().to_owned()), ..api.app.settings.clone() };
    let lines = jobs.lines.clone();
    let meter = Meter::new("prod", move |line| lines.lock().unwrap().push(serde_json::from_str(line).unwrap()));
    let elsewhere = App::metered(settings, Some(meter)).unwrap();
    reconcile_replica::run(&elsewhere, reconcile_replica::Options::default()).await.unwrap();
    assert_eq!((jobs.values(Metric::ReconcileMismatches), jobs.values(Metric::ReplicaAhead)), (vec![1.0], vec![0.0]));
    jobs.forget();
    dispatch_outbox::run(&elsewhere).await.unwrap();
    let lags = jobs.values(Metric::ReplicaLag);
    assert!(lags.len() == 1 && lags[0] < 60_000.0, "{lags:?}");
    api.cloud.dynamo.delete_table().table_name(empty.table()).send().await.unwrap();
    api.finish().await;
}

#[tokio::test]
async fn the_sweep_says_whether_runs_had_no_month_and_what_failed() {
    let api = Api::start().await;
    let jobs = metered(&api);
    sweep::run(&jobs.app).await.unwrap();
    assert_eq!((jobs.values(Metric::RunsInDefaultPartition), jobs.values(Metric::SweepFailures)), (vec![0.0], vec![0.0]));
    jobs.forget();
    sqlx::query("REVOKE DELETE ON idempotency_keys FROM fc_jobs").execute(&api.owner_db).await.unwrap();
    sweep::run(&jobs.app).await.unwrap();
    assert_eq!(jobs.values(Metric::SweepFailures), [1.0]);
    api.finish().await;
}

#[tokio::test]
async fn a_job_whose_stack_nobody_named_writes_nothing() {
    let api = Api::start().await;
    let app = App::metered(api.app.settings.clone(), None).unwrap();
    assert_eq!(json!(sweep::run(&app).await.unwrap())["credentials"], 0);
    api.finish().await;
}

//! Several dispatchers, one of which is slow or dead.

use functions::jobs::dispatch_outbox::{Sink, Undelivered, step};
use store::Db;
use store::outbox::{self, Delivered, Leased};
use tests::{Api, fresh};

use crate::sinks::{Scripted, delivered, one_step, outbox as rows, real};

const LEASE: f64 = 30.0;

#[tokio::test]
async fn what_one_leased_another_does_not_get_until_the_lease_ended() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let jobs = api.app.jobs_db().await.unwrap();
    assert_eq!(outbox::lease(jobs, fresh(), 500, LEASE).await.unwrap().len(), 1);
    assert_eq!(outbox::lease(jobs, fresh(), 500, LEASE).await.unwrap().len(), 0);
    sqlx::query("UPDATE outbox SET lease_until = clock_timestamp()").execute(&api.owner_db).await.unwrap();
    let taken_over = outbox::lease(jobs, fresh(), 500, LEASE).await.unwrap();
    assert_eq!((taken_over.len(), taken_over[0].attempts), (1, 2));
    api.finish().await;
}

#[tokio::test]
async fn a_slow_dispatcher_whose_lease_was_taken_over_deletes_nothing() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let jobs = api.app.jobs_db().await.unwrap();
    let (slow, quick) = (fresh(), fresh());
    let held = outbox::lease(jobs, slow, 500, LEASE).await.unwrap();
    outbox::end_leases(jobs).await.unwrap();
    let taken_over = outbox::lease(jobs, quick, 500, LEASE).await.unwrap();

    assert_eq!(outbox::settle(jobs, slow, &[delivered(&held[0])]).await.unwrap(), 0);
    outbox::release(jobs, slow, held[0].resource_id, &outbox::Verdict::Dead, "too late").await.unwrap();
    outbox::keep_lease(jobs, slow, 3600.0).await.unwrap();
    assert_eq!(rows(&api).await, [(2, false, None)], "the row is the quick one's alone");

    assert_eq!(outbox::settle(jobs, quick, &[delivered(&taken_over[0])]).await.unwrap(), 1);
    assert_eq!(rows(&api).await, []);
    // Neither wrote to the replica here: reconcile asks for it, as it would after a loss.
    assert_eq!(functions::jobs::reconcile_replica::run(&api.app, Default::default()).await.unwrap().requested, 1);
    api.finish().await;
}

/// Delivers for real, but in the meantime the lease ends and another dispatcher does all the work.
struct Overtaken<'a>(&'a Api);

impl Sink for Overtaken<'_> {
    const AT_ONCE: usize = usize::MAX;

    async fn deliver(&self, db: &Db, rows: &[Leased]) -> Vec<Result<Delivered, Undelivered>> {
        let api = self.0;
        api.publish_next("crm", 1).await;
        outbox::end_leases(db).await.unwrap();
        one_step(api, &real(api).await).await;
        real(api).await.deliver(db, rows).await
    }
}

#[tokio::test]
async fn a_dispatcher_that_is_overtaken_neither_takes_the_replica_back_nor_the_receipt() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let slow = step(api.app.jobs_db().await.unwrap(), &Overtaken(&api), fresh(), || 0.0).await.unwrap();
    assert_eq!((slow.leased, slow.settled), (1, 0));
    let status = api.get("/v1/replica/connector/crm").await.ok();
    assert_eq!((&status["replicaVersion"], &status["inSync"]), (&serde_json::json!(2), &serde_json::json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn a_version_that_is_published_during_a_delivery_waits_for_the_next() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let jobs = api.app.jobs_db().await.unwrap();
    let token = fresh();
    let held = outbox::lease(jobs, token, 500, LEASE).await.unwrap();
    api.publish_next("crm", 1).await;
    let delivery = real(&api).await.deliver(jobs, &held).await;
    assert_eq!(outbox::settle(jobs, token, &[delivery.into_iter().next().unwrap().unwrap()]).await.unwrap(), 1);
    assert_eq!(rows(&api).await.len(), 1);
    assert_eq!(api.dispatch().await.delivered, 1);
    api.finish().await;
}

#[tokio::test]
async fn the_newest_version_of_a_connector_goes_for_all_that_wait() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for base in 1..5 {
        api.publish_next("crm", base).await;
    }
    api.publish_first("erp").await;
    let step = api.dispatch().await;
    assert_eq!((step.leased, step.delivered, step.settled), (2, 2, 6));
    let told: Vec<(String, i64)> = api.messages(&api.fleets[0]).await.into_iter().map(|told| (told.slug, told.version)).collect();
    assert_eq!(told, [("crm".to_owned(), 5), ("erp".to_owned(), 1)]);
    api.finish().await;
}

#[tokio::test]
async fn a_dispatcher_that_died_between_the_replica_and_the_outbox_is_repeated_safely() {
    let api = Api::start().await;
    let published = api.publish_first("crm").await;
    let jobs = api.app.jobs_db().await.unwrap();
    let held = outbox::lease(jobs, fresh(), 500, LEASE).await.unwrap();
    for outcome in real(&api).await.deliver(jobs, &held).await {
        outcome.unwrap();
    }
    // It died here. A second one, after its lease, finds the version in the replica and goes on.
    outbox::end_leases(jobs).await.unwrap();
    let step = api.dispatch().await;
    assert_eq!((step.delivered, step.settled, step.failed), (1, 1, 0));
    let told: Vec<String> = api.messages(&api.fleets[0]).await.iter().map(|told| told.event_id.to_string()).collect();
    let event = published["event_id"].as_str().unwrap();
    assert_eq!(told, [event, event], "a worker may be told twice, never not at all");
    api.finish().await;
}

#[tokio::test]
async fn many_dispatchers_at_once_deliver_everything_once() {
    let api = Api::start().await;
    for nth in 0..12 {
        api.publish_first(&format!("c{nth}")).await;
    }
    let sink = Scripted::new(|_| Ok(()));
    let jobs = api.app.jobs_db().await.unwrap();
    let small_batches = (0..8).map(|_| async {
        let token = fresh();
        let held = outbox::lease(jobs, token, 2, LEASE).await.unwrap();
        let outcomes: Vec<Delivered> = sink.deliver(jobs, &held).await.into_iter().map(Result::unwrap).collect();
        outbox::settle(jobs, token, &outcomes).await.unwrap()
    });
    let settled: u64 = futures::future::join_all(small_batches).await.into_iter().sum();
    assert_eq!(settled, 12);
    let mut asked = sink.asked.into_inner().unwrap();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 12);
    functions::jobs::reconcile_replica::run(&api.app, Default::default()).await.unwrap();
    api.finish().await;
}

//! Deliveries that fail.

use functions::jobs::dispatch_outbox::{Step, Undelivered};
use serde_json::json;
use tests::{Api, until};

use crate::sinks::{Scripted, one_step, outbox};

#[tokio::test]
async fn a_row_that_can_never_be_delivered_is_given_up_and_hinders_no_other() {
    let api = Api::start().await;
    let poison = api.publish_first("poison").await;
    api.publish_first("good").await;
    let sink = Scripted::new(|row| if row.slug == "poison" { Err(Undelivered::Permanent("the table is gone".into())) } else { Ok(()) });
    let first = one_step(&api, &sink).await;
    assert_eq!(first, Step { leased: 2, delivered: 1, settled: 1, failed: 1, dead: 0, ahead: 0 });
    for attempt in 2..=5 {
        assert_eq!(one_step(&api, &sink).await.dead, usize::from(attempt == 5));
    }
    assert_eq!(outbox(&api).await, [(5, true, Some("the table is gone".to_owned()))]);
    assert_eq!(one_step(&api, &sink).await.leased, 0, "nobody tries it again by itself");
    let dead = api.get("/v1/replica/outbox?state=dead").await.ok();
    assert_eq!(dead["items"][0]["eventId"], poison["event_id"]);

    assert_eq!(api.post("/v1/replica/redrive").await.ok(), json!({"eventIds": [poison["event_id"]]}));
    for _ in 1..=5 {
        one_step(&api, &sink).await;
    }
    assert_eq!(outbox(&api).await, [(5, true, Some("the table is gone".to_owned()))], "redriven too early, it is given up again");

    // A later version of the same connector is delivered nevertheless, and what was given up is moot.
    api.publish_next("poison", 1).await;
    assert_eq!(api.dispatch().await.delivered, 1);
    assert_eq!(outbox(&api).await, []);
    assert_eq!(api.get("/v1/replica/connector/poison").await.ok()["replicaVersion"], 2);
    functions::jobs::reconcile_replica::run(&api.app, Default::default()).await.unwrap();
    api.finish().await;
}

#[tokio::test]
async fn throttling_costs_no_attempt_however_often() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let slow_down = Scripted::new(|_| Err(Undelivered::Throttled("slow down".into())));
    for _ in 0..20 {
        assert_eq!(one_step(&api, &slow_down).await.failed, 1);
    }
    assert_eq!(outbox(&api).await, [(0, false, Some("slow down".to_owned()))]);
    api.finish().await;
}

#[tokio::test]
async fn an_outage_costs_attempts_and_is_survived() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let outage = Scripted::new(|_| Err(Undelivered::Transient("time-out".into())));
    for _ in 0..20 {
        assert_eq!(one_step(&api, &outage).await.dead, 0);
    }
    assert_eq!(outbox(&api).await, [(20, false, Some("time-out".to_owned()))]);
    assert_eq!(api.dispatch().await.delivered, 1);
    api.finish().await;
}

#[tokio::test]
async fn a_failure_waits_before_it_is_tried_again() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let outage = Scripted::new(|_| Err(Undelivered::Transient("time-out".into())));
    let jobs = api.app.jobs_db().await.unwrap();
    functions::jobs::dispatch_outbox::step(jobs, &outage, tests::fresh(), || 1.0).await.unwrap();
    assert_eq!(one_step(&api, &outage).await.leased, 0);
    let seconds: f64 = sqlx::query_scalar("SELECT extract(epoch FROM next_attempt_at - clock_timestamp())::float8 FROM outbox")
        .fetch_one(&api.owner_db)
        .await
        .unwrap();
    assert!((0.0..=1.0).contains(&seconds), "{seconds}");
    api.finish().await;
}

#[tokio::test]
async fn without_a_table_nothing_is_lost() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.cloud.dynamo.delete_table().table_name(api.replica.table()).send().await.unwrap();
    let step = api.dispatch().await;
    assert!(step.failed > 0 && step.delivered == 0, "{step:?}");
    api.cloud.table(api.replica.table()).await.unwrap();
    let redriven = api.post("/v1/replica/redrive").await.ok();
    assert!(redriven["eventIds"].is_array());
    api.finish().await;
}

#[tokio::test]
async fn a_publish_wakes_the_dispatcher() {
    let mut api = Api::start().await;
    api.dispatch_in_background().await;
    api.publish_first("crm").await;
    until("the replica to follow", || async {
        let status = api.get("/v1/replica/connector/crm").await.ok();
        (status["inSync"] == true).then_some(())
    })
    .await;
    api.finish().await;
}

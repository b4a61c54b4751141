use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, Api, Token, config};

const MANY: usize = 16;

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

fn one_of(winner: u16, loser: u16) -> Vec<u16> {
    let mut statuses = vec![loser; MANY - 1];
    statuses.push(winner);
    statuses.sort_unstable();
    statuses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_publishers_with_one_base_exactly_one_succeeds() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    let tokens = [&api.tenant.token, &api.ci];
    let answers = join_all((0..MANY).map(|nth| {
        let publish = api.post("/api/connectors/crm/publish").as_(tokens[nth % 2]);
        publish.json(json!({"base_version": 1, "note": nth.to_string()})).into_future()
    }))
    .await;
    assert_eq!(statuses(&answers), one_of(200, 409));
    for answer in answers.into_iter().filter(|answer| answer.status == 409) {
        let problem = answer.problem(409, "version_conflict");
        assert_eq!((&problem["active_version"], &problem["draft_base_version"]), (&json!(2), &json!(2)));
    }
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 2);
    api.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publish_a_rollback_and_an_archive_with_one_base_are_one_version() {
    let api = Api::start().await;
    for round in 0..4 {
        let slug = format!("crm-{round}");
        api.publish_first(&slug).await;
        api.publish_next(&slug, 1).await;
        api.patch_draft(&slug, json!({"settings": {"batch": 3}})).await;
        let call = |operation: &str, body: Value| api.post(&format!("/api/connectors/{slug}/{operation}")).json(body).into_future();
        let answers = join_all([
            call("publish", json!({"base_version": 2})),
            call("rollback", json!({"base_version": 2, "version": 1})),
            call("archive", json!({"base_version": 2})),
        ])
        .await;
        assert_eq!(statuses(&answers), [200, 409, 409]);
        assert_eq!(api.get(&format!("/api/connectors/{slug}")).await.ok()["active_version"], 3);
    }
    api.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_of_different_parts_of_one_draft_all_hold() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let draft = "/api/connectors/crm/draft";
    let entity = json!({"fields": {"id": {"type": "string"}}});
    let answers = join_all((0..MANY).map(|nth| {
        let request = match nth % 4 {
            0 => api.put(&format!("{draft}/entities/e{nth}")).json(entity.clone()),
            1 => api.put(&format!("{draft}/event-flows/s{nth}/t")).json(json!({"entity": "contact", "action": "ignore", "mapping": {}})),
            2 => api.patch(draft).as_(&api.ci).json(json!({"settings": {format!("k{nth}"): nth}})),
            _ => api.patch(draft).json(json!({"entities": {format!("e{nth}"): entity}})),
        };
        request.into_future()
    }))
    .await;
    assert_eq!(statuses(&answers), [200; MANY]);
    let config = api.draft("crm").await["config"].clone();
    for nth in 0..MANY {
        let kept = match nth % 4 {
            1 => &config["event_flows"][format!("s{nth}")]["t"],
            2 => &config["settings"][format!("k{nth}")],
            _ => &config["entities"][format!("e{nth}")],
        };
        assert!(!kept.is_null(), "write {nth} was lost: {config}");
    }
    assert_eq!(api.history_length("crm").await, 2 + i64::try_from(MANY).unwrap(), "each write is a snapshot");
    api.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_writes_with_one_if_match_exactly_one_succeeds() {
    let api = Api::start().await;
    let etag = api.create("crm", config()).await["etag"].clone();
    let answers = join_all(
        (0..MANY).map(|nth| api.patch("/api/connectors/crm/draft").if_match(&etag).json(json!({"settings": {"batch": nth}})).into_future()),
    )
    .await;
    assert_eq!(statuses(&answers), one_of(200, 412));
    api.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_creates_of_one_slug_exactly_one_succeeds() {
    let api = Api::start().await;
    let answers = join_all((0..MANY).map(|_| api.post("/api/connectors").json(json!({"slug": "crm", "name": "CRM"})).into_future())).await;
    assert_eq!(statuses(&answers), one_of(201, 409));
    api.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_publishes_with_one_idempotency_key_are_one_publish() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let request = || api.post("/api/connectors/crm/publish").idempotency_key("k").json(json!({"base_version": 0})).into_future();
    let answers = join_all((0..MANY).map(|_| request())).await;
    let (mut fresh, mut event_ids) = (0, Vec::new());
    for answer in answers {
        if answer.status == 200 {
            fresh += usize::from(!answer.is_replayed());
            event_ids.push(answer.ok()["event_id"].clone());
        } else {
            answer.problem(409, "in_progress");
        }
    }
    event_ids.dedup();
    assert_eq!((fresh, event_ids.len()), (1, 1));
    api.finish().await;
}

#[tokio::test]
async fn a_change_of_mode_holds_for_publishes_in_flight() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    let mut change = api.owner_db.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('workspace:' || $1::text, 7))";
    sqlx::query(lock).bind(api.tenant.workspace).execute(&mut *change).await.unwrap();
    sqlx::query("UPDATE workspaces SET governance_mode = 'CodeManaged'").execute(&mut *change).await.unwrap();
    let in_flight = tokio::spawn(api.post("/api/connectors/crm/publish").json(json!({"base_version": 1})).into_future());
    api.a_lock_is_waited_for().await;
    change.commit().await.unwrap();
    in_flight.await.unwrap().problem(400, "governance_refused");
    api.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishes_of_many_connectors_do_not_hinder_each_other() {
    let api = Api::start().await;
    for nth in 0..MANY {
        api.create(&format!("c{nth}"), config()).await;
    }
    let editor = api.token(Token::PersonWithFcc("editor")).await;
    let answers = join_all(
        (0..MANY)
            .map(|nth| api.post(&format!("/api/connectors/c{nth}/publish")).as_(&editor).json(json!({"base_version": 0})).into_future()),
    )
    .await;
    assert_eq!(statuses(&answers), [200; MANY]);
    api.finish().await;
}

//! A publish, the dispatcher and the workers are found by one trace.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use aws_sdk_sqs::types::MessageSystemAttributeName;
use functions::app::App;
use functions::jobs::dispatch_outbox;
use functions::settings::Settings;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Api, Request, graph, until};
use tokio::sync::watch;
use worker::{Consumer, DynamoConfigStore, Jitter, Step};

use crate::queues;

/// A header as Lambda hands it over; `nth` tells one trace from another.
fn header(nth: u8) -> String {
    format!("Root=1-5759e988-bd862e3fe1be46a9942727{nth:02x};Parent=53995c3f42cd8ad8;Sampled=1")
}

fn traced(request: Request, nth: u8) -> Request {
    request.header("x-amzn-trace-id", &header(nth))
}

/// Slug and version of each message in the queue, with its trace; they are taken from it.
async fn traces(api: &Api, queue: &str) -> BTreeMap<(String, i64), Option<String>> {
    let mut found = BTreeMap::new();
    for (body, trace) in bodies(api, queue).await {
        let body: Value = serde_json::from_str(&body).unwrap();
        assert!(body.get("trace").is_none(), "the body is what it was: {body}");
        found.insert((body["slug"].as_str().unwrap().to_owned(), body["version"].as_i64().unwrap()), trace);
    }
    found
}

async fn bodies(api: &Api, queue: &str) -> Vec<(String, Option<String>)> {
    let mut all = Vec::new();
    loop {
        let name = MessageSystemAttributeName::AwsTraceHeader;
        let receive = api.cloud.sqs.receive_message().queue_url(queue).max_number_of_messages(10);
        let received = receive.message_system_attribute_names(name.clone()).send().await.unwrap();
        let Some(messages) = received.messages.filter(|messages| !messages.is_empty()) else { return all };
        for message in messages {
            let trace = message.attributes().and_then(|attributes| attributes.get(&name)).cloned();
            all.push((message.body().unwrap().to_owned(), trace));
            let handle = message.receipt_handle().unwrap();
            api.cloud.sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await.unwrap();
        }
    }
}

async fn dispatch(api: &Api) -> dispatch_outbox::Step {
    let mut settings = api.app.settings.clone();
    settings.aws.endpoint_url = Some(queues::in_front_of(&settings.aws.endpoint_url.unwrap()).await);
    dispatch_outbox::run(&App::new(settings).unwrap()).await.unwrap()
}

/// The trace of what was just done, as both fleets are told it.
async fn told(api: &Api, slug: &str, version: i64) -> Option<String> {
    dispatch(api).await;
    let [first, second] = [traces(api, &api.fleets[0]).await, traces(api, &api.fleets[1]).await];
    assert_eq!(first, second);
    let mut only = first;
    let trace = only.remove(&(slug.to_owned(), version)).unwrap_or_else(|| panic!("nobody was told of {slug} {version}"));
    assert!(only.is_empty(), "{only:?}");
    trace
}

#[tokio::test]
async fn every_way_to_a_version_hands_its_trace_to_every_fleet() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    assert_eq!(told(&api, "crm", 1).await, None, "nobody said one");
    api.patch_draft("crm", json!({"settings": {"retries": 2}})).await;
    let operations = [
        ("publish", json!({"base_version": 1})),
        ("rollback", json!({"base_version": 2, "version": 1})),
        ("archive", json!({"base_version": 3})),
        ("unarchive", json!({"base_version": 4})),
    ];
    for (nth, (operation, body)) in (2..).zip(operations) {
        traced(api.post(&format!("/api/connectors/crm/{operation}")).json(body), nth).await.ok();
        assert_eq!(told(&api, "crm", nth.into()).await, Some(header(nth)), "{operation}");
    }
    api.create_flow("discounts", graph()).await;
    traced(api.post("/v1/flows/discounts/publish").json(json!({"baseVersion": 0})), 6).await.ok();
    assert_eq!(told(&api, "discounts", 1).await, Some(header(6)));
    api.patch_draft("crm", json!({"settings": {"retries": 3}})).await;
    traced(api.post("/v1/sync/publish").json(json!({"connectorIds": []})), 7).await.ok();
    assert_eq!(told(&api, "crm", 6).await, Some(header(7)));
    api.publish_next("crm", 6).await;
    assert_eq!(told(&api, "crm", 7).await, None, "it ended with its transaction");
    api.finish().await;
}

#[tokio::test]
async fn versions_that_are_delivered_together_keep_their_own() {
    let api = Api::start().await;
    for (nth, slug) in (1..).zip(["crm", "erp", "shop"]) {
        api.create(slug, tests::config()).await;
        let publish = api.post(&format!("/api/connectors/{slug}/publish")).json(json!({"base_version": 0}));
        if slug == "shop" { publish.await } else { traced(publish, nth).await }.ok();
    }
    assert_eq!(dispatch(&api).await.delivered, 3);
    let expected = [("crm", Some(header(1))), ("erp", Some(header(2))), ("shop", None)];
    let expected = expected.map(|(slug, trace)| ((slug.to_owned(), 1), trace));
    assert_eq!(traces(&api, &api.fleets[0]).await, BTreeMap::from(expected));
    api.finish().await;
}

#[tokio::test]
async fn a_malformed_one_is_ignored() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    told(&api, "crm", 1).await;
    let long = format!("{};Note={}", header(1), "x".repeat(300));
    let malformed =
        ["", "1-5759e988-bd862e3fe1be46a994272793", "Root=1-5759e988-bd862e3fe1be46a99427279g", &long, "Root='; DROP TABLE outbox; --"];
    for (base, header) in (1..).zip(malformed) {
        api.patch_draft("crm", json!({"settings": {"retries": base}})).await;
        let publish = api.post("/api/connectors/crm/publish").header("x-amzn-trace-id", header).json(json!({"base_version": base}));
        assert_eq!(publish.await.ok()["version"], base + 1);
        assert_eq!(told(&api, "crm", base + 1).await, None, "{header}");
    }
    api.finish().await;
}

#[tokio::test]
async fn rows_of_older_code_and_rows_that_are_damaged_are_delivered() {
    let api = Api::start().await;
    for slug in ["older", "damaged"] {
        api.create(slug, tests::config()).await;
    }
    let secret = domain::Digest::of(api.tenant.token.as_bytes());
    let older = "SELECT mint_version($1, NULL, 'publish', 'connector', '[{\"ref\": \"older\", \"base_version\": 0}]', NULL, NULL, NULL, NULL, NULL, NULL, NULL)";
    sqlx::query(older).bind(secret.as_bytes()).execute(api.app.db.pool()).await.unwrap();
    traced(api.post("/api/connectors/damaged/publish").json(json!({"base_version": 0})), 1).await.ok();
    sqlx::query("UPDATE outbox SET trace = 'Root=1-\u{1}' WHERE trace IS NOT NULL").execute(&api.owner_db).await.unwrap();
    assert_eq!(dispatch(&api).await.delivered, 2);
    let told = traces(&api, &api.fleets[0]).await;
    assert_eq!(told.into_values().collect::<Vec<_>>(), [None, None]);
    api.finish().await;
}

#[tokio::test]
async fn the_nudge_carries_it_to_the_dispatcher() {
    let api = Api::start().await;
    let nudges = api.cloud.queue(&format!("nudges-{}", tests::fresh())).await.unwrap();
    let settings = Settings { dispatch_queue_url: Some(nudges.clone()), ..api.app.settings.clone() };
    let instance = api.another_instance(settings).await;
    api.create("crm", tests::config()).await;
    let publish = |base: i32| instance.request(Method::POST, "/api/connectors/crm/publish").json(json!({"base_version": base}));
    traced(publish(0), 1).await.ok();
    assert_eq!(bodies(&api, &nudges).await, [("{}".to_owned(), Some(header(1)))]);
    api.patch_draft("crm", json!({"settings": {"retries": 2}})).await;
    publish(1).await.ok();
    assert_eq!(bodies(&api, &nudges).await, [("{}".to_owned(), None)]);
    traced(instance.request(Method::POST, "/v1/replica/redrive"), 2).await.ok();
    assert_eq!(bodies(&api, &nudges).await, [("{}".to_owned(), Some(header(2)))]);
    api.cloud.sqs.delete_queue().queue_url(&nudges).send().await.unwrap();
    api.finish().await;
}

/// What the log was told, a JSON object a line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Of all its tests, because one of a single thread misses lines that other threads came by first.
    fn of_this_program() -> Log {
        static LOG: OnceLock<Log> = OnceLock::new();
        let log = LOG.get_or_init(|| {
            let log = Log::default();
            let writer = log.clone();
            tracing_subscriber::fmt().json().with_max_level(::tracing::Level::INFO).with_writer(move || writer.clone()).init();
            log
        });
        log.clone()
    }

    /// The messages of the lines that carry the trace, in their order.
    fn of_trace(&self, id: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let of_it = lines.filter(|line| line["fields"]["trace"] == id);
        of_it.map(|line| format!("{} {} {}", line["fields"]["slug"], line["fields"]["version"], line["fields"]["message"])).collect()
    }
}

#[tokio::test]
async fn one_search_finds_the_publish_its_delivery_and_the_worker_and_the_application_is_told() {
    let log = Log::of_this_program();
    let api = Api::start().await;
    let store = DynamoConfigStore::new(api.replica.clone(), Jitter::seeded(1), Arc::new(functions::app::clock));
    let consumer = Consumer::new(api.cloud.sqs.clone(), &api.fleets[0], store.clone(), Jitter::seeded(2));
    let mut changes = store.changes();
    store.follow_workspace(api.tenant.workspace);
    api.create("crm", tests::config()).await;
    traced(api.post("/api/connectors/crm/publish").json(json!({"base_version": 0})), 0xaa).await.ok();
    dispatch(&api).await;
    let (_stop, stopped) = watch::channel(false);
    let handled = until("a notification", async || match consumer.step(&mut stopped.clone()).await.unwrap() {
        Step::Idle => None,
        step => Some(step),
    });
    assert_eq!(handled.await, Step::Handled { taken: 1, left: 0 });

    let expected = ["a version was published", "a version was delivered", "a notification"].map(|what| format!("\"crm\" 1 \"{what}\""));
    assert_eq!(log.of_trace("1-5759e988-bd862e3fe1be46a9942727aa"), expected);
    let config = changes.recv().await.unwrap();
    assert_eq!((config.version, config.trace.as_ref().map(|trace| trace.header().to_owned())), (1, Some(header(0xaa))));

    // What a poll finds has no trace that it could know of.
    api.publish_next("crm", 1).await;
    dispatch(&api).await;
    store.poll().await;
    let polled = changes.recv().await.unwrap();
    assert_eq!((polled.version, polled.trace.as_ref()), (2, None));
    api.finish().await;
}

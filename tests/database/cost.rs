//! What a publish costs Postgres. Counts hold on any machine; times are the benchmark's.

use std::net::Ipv4Addr;

use domain::digest::Digest;
use functions::app::App;
use serde_json::{Value, json};
use tests::{Api, config, config_of_size, without_flows};
use tokio::net::TcpListener;

use crate::proxy;

#[tokio::test]
async fn a_publish_is_one_statement_and_one_round_trip() {
    let api = Api::start().await;
    for slug in ["first", "second"] {
        api.create(slug, config()).await;
    }
    let mut settings = api.app.settings.clone();
    let (url, counts) = proxy::in_front_of(&settings.database_url).await;
    settings.database_url = url;
    settings.database_connections = 1;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let router = functions::gateway::router(App::new(settings).unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let http = dev::http::builder().build().unwrap();
    let publish = async |slug: &str, body: Value| {
        let request =
            http.post(format!("{origin}/api/connectors/{slug}/publish")).bearer_auth(&api.tenant.token).header("idempotency-key", slug);
        request.json(&body).send().await.unwrap().status().as_u16()
    };

    assert_eq!(publish("first", json!({"base_version": 0})).await, 200);
    counts.take();
    assert_eq!(publish("second", json!({"base_version": 0})).await, 200);
    assert_eq!(counts.take(), (1, 0, 1), "statements, preparations, round trips");
    assert_eq!(publish("second", json!({"base_version": 0})).await, 200);
    assert_eq!(counts.take(), (1, 0, 1), "a repeat costs the same");
    assert_eq!(publish("first", json!({})).await, 422);
    assert_eq!(counts.take(), (1, 0, 1), "a refusal costs the same");
    api.finish().await;
}

/// WAL records of the publish of this config, its commit included.
async fn wal_records(api: &Api, slug: &str, base: i32) -> i64 {
    let key = format!("{slug} on {base}");
    let items = json!([{"ref": slug, "base_version": base}]);
    let mut tx = api.app.db.begin(store::Scope { workspace: api.tenant.workspace, user: None, standing: None }).await.unwrap();
    let explain = "EXPLAIN (ANALYZE, WAL, TIMING OFF, FORMAT JSON)
                   SELECT mint_version($1, NULL, 'publish', 'connector', $2, 'a note', $3, sha256('x'), 'abcdef0', 'main', 'host', 'fcc/1')";
    let secret = Digest::of(api.ci.as_bytes());
    let plan: Value = sqlx::query_scalar(explain).bind(secret.as_bytes()).bind(items).bind(key).fetch_one(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    plan[0]["Plan"]["WAL Records"].as_i64().unwrap() + 1
}

/// A config with this many event flows.
fn with_event_flows(count: usize) -> Value {
    let mut config = config();
    for nth in 0..count {
        config["event_flows"]["shop"][format!("event.{nth}")] = json!({"entity": "contact", "action": "upsert", "mapping": {"id": "vid"}});
    }
    config
}

#[tokio::test]
async fn a_publish_writes_at_most_45_wal_records_whatever_the_size_of_the_config() {
    let api = Api::start().await;
    let cases = [
        ("empty", without_flows()),
        ("largest", config_of_size(4_194_304)),
        ("flow", with_event_flows(1)),
        ("flows", with_event_flows(500)),
    ];
    // The first row of an index makes its root: once in the life of a database.
    api.publish_first("roots").await;
    for (slug, config) in cases {
        api.create(slug, config).await;
        let first = wal_records(&api, slug, 0).await;
        api.patch_draft(slug, json!({"x-changed": true, "settings": {"filling": null}})).await;
        let second = wal_records(&api, slug, 1).await;
        assert!((1..=45).contains(&first), "the first publish of {slug}: {first}");
        assert!((1..=45).contains(&second), "the second publish of {slug}: {second}");
    }
    let versions: i64 =
        sqlx::query_scalar("SELECT count(*) FROM resource_versions WHERE version IS NOT NULL").fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(versions, 9, "every one was published");
    api.finish().await;
}

//! Clients that go away before they are answered.

use serde_json::json;
use tests::{Api, config, until};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// Sends this much of a request and hangs up.
async fn send_and_leave(api: &Api, head: &str, headers: &str, body: &str, sent: usize) {
    let text = format!(
        "{head} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        api.tenant.token,
        body.len()
    );
    let mut stream = TcpStream::connect(api.origin.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(&text.as_bytes()[..sent.min(text.len())]).await.unwrap();
    stream.shutdown().await.unwrap();
}

/// Until the gateway has let go of every transaction.
async fn nothing_is_held(api: &Api) {
    let mut superuser = api.superuser().await;
    for _ in 0..1000 {
        let held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'fc_app' AND (state <> 'idle' OR xact_start IS NOT NULL)";
        let held: i64 = sqlx::query_scalar(held).fetch_one(&mut superuser).await.unwrap();
        if held == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("a transaction is still open");
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_happens_whole_or_not_at_all() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for nth in 0..20 {
        let body = json!({"settings": {"nth": nth}, "entities": {format!("e{nth}"): {"fields": {}}}}).to_string();
        send_and_leave(&api, "PATCH /api/connectors/crm/draft", "", &body, usize::MAX).await;
    }
    nothing_is_held(&api).await;
    let before = api.draft("crm").await;
    let after = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    assert_eq!(after["config"]["entities"], before["config"]["entities"], "what was there stayed");
    api.finish().await;
}

#[tokio::test]
async fn half_a_request_changes_nothing() {
    let api = Api::start().await;
    let before = api.create("crm", config()).await["etag"].clone();
    let body = json!({"settings": {"long": "x".repeat(10_000)}}).to_string();
    for sent in [1, 40, 200, 5_000, 10_100] {
        send_and_leave(&api, "PATCH /api/connectors/crm/draft", "", &body, sent).await;
    }
    nothing_is_held(&api).await;
    assert_eq!(api.draft("crm").await["etag"], before);
    api.finish().await;
}

#[tokio::test]
async fn a_publish_that_nobody_waited_for_is_one_publish_with_its_repeat() {
    let api = Api::start().await;
    for nth in 0..10 {
        let slug = format!("crm-{nth}");
        api.create(&slug, config()).await;
        let (path, key) = (format!("/api/connectors/{slug}/publish"), format!("key-{nth}"));
        let headers = format!("idempotency-key: {key}\r\n");
        send_and_leave(&api, &format!("POST {path}"), &headers, r#"{"base_version":0}"#, usize::MAX).await;
        let answer = until("the abandoned publish to end", || async {
            let answer = api.post(&path).idempotency_key(&key).json(json!({"base_version": 0})).await;
            (answer.status != 409).then_some(answer)
        });
        assert_eq!(answer.await.ok()["version"], 1);
    }
    nothing_is_held(&api).await;
    api.finish().await;
}

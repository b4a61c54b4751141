//! The door through which every JSON document comes in.

use serde_json::json;
use tests::{Api, config, without_flows};

const SETTINGS: &str = "/api/connectors/crm/draft/settings";

async fn put(api: &Api, text: impl Into<Vec<u8>>) -> tests::Answer {
    api.put(SETTINGS).bytes("application/json", text).await
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for text in ["{", "{} {}", "{'a': 1}", "{\"a\": 01}", "{\"a\": NaN}", "[1,]", "\u{feff}{}", "{\"a\": \"\n\"}", "// x\n{}"] {
        put(&api, text).await.problem(400, "malformed_json");
    }
    api.finish().await;
}

#[tokio::test]
async fn what_readers_would_understand_differently_is_refused() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let deep = format!("{}{}", "[".repeat(128), "]".repeat(128));
    let cases = [
        (r#"{"a": 1, "a": 1}"#, "stands twice"),
        (r#"{"a": 1, "\u0061": 2}"#, "stands twice"),
        (r#"{"a": "\u0000"}"#, "u0000"),
        (r#"{"\u0000": 1}"#, "u0000"),
        (r#"{"a": "\ud800"}"#, "surrogate"),
        (r#"{"a": 9007199254740993}"#, "2^53"),
        (r#"{"a": -9007199254740993}"#, "2^53"),
        (r#"{"a": 12345678901234567890123}"#, "2^53"),
        (r#"{"a": 1e400}"#, "1.8e308"),
        (deep.as_str(), "127"),
    ];
    for (text, said) in cases {
        let refused = put(&api, text).await.problem(400, "malformed_json");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains(said) && detail.contains("line 1, column"), "{text}: {detail}");
    }
    assert_eq!(api.history_length("crm").await, 1);
    api.finish().await;
}

#[tokio::test]
async fn what_is_just_within_the_limits_is_kept() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    // The settings stand one level below the config's own object.
    let deep = format!(r#"{{"a": {}{}}}"#, "[".repeat(125), "]".repeat(125));
    assert_eq!(put(&api, deep).await.status, 200);
    let draft = put(&api, r#"{"most": 9007199254740992, "least": -9007199254740992, "pair": "\ud83d\ude00", "small": 1e-7}"#).await.ok();
    let expected = json!({"most": 9_007_199_254_740_992_i64, "least": -9_007_199_254_740_992_i64, "pair": "😀", "small": 1e-7});
    assert_eq!(draft["config"]["settings"], expected);
    api.finish().await;
}

#[tokio::test]
async fn a_document_that_a_write_would_nest_too_deeply_is_refused() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let deep = format!(r#"{{"a": {}{}}}"#, "[".repeat(126), "]".repeat(126));
    put(&api, deep).await.problem(422, "schema_violation");
    api.finish().await;
}

#[tokio::test]
async fn a_request_may_be_64_kib_larger_than_the_largest_config() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    const MOST: usize = 4_194_304 + 65_536;
    let padded = |bytes: usize| {
        let mut text = without_flows().to_string();
        text.push_str(&" ".repeat(bytes - text.len()));
        text
    };
    api.put("/api/connectors/crm/draft").bytes("application/json", padded(MOST)).await.ok();
    api.put("/api/connectors/crm/draft").bytes("application/json", padded(MOST + 1)).await.problem(413, "payload_too_large");
    api.post("/api/connectors/crm/publish").bytes("application/json", padded(MOST + 1)).await.problem(413, "payload_too_large");
    api.finish().await;
}

#[tokio::test]
async fn a_body_needs_its_content_type() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for content_type in ["", "text/plain", "text/json", "application/x-www-form-urlencoded", "application/jsonl"] {
        api.put(SETTINGS).bytes(content_type, "{}").await.problem(415, "unsupported_media_type");
        api.post("/api/connectors/crm/publish").bytes(content_type, "{}").await.problem(415, "unsupported_media_type");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_body_comes_as_it_is_and_not_compressed() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.put(SETTINGS).header("content-encoding", "gzip").json(json!({})).await.problem(415, "unsupported_media_type");
    api.put(SETTINGS).header("content-encoding", "identity").json(json!({})).await.ok();
    api.finish().await;
}

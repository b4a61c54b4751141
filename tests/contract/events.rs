//! What starts functions: AWS's events, from tests/data/events.

use serde_json::{Value, json};

/// An event as it was kept.
#[track_caller]
pub fn kept(name: &str) -> Value {
    serde_json::from_str(&crate::read(&format!("tests/data/events/{name}.json"))).unwrap()
}

/// A request's: these headers beside those that every request has.
pub fn from_api_gateway(method: &str, path: &str, headers: Value, body: Option<&str>) -> Value {
    let mut event = kept("api_gateway_v2");
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["method"] = json!(method);
    event["requestContext"]["http"]["path"] = json!(path);
    for (name, value) in headers.as_object().unwrap() {
        event["headers"][name] = value.clone();
    }
    if let Some(body) = body {
        event["body"] = json!(body);
        event["headers"]["content-length"] = json!(body.len().to_string());
    }
    event
}

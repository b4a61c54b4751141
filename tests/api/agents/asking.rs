use serde_json::json;
use tests::Api;

use super::Agent;

#[tokio::test]
async fn a_publish_is_asked_for_with_a_link() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first("crm").await;
    let clean = agent.call("request_publish", json!({"type": "connector", "slug": "crm"})).await;
    assert_eq!(
        (&clean["hasUnpublishedChanges"], &clean["url"]),
        (&json!(false), &json!("https://console.example/w/acme/connectors/crm/review"))
    );
    let made = agent.call("create", json!({"type": "flow", "slug": "discounts", "graph": tests::graph()})).await;
    let asked = agent.call("request_publish", json!({"type": "flow", "slug": made["id"]})).await;
    assert_eq!(
        (&asked["hasUnpublishedChanges"], &asked["url"]),
        (&json!(true), &json!("https://console.example/w/acme/flows/discounts/review"))
    );
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 0);
    agent.refused("request_publish", json!({"type": "flow", "slug": "none"}), "not_found").await;
    api.finish().await;
}

#[tokio::test]
async fn drift_is_told_with_its_reasons() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first("crm").await;
    let drift = agent.call("drift", json!({})).await;
    assert_eq!((&drift["inSync"], &drift["reasons"][0]["reason"]), (&json!(false), &json!("designer_publish")));
    agent.refused("drift", json!({"since": "yesterday"}), "invalid_body").await;
    api.finish().await;
}

/// A program of the newest protocol says with each request who it is; that is believed before its headers.
#[tokio::test]
async fn a_program_is_named_by_its_own_words_first() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    api.publish_first("crm").await;
    for (named, batch) in [(Some("claude-code"), 2), (None, 3)] {
        let etag = agent.etag("connector", "crm").await;
        let mut params =
            json!({"name": "patch_draft", "arguments": {"slug": "crm", "etag": etag, "patch": {"settings": {"batch": batch}}}});
        if let Some(name) = named {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": {"name": name, "version": "2.0"}
            });
        }
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let mut request = api.post("/mcp").as_(&agent.token).header("x-fcc-client", "wrapper").json(message);
        if named.is_some() {
            request =
                request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call").header("mcp-name", "patch_draft");
        }
        let answer = request.await.ok();
        assert_eq!(answer["result"]["isError"], false, "{answer}");
        let newest = api.get("/v1/sync/history/connector/crm?limit=1").await.ok()["items"][0].clone();
        assert_eq!(newest["client"], named.unwrap_or("wrapper"));
    }
    api.finish().await;
}

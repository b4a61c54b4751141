use serde_json::{Value, json};
use tests::{Api, Token};

use super::Agent;

const LIST: &str = r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#;

#[tokio::test]
async fn a_program_says_hello_and_learns_the_tools() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "quill", "version": "1"}});
    let hello = agent.request("initialize", params).await;
    assert_eq!((&hello["serverInfo"]["name"], &hello["protocolVersion"]), (&json!("fetchcatch"), &json!("2025-06-18")));
    assert!(hello["instructions"].as_str().unwrap().contains("request_publish"));
    let noted = agent.message(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    assert_eq!((noted.status, noted.body.len()), (202, 0));
    assert!(noted.header("mcp-session-id").is_none());

    let tools = agent.request("tools/list", json!({})).await["tools"].as_array().unwrap().clone();
    let contract = [
        "list_resources",
        "get_draft",
        "get_published",
        "diff",
        "validate",
        "history",
        "drift",
        "list_runs",
        "evaluate_draft",
        "explain_conflict",
        "create",
        "patch_draft",
        "put_entity",
        "put_event_flow",
        "put_settings",
        "put_flow_graph",
        "restore_into_draft",
        "request_publish",
    ];
    assert_eq!(tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect::<Vec<_>>(), contract);
    for tool in &tools {
        assert!(tool["description"].as_str().unwrap().len() > 20 && tool["inputSchema"]["type"] == "object", "{tool}");
        let writes = tool["inputSchema"]["required"].as_array().is_some_and(|all| all.contains(&json!("etag")));
        assert!(!writes || tool["annotations"]["readOnlyHint"] == false, "{tool}");
    }
    api.finish().await;
}

#[tokio::test]
async fn the_door_is_for_agents_alone() {
    let api = Api::start().await;
    let others = [Token::Person("owner"), Token::PersonWithFcc("owner"), Token::Service(&["read", "draft"]), Token::Application];
    for token in others {
        let token = api.token(token).await;
        let refused = api.post("/mcp").as_(&token).bytes("application/json", LIST).await.problem(403, "forbidden");
        assert!(refused["detail"].as_str().unwrap().contains("fca_"));
    }
    api.post("/mcp").anonymously().bytes("application/json", LIST).await.problem(401, "unauthorized");
    let agent = Agent::of(&api).await;
    for method in ["get", "delete"] {
        let request = if method == "get" { api.get("/mcp") } else { api.delete("/mcp") };
        let refused = request.as_(&agent.token).header("accept", "text/event-stream").await;
        assert_eq!(refused.header("allow"), Some("POST"));
        refused.problem(405, "method_not_allowed");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_page_that_is_not_the_consoles_and_a_name_that_is_not_ours_are_refused() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let ask = || api.post("/mcp").as_(&agent.token).bytes("application/json", LIST);
    ask().header("origin", "https://console.example").await.ok();
    for origin in ["https://evil.example", "http://console.example", "https://console.example:8443", "null"] {
        ask().header("origin", origin).await.problem(403, "forbidden");
    }
    // A gateway knows its APIs by this name, and lets no other through.
    if !api.is_behind_a_gateway() {
        ask().header("host", "console.example").await.ok();
        for host in ["evil.example", "127.0.0.1.evil.example"] {
            ask().header("host", host).await.problem(403, "forbidden");
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn what_is_no_message_of_the_protocol_is_a_problem() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    for message in [json!({}), json!([]), json!({"jsonrpc": "1.0", "id": 1, "method": "tools/list"}), json!({"method": 7})] {
        agent.message(message).await.problem(422, "invalid_body");
    }
    let odd = api.post("/mcp").as_(&agent.token).header("mcp-protocol-version", "1999-01-01").bytes("application/json", LIST).await;
    odd.problem(400, "invalid_header");
    // What Accept asks for makes no difference.
    let answer = api.post("/mcp").as_(&agent.token).header("accept", "text/html").bytes("application/json", LIST).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.ok()["result"]["tools"][0]["name"], "list_resources");
    let unknown = agent.message(json!({"jsonrpc": "2.0", "id": 1, "method": "resources/list"})).await.ok();
    assert!(unknown["result"].is_object() || unknown["error"]["code"].is_i64(), "{unknown}");
    for params in [json!({"name": 5}), json!({"name": "drift", "arguments": []}), json!({})] {
        let wrong = agent.message(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})).await.ok();
        assert_eq!((&wrong["id"], &wrong["error"]["code"]), (&json!(1), &json!(-32602)), "{params}: {wrong}");
    }
    let no_method = agent.message(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/publish"})).await.ok();
    assert_eq!(no_method["error"]["code"], -32601, "{no_method}");
    api.finish().await;
}

#[tokio::test]
async fn there_is_no_tool_that_publishes_and_the_token_does_not_either() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 2}})).await;
    let agent = Agent::of(&api).await;
    for tool in ["publish", "publish_connector", "rollback", "delete_connector", "mint_token", "patch_workspace"] {
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {"slug": "crm"}}});
        let answer = agent.message(call).await.ok();
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("request_publish"), "{answer}");
    }
    let publish = api.post("/api/connectors/crm/publish").as_(&agent.token).json(json!({"base_version": 1})).await;
    publish.problem(403, "forbidden");
    assert_eq!(api.draft("crm").await["active_version"], 1);
    api.finish().await;
}

#[tokio::test]
async fn what_a_tool_asks_is_told_under_the_requests_own_id() {
    let api = Api::start().await;
    let agent = Agent::of(&api).await;
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "validate", "arguments": {"type": "flow", "slug": "none"}}});
    let answer = agent.message(call).await;
    let id = answer.header("x-request-id").unwrap().to_owned();
    let text = answer.ok()["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    let refused: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&refused["code"], &refused["requestId"]), (&json!("not_found"), &json!(id)));
    api.finish().await;
}

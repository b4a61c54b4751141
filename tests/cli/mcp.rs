//! Agents at both doors: `fcc mcp`, and `POST /mcp`.

use std::path::Path;
use std::process::Stdio;

use dev::python::{self, Tool};
use dev::settings::Settings;
use serde_json::{Value, json};
use tests::{Api, Token};

use crate::Machine;

/// A client of the protocol that is not ours.
const SDK: Tool = Tool {
    name: "the MCP SDK for Python",
    folder: "mcp-2.3.0",
    packages: &["mcp==2.3.0"],
    module: "mcp",
    serves: "which visits as an agent's program does",
};

/// What the program in `mcp_client.py` met.
async fn visit(machine: &Machine, door: &str, mode: &str, address: &str, token: &str) -> Value {
    let settings = Settings::from_env().unwrap();
    let installed = python::find_or_install(&settings, &SDK).await.unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("cli/mcp_client.py");
    let mut program = installed.command(&settings);
    program.arg(script).args([door, mode, address, token]);
    program.env("PATH", machine.path()).env("HOME", machine.home()).stderr(Stdio::piped());
    let output = program.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[tokio::test]
async fn a_client_that_is_not_ours_drafts_a_change_and_is_refused_a_publish() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let agent = api.token(Token::Agent).await;
    api.publish_first("crm").await;
    for (door, mode, protocol) in [
        ("http", "auto", "2026-07-28"),
        ("http", "legacy", "2025-11-25"),
        ("stdio", "auto", "2026-07-28"),
        ("stdio", "legacy", "2025-11-25"),
    ] {
        let met = visit(&machine, door, mode, &api.origin, &agent).await;
        assert_eq!(met["protocol"], protocol, "{door} {mode}");
        assert_eq!(met["tools"], json!(::mcp::names().collect::<Vec<_>>()), "{door} {mode}");
        assert_eq!(met["draft"]["config"]["settings"]["api_key"], "secretsmanager:hubspot/key");
        assert_eq!((&met["written"]["isError"], &met["written"]["hasUnpublishedChanges"]), (&json!(false), &json!(true)), "{met}");
        assert_eq!((&met["again"]["isError"], &met["again"]["code"]), (&json!(true), &json!("precondition_failed")), "{met}");
        assert_eq!(met["asked"]["url"], "https://console.example/w/acme/connectors/crm/review");
        let refused = met["published"]["refused"].as_str().unwrap_or_else(|| panic!("it published: {met}"));
        assert!(refused.contains("There is no tool \"publish\""), "{refused}");

        let newest = api.get("/v1/sync/history/connector/crm?limit=1").await.ok()["items"][0].clone();
        let told = ["actorKind", "surface", "version"].map(|name| newest[name].clone());
        assert_eq!(json!(told), json!(["agent", "agent", null]), "{door} {mode}");
        let by_its_words = door == "stdio" || mode == "auto";
        let client = newest["client"].as_str().unwrap();
        assert!(if by_its_words { client == "python-sdk" } else { client.starts_with("python-httpx") }, "{door} {mode}: {client}");
        api.delete("/api/connectors/crm/draft").await.ok();
    }
    let publish = api.post("/api/connectors/crm/publish").as_(&agent).json(json!({"base_version": 1})).await;
    publish.problem(403, "forbidden");
    assert_eq!(api.draft("crm").await["active_version"], 1);
    api.finish().await;
}

#[tokio::test]
async fn fcc_mcp_takes_an_agents_token_alone() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    insta::assert_snapshot!(machine.folder("a").fcc("mcp").await, @r"
    exit 1
    --- stderr
    error: fcc mcp takes an agent's token (fca_), and this is a service token: `fcc tokens create --kind agent --name NAME` mints one
    ");
    insta::assert_snapshot!(machine.folder("a").with_token("").fcc("mcp").await, @r"
    exit 1
    --- stderr
    error: not signed in to [URL]: run `fcc login`, or set FETCHCATCH_TOKEN
    ");
    // Hanging up is how a program takes its leave.
    let agent = api.token(Token::Agent).await;
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "quill", "version": "1"}}});
    let left = machine.folder("a").with_token(&agent).fcc_with("mcp", &format!("{hello}\n")).await;
    assert!(left.is(0).stdout.contains("\"name\":\"fetchcatch\""), "{left}");
    insta::assert_snapshot!(left.stderr, @"serving MCP on stdin and stdout, in the workspace acme");
    api.finish().await;
}

#[tokio::test]
async fn what_is_no_message_is_answered_as_json_rpc_says() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    let agent = api.token(Token::Agent).await;
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "quill", "version": "1"}}});
    let lines = [
        "{worse".to_owned(),
        hello.to_string(),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string(),
        "{bad".to_owned(),
        json!({"jsonrpc": "1.0", "id": 9, "method": "tools/list"}).to_string(),
        json!({"jsonrpc": "2.0", "id": 10, "method": "tools/call", "params": {"name": 5}}).to_string(),
        json!({"jsonrpc": "2.0", "id": 11, "method": "tools/nothing"}).to_string(),
        json!({"jsonrpc": "2.0", "id": 12, "method": "tools/list"}).to_string(),
    ];
    let said = machine.folder("a").with_token(&agent).fcc_with("mcp", &(lines.join("\n") + "\n")).await;
    let mut answers: Vec<(Value, Value)> = said
        .is(0)
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|answer| (answer["id"].clone(), answer["error"]["code"].clone()))
        .collect();
    answers.sort_by_key(|(id, _)| id.as_i64());
    let expected = json!([[null, -32700], [null, -32700], [1, null], [9, -32600], [10, -32602], [11, -32601], [12, null]]);
    assert_eq!(json!(answers), expected, "{}", said.stdout);
    api.finish().await;
}

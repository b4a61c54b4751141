//! What is wrong with graphs that are kept nevertheless, and where.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod common;

use common::graph;
use engine::{CompileError, Diagnostic, MAX_FINDINGS, RefusalCode, Severity, check, compile};
use serde_json::{Value, json};

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut graph = graph();
    change(&mut graph);
    graph
}

/// The errors of a graph, which is kept but can't be published.
fn errors(graph: &Value) -> Vec<Diagnostic> {
    let diagnostics = check(graph).unwrap();
    let errors: Vec<Diagnostic> = diagnostics.into_iter().filter(|one| one.severity == Severity::Error).collect();
    // What was published before anybody called it wrong goes on deciding.
    assert!(compile(graph.to_string().as_bytes()).is_ok(), "{errors:?}");
    errors
}

fn only_error(graph: &Value) -> Diagnostic {
    let mut errors = errors(graph);
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

fn assert_told(diagnostic: &Diagnostic, code: &str, node: Option<&str>, path: &str, words: &[&str]) {
    assert_eq!((diagnostic.code.as_str(), diagnostic.node_id.as_deref(), diagnostic.path.as_str()), (code, node, path), "{diagnostic:?}");
    for word in words {
        assert!(diagnostic.message.contains(word), "{:?} lacks {word:?}", diagnostic.message);
    }
}

#[test]
fn a_sound_graph_has_no_errors() {
    assert_eq!(errors(&graph()), Vec::new());
}

#[test]
fn a_broken_cell_is_told_by_row_and_column() {
    let graph = with(|graph| graph["nodes"][1]["content"]["rules"][1]["co"] = json!("amount / / 100"));
    assert_told(&only_error(&graph), "broken_expression", Some("t"), "/nodes/@t/content/rules/@r2/co", &["row 2", "\"Fee\"", "\"Fees\""]);
    let graph = with(|graph| graph["nodes"][1]["content"]["rules"][0]["ci"] = json!("< 100 and >"));
    assert_told(&only_error(&graph), "broken_expression", Some("t"), "/nodes/@t/content/rules/@r1/ci", &["row 1", "\"Amount\""]);
}

#[test]
fn a_broken_expression_is_told_wherever_it_stands() {
    let graph = with(|graph| graph["nodes"][1]["content"]["inputs"][0]["field"] = json!("amount +"));
    assert_told(&only_error(&graph), "broken_expression", Some("t"), "/nodes/@t/content/inputs/@ci/field", &["\"Amount\""]);
    let graph = with(|graph| graph["nodes"][1]["content"]["inputField"] = json!("("));
    assert_told(&only_error(&graph), "broken_expression", Some("t"), "/nodes/@t/content/inputField", &["input field"]);
    let graph = with(|graph| graph["nodes"][2]["content"]["statements"][0]["condition"] = json!("fee >"));
    assert_told(
        &only_error(&graph),
        "broken_expression",
        Some("s"),
        "/nodes/@s/content/statements/@big/condition",
        &["branch 1", "\"Size\""],
    );
    let graph = with(|graph| graph["nodes"][3]["content"]["expressions"][0]["value"] = json!("lenn(amount)"));
    assert_told(&only_error(&graph), "broken_expression", Some("x"), "/nodes/@x/content/expressions/@x1/value", &["\"total\"", "lenn"]);
    let graph = with(|graph| graph["nodes"][3]["content"]["expressions"][0]["value"] = json!("len(amount, 1)"));
    assert_eq!(only_error(&graph).code, "broken_expression");
}

#[test]
fn a_number_that_the_engine_can_not_hold_breaks_its_expression() {
    let expression = |source: &str| with(|graph| graph["nodes"][3]["content"]["expressions"][0]["value"] = json!(source));
    let cell = |source: &str| with(|graph| graph["nodes"][1]["content"]["rules"][0]["ci"] = json!(source));
    for number in ["80000000000000000000000000000", "8e28", "1e29", "1e308", "1e999", "1e-40"] {
        assert_told(&only_error(&expression(number)), "broken_expression", Some("x"), "/nodes/@x/content/expressions/@x1/value", &[number]);
        assert_told(&only_error(&cell(number)), "broken_expression", Some("t"), "/nodes/@t/content/rules/@r1/ci", &["row 1"]);
        for source in [format!("amount + {number}"), format!("amount in [1..{number}]"), format!("[-{number}]")] {
            assert_eq!(only_error(&expression(&source)).code, "broken_expression", "{source}");
        }
        for source in [format!("> {number}"), format!("[0..{number}]"), format!("1, {number}")] {
            assert_eq!(only_error(&cell(&source)).code, "broken_expression", "{source}");
        }
    }
    for number in ["79228162514264337593543950335", "7.9e28", "1e-20", "0", "0.0"] {
        assert_eq!(errors(&expression(number)), Vec::new(), "{number}");
    }
}

#[test]
fn an_empty_graph_lacks_an_input() {
    assert_told(&only_error(&json!({ "nodes": [], "edges": [] })), "no_input_node", None, "/nodes", &["input node"]);
    let graph = with(|graph| graph["nodes"].as_array_mut().unwrap().push(json!({ "id": "in2", "name": "Other", "type": "inputNode" })));
    assert_told(&only_error(&graph), "many_input_nodes", Some("in2"), "/nodes/@in2", &["Other"]);
}

#[test]
fn edges_lead_from_node_to_node_and_never_in_a_circle() {
    let edge = |edge: Value| with(|graph| graph["edges"].as_array_mut().unwrap().push(edge));
    assert_told(
        &only_error(&edge(json!({ "id": "e9", "sourceId": "x", "targetId": "gone" }))),
        "dangling_edge",
        None,
        "/edges/@e9/targetId",
        &["gone"],
    );
    assert_told(
        &only_error(&edge(json!({ "id": "e9", "sourceId": "gone", "targetId": "x" }))),
        "dangling_edge",
        None,
        "/edges/@e9/sourceId",
        &["gone"],
    );
    let circle = only_error(&edge(json!({ "id": "e9", "sourceId": "x", "targetId": "t" })));
    assert_eq!(circle.code, "cycle");
    assert!(["t", "s", "x"].contains(&circle.node_id.as_deref().unwrap()), "{circle:?}");
    assert_eq!(only_error(&edge(json!({ "id": "e9", "sourceId": "x", "targetId": "x" }))).code, "cycle");
    let stray = edge(json!({ "id": "e9", "sourceId": "s", "targetId": "o1", "sourceHandle": "medium" }));
    assert_told(&only_error(&stray), "unknown_branch", Some("s"), "/edges/@e9/sourceHandle", &["Size"]);
}

#[test]
fn ids_are_given_once() {
    let graph = with(|graph| graph["edges"][4]["id"] = json!("e1"));
    assert_told(&only_error(&graph), "duplicate_id", None, "/edges/@e1", &["edges"]);
    let graph = with(|graph| graph["nodes"][1]["content"]["rules"][1]["_id"] = json!("r1"));
    assert_told(&only_error(&graph), "duplicate_id", Some("t"), "/nodes/@t/content/rules/@r1", &["rules", "Fees"]);
    let graph = with(|graph| graph["nodes"][5]["id"] = json!("o1"));
    assert!(errors(&graph).iter().any(|one| one.code == "duplicate_id" && one.path == "/nodes/@o1"));
    let graph = with(|graph| graph["nodes"][1]["content"]["outputs"][0]["id"] = json!("ci"));
    assert!(errors(&graph).iter().any(|one| one.code == "duplicate_id" && one.node_id.as_deref() == Some("t")));
    let graph = with(|graph| graph["nodes"][2]["content"]["statements"][1]["id"] = json!("big"));
    assert!(errors(&graph).iter().any(|one| one.code == "duplicate_id" && one.node_id.as_deref() == Some("s")));
}

#[test]
fn a_table_decides_something() {
    let graph = with(|graph| graph["nodes"][1]["content"]["outputs"] = json!([]));
    assert_told(&only_error(&graph), "no_outputs", Some("t"), "/nodes/@t/content/outputs", &["Fees"]);
}

#[test]
fn schemas_are_read_before_the_engine_passes_over_broken_ones() {
    let graph = with(|graph| graph["nodes"][0]["content"] = json!({ "schema": "{" }));
    assert_told(&only_error(&graph), "broken_schema", Some("in"), "/nodes/@in/content/schema", &["Request"]);
    let graph = with(|graph| graph["imports"] = json!(["other.json"]));
    assert_told(&only_error(&graph), "unsupported_import", None, "/imports", &[]);
}

#[test]
fn an_unknown_variable_is_only_a_warning() {
    let schema = json!({ "type": "object", "properties": { "amount": { "type": "number" } }, "required": ["amount"], "additionalProperties": false });
    let graph = with(|graph| {
        graph["nodes"][0]["content"] = json!({ "schema": schema.to_string() });
        graph["nodes"][3]["content"]["expressions"][0]["value"] = json!("amont + fee");
    });
    let diagnostics = check(&graph).unwrap();
    let unknown = diagnostics.iter().find(|one| one.code == "undefined_variable").unwrap_or_else(|| panic!("{diagnostics:?}"));
    assert_eq!(
        (unknown.severity, unknown.node_id.as_deref(), unknown.path.as_str()),
        (Severity::Warning, Some("x"), "/nodes/@x/content/expressions/@x1/value")
    );
    assert!(errors(&graph).is_empty());
}

#[test]
fn wrong_shapes_are_refused_with_their_place() {
    let refused = |graph: &Value| {
        let refusal = check(graph).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::SchemaViolation, "{refusal}");
        assert!(compile(graph.to_string().as_bytes()).is_err());
        refusal.diagnostics.into_iter().map(|one| one.path).collect::<Vec<_>>()
    };
    assert_eq!(refused(&json!([])), [""]);
    assert_eq!(refused(&json!({})), ["/nodes", "/edges"]);
    assert_eq!(refused(&json!({ "nodes": {}, "edges": [] })), ["/nodes"]);
    assert_eq!(refused(&json!({ "nodes": [{ "type": "inputNode", "name": "a" }], "edges": [] })), ["/nodes/0/id"]);
    assert_eq!(refused(&with(|graph| drop(graph["nodes"][3].as_object_mut().unwrap().remove("content")))), ["/nodes/@x/content"]);
    assert_eq!(refused(&with(|graph| graph["nodes"][1]["content"]["rules"][0]["ci"] = json!(5))), ["/nodes/@t/content/rules/@r1/ci"]);
    assert_eq!(refused(&with(|graph| graph["nodes"][1]["content"]["hitPolicy"] = json!("any"))), ["/nodes/@t/content/hitPolicy"]);
    assert_eq!(refused(&with(|graph| graph["nodes"][1]["content"]["executionMode"] = json!("often"))), ["/nodes/@t/content/executionMode"]);
    assert_eq!(refused(&with(|graph| graph["edges"][0]["sourceId"] = json!(null))), ["/edges/@e1/sourceId"]);
}

#[test]
fn every_kind_of_forbidden_node_is_named() {
    for kind in ["functionNode", "customNode", "decisionNode", "httpNode", "policyNode", "somethingNew"] {
        let graph = with(|graph| {
            graph["nodes"][3] =
                json!({ "id": "x", "name": "Total", "type": kind, "content": { "kind": "x", "config": {}, "key": "other", "source": "" } })
        });
        let refusal = check(&graph).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::UnsupportedNode);
        let [diagnostic] = refusal.diagnostics.as_slice() else { panic!("{refusal:?}") };
        assert_told(diagnostic, "unsupported_node", Some("x"), "/nodes/@x", &["\"Total\"", "(x)", kind]);
        assert!(matches!(compile(graph.to_string().as_bytes()), Err(CompileError::Refused(again)) if again == refusal));
    }
    let refusal = check(&json!({ "blocks": [], "nodes": [], "edges": [] })).unwrap_err();
    assert_eq!((refusal.code, refusal.diagnostics[0].path.as_str()), (RefusalCode::UnsupportedNode, "/blocks"));
}

#[test]
fn a_list_of_findings_ends() {
    let rules: Vec<Value> = (0..500).map(|index| json!({ "_id": format!("r{index}"), "ci": "<", "co": "1" })).collect();
    let errors = errors(&with(|graph| graph["nodes"][1]["content"]["rules"] = json!(rules)));
    assert_eq!(errors.len(), MAX_FINDINGS + 1);
    let last = errors.last().unwrap();
    assert_eq!((last.code.as_str(), last.message.as_str()), ("more_findings", "and 300 more like these"));
}

//! Graphs and inputs that are made to hurt: each gets a clear answer, and the process lives.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say where")]

use std::time::Duration;

use engine::{Failure, Graph, Options, Refusal, RefusalCode, check, compile};
use serde_json::{Value, json};

const OPTIONS: Options = Options { trace: false, limit: Duration::from_secs(20), patience: Duration::from_secs(60) };

fn node(id: &str, kind: &str, content: Value) -> Value {
    json!({ "id": id, "name": id, "type": kind, "content": content, "position": { "x": 0, "y": 0 } })
}

/// Input, one node, output.
fn around(node: Value) -> Value {
    let id = node["id"].clone();
    json!({
        "nodes": [{ "id": "in", "name": "in", "type": "inputNode" }, node, { "id": "out", "name": "out", "type": "outputNode" }],
        "edges": [{ "id": "e1", "sourceId": "in", "targetId": id }, { "id": "e2", "sourceId": id, "targetId": "out" }],
    })
}

fn rows(expressions: &[&str]) -> Value {
    let rows = expressions
        .iter()
        .enumerate()
        .map(|(index, value)| json!({ "id": format!("x{index}"), "key": format!("k{index}"), "value": value }));
    json!({ "expressions": rows.collect::<Vec<_>>() })
}

fn expressions(expressions: &[&str]) -> Value {
    around(node("x", "expressionNode", rows(expressions)))
}

/// A table with one column of conditions and one of results.
fn table(cells: &[(&str, &str)]) -> Value {
    let rules = cells.iter().enumerate().map(|(index, (when, then))| json!({ "_id": format!("r{index}"), "i": when, "o": then }));
    around(node(
        "t",
        "decisionTableNode",
        json!({ "hitPolicy": "first", "inputs": [{ "id": "i", "name": "In", "field": "x" }], "outputs": [{ "id": "o", "name": "Out", "field": "y" }], "rules": rules.collect::<Vec<_>>() }),
    ))
}

fn switch(condition: &str) -> Value {
    let mut graph =
        around(node("s", "switchNode", json!({ "hitPolicy": "first", "statements": [{ "id": "yes", "condition": condition }] })));
    graph["edges"][1]["sourceHandle"] = json!("yes");
    graph
}

fn too_complex(graph: &Value) -> Refusal {
    let refusal = check(graph).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::GraphTooComplex, "{refusal}");
    assert!(compile(graph.to_string().as_bytes()).is_err());
    refusal
}

fn compiled(graph: &Value) -> Graph {
    compile(graph.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

async fn evaluated(graph: &Value, input: Value) -> Result<Value, Failure> {
    compiled(graph).evaluate(input, OPTIONS).await.map(|evaluation| evaluation.result)
}

async fn failed(graph: &Value, input: Value) -> String {
    match evaluated(graph, input).await {
        Err(Failure::Failed { message, node_id, .. }) => {
            assert!(node_id.is_some(), "{message}");
            message
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn expressions_that_nest_too_deep_are_refused_wherever_they_stand() {
    let minuses = "-".repeat(50_000);
    let parentheses = format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000));
    let short_minuses = "-".repeat(4_000);
    let short_parentheses = format!("{}1{}", "(".repeat(2_000), ")".repeat(2_000));
    let loops = format!("{}1{}", "map([1,2],".repeat(30), ")".repeat(30));
    let ranges = format!("{}1..2{}", "[".repeat(40), "]".repeat(40));
    for hostile in [&minuses, &parentheses, &short_minuses, &short_parentheses, &loops, &ranges] {
        too_complex(&expressions(&[hostile]));
        too_complex(&table(&[(hostile, "1")]));
        too_complex(&table(&[("1", hostile)]));
        too_complex(&switch(hostile));
        let mut head = table(&[("1", "1")]);
        head["nodes"][1]["content"]["inputs"][0]["field"] = json!(hostile);
        too_complex(&head);
        let mut field = expressions(&["1"]);
        field["nodes"][1]["content"]["inputField"] = json!(hostile);
        too_complex(&field);
    }
}

#[test]
fn a_refusal_names_the_node_the_row_and_the_column() {
    let refusal = too_complex(&table(&[("1", "1"), ("2", &"-".repeat(100))]));
    let [diagnostic] = refusal.diagnostics.as_slice() else { panic!("{refusal:?}") };
    assert_eq!(
        (diagnostic.code.as_str(), diagnostic.node_id.as_deref(), diagnostic.path.as_str()),
        ("graph_too_complex", Some("t"), "/nodes/@t/content/rules/@r1/o")
    );
    assert!(
        diagnostic.message.contains("row 2") && diagnostic.message.contains("\"Out\"") && diagnostic.message.contains("\"t\""),
        "{}",
        diagnostic.message
    );
}

#[test]
fn graphs_beyond_the_caps_are_refused() {
    let many: Vec<Value> = (0..10_000).map(|index| node(&format!("n{index}"), "expressionNode", rows(&["1"]))).collect();
    too_complex(&json!({ "nodes": many, "edges": [] }));
    let edges: Vec<Value> = (0..6_000).map(|index| json!({ "id": format!("e{index}"), "sourceId": "in", "targetId": "out" })).collect();
    let mut graph = expressions(&["1"]);
    graph["edges"] = json!(edges);
    too_complex(&graph);
    let cells: Vec<(&str, &str)> = vec![("1", "2"); 90_000];
    let graph = table(&cells);
    assert!(graph.to_string().len() < 4_194_304);
    too_complex(&graph);
    // Few rules, each with thousands of different values: finding rows by value would take gigabytes.
    let lists: Vec<String> =
        (0..3_000).map(|row| (0..150).map(|value| format!("{}", row * 1_000 + value)).collect::<Vec<_>>().join(",")).collect();
    let cells: Vec<(&str, &str)> = lists.iter().map(|list| (list.as_str(), "1")).collect();
    too_complex(&table(&cells));
    too_complex(&expressions(&vec!["1"; 1_500]));
}

#[test]
fn what_grows_whatever_the_input_is_is_refused() {
    too_complex(&expressions(&["sum(map([0..20000000], #))"]));
    too_complex(&expressions(&["len(map([1..100000], map([1..100000], #)))"]));
    too_complex(&expressions(&["map([1..1000], map([1..1000], map([1..1000], [1..1000])))"]));
    let mut doubled = vec!["'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'".to_owned()];
    doubled.extend((0..40).map(|index| format!("$.k{index} + $.k{index}")));
    too_complex(&expressions(&doubled.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut shared = vec!["[1]".to_owned()];
    shared.extend((0..40).map(|index| format!("[$.k{index}, $.k{index}]")));
    too_complex(&expressions(&shared.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut templates = vec!["`hello`".to_owned()];
    templates.extend((0..40).map(|index| format!("`${{$.k{index}}}${{$.k{index}}}`")));
    too_complex(&expressions(&templates.iter().map(String::as_str).collect::<Vec<_>>()));
    let within = format!("a = 'xxxxxxxxxxxxxxxx'; {}a", "a = a + a; ".repeat(40));
    too_complex(&expressions(&[&within]));
    too_complex(&expressions(&["map([1..60], (a = a ?? 'x'; a = a + a; len(a)))"]));
    let mut nested = vec!["{ a: 1 }".to_owned()];
    nested.extend((0..900).map(|index| format!("{{ a: {{ a: {{ a: {{ a: $.k{index} }} }} }} }}")));
    too_complex(&expressions(&nested.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn a_chain_of_nodes_that_doubles_is_refused() {
    let mut nodes = vec![json!({ "id": "in", "name": "in", "type": "inputNode" })];
    let mut edges = Vec::new();
    for index in 0..40 {
        let value = if index == 0 { "'0123456789'" } else { "k0 + k0" };
        nodes.push(node(&format!("n{index}"), "expressionNode", rows(&[value])));
        let source = if index == 0 { "in".to_owned() } else { format!("n{}", index - 1) };
        edges.push(json!({ "id": format!("e{index}"), "sourceId": source, "targetId": format!("n{index}") }));
    }
    too_complex(&json!({ "nodes": nodes, "edges": edges }));
}

#[tokio::test]
async fn a_range_bounded_by_the_input_works_while_it_is_short() {
    let graph = expressions(&["sum(map([1..term], #))"]);
    assert_eq!(evaluated(&graph, json!({ "term": 360 })).await.unwrap()["k0"], json!(64_980));
    let said = failed(&graph, json!({ "term": 20_000_000 })).await;
    assert!(said.contains("100000"), "{said}");
    assert!(failed(&graph, json!({ "term": 1e15 })).await.contains("100000"));
    let graph = expressions(&["sum(map([1..number(term)], #))"]);
    assert_eq!(evaluated(&graph, json!({ "term": "12" })).await.unwrap()["k0"], json!(78));
    assert!(failed(&graph, json!({ "term": "99999999" })).await.contains("100000"));
}

#[tokio::test]
async fn in_a_cell_such_a_range_fails_out_loud_as_well() {
    let graph = table(&[("> 0", "sum(map([1..x], #))")]);
    assert_eq!(evaluated(&graph, json!({ "x": 4 })).await.unwrap(), json!({ "y": 10 }));
    let said = failed(&graph, json!({ "x": 20_000_000 })).await;
    assert!(said.contains("row 1") && said.contains("20000000"), "{said}");
    let graph = table(&[("", "sum(map([1..number(x)], #))")]);
    assert!(failed(&graph, json!({ "x": "5" })).await.contains("expression node"));
    let graph = switch("len(map([1..n], #)) > 3");
    assert!(failed(&graph, json!({ "n": 20_000_000 })).await.contains("20000000"));
    assert_eq!(evaluated(&graph, json!({ "n": 4 })).await.unwrap()["n"], json!(4));
}

#[tokio::test]
async fn what_grows_with_the_input_ends_before_it_begins() {
    let cubed = expressions(&["map(a, map(a, map(a, 'some text that is repeated for each of them')))"]);
    let cubed = compiled(&cubed);
    let evaluate = async |items: usize| cubed.evaluate(json!({ "a": vec![1; items] }), OPTIONS).await;
    assert!(evaluate(20).await.is_ok());
    assert!(matches!(evaluate(3_000).await, Err(Failure::Failed { .. })));
    let fuzzy = expressions(&["fuzzyMatch(a, b)"]);
    assert!(failed(&fuzzy, json!({ "a": "x".repeat(200_000), "b": "y".repeat(200_000) })).await.contains("may take"));
    assert!(evaluated(&fuzzy, json!({ "a": "abc", "b": "abd" })).await.is_ok());
    let doubled: Vec<String> = ["a + a".to_owned()].into_iter().chain((0..25).map(|index| format!("$.k{index} + $.k{index}"))).collect();
    let doubled = expressions(&doubled.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(failed(&doubled, json!({ "a": "text" })).await.contains("MB"));
    // The same sums of numbers don't grow.
    assert_eq!(evaluated(&doubled, json!({ "a": 1 })).await.unwrap()["k25"], json!(67_108_864));
}

#[tokio::test]
async fn what_a_loop_assigns_may_change_but_not_grow() {
    let graph = expressions(&["map(a, (sum = (sum ?? 0) + #; half = sum / 2; half))"]);
    assert_eq!(evaluated(&graph, json!({ "a": [2, 4] })).await.unwrap()["k0"], json!([1, 3]));
    let said = failed(&expressions(&["map(a, (t = (t ?? #) + (t ?? #); len(t)))"]), json!({ "a": vec!["x"; 60] })).await;
    assert!(said.contains("each round"), "{said}");
}

#[tokio::test]
async fn a_large_input_through_ordinary_rules_is_evaluated() {
    let graph = expressions(&[
        "map(orders, { id: #.id, total: sum(map(#.lines as line, line.price * line.count)) })",
        "sum(map($.k0, #.total))",
        "filter(orders, len(#.lines) > 2)",
    ]);
    let orders: Vec<Value> = (0..2_000).map(|id| json!({ "id": id, "lines": vec![json!({ "price": 2, "count": 3 }); 3] })).collect();
    let result = evaluated(&graph, json!({ "orders": orders })).await.unwrap();
    assert_eq!((result["k1"].clone(), result["k2"].as_array().unwrap().len()), (json!(36_000), 2_000));
}

#[tokio::test]
async fn the_time_limit_holds_and_what_runs_on_is_counted() {
    // A regular expression compiled a hundred thousand times: few steps, each of them long.
    let graph = compiled(&expressions(&["len(filter([1..n], matches(text, '(a|b|c|d|e|f|g)*x{1,200}(h|i|j|k)*y{1,200}')))"]));
    let options = Options { limit: Duration::from_millis(50), ..OPTIONS };
    let input = json!({ "n": 3_000, "text": "abcdefghijk" });
    assert_eq!(graph.evaluate(input, options).await, Err(Failure::TimedOut { limit: options.limit }));
    assert!(engine::abandoned() > 0);
}

#[tokio::test]
async fn long_chains_of_members_and_conditions_are_only_long() {
    let members = format!("a{}", ".b".repeat(1_900));
    let sums = format!("1{}", "+1".repeat(2_000));
    let either = format!("a{}", " or a".repeat(700));
    for source in [&members, &sums] {
        let result = evaluated(&expressions(&[source]), json!({ "a": { "b": 1 } })).await;
        assert!(result.is_ok(), "{result:?}");
    }
    for source in [&members, &sums, &either] {
        assert!(evaluated(&switch(source), json!({ "a": true })).await.is_ok());
    }
}

#[tokio::test]
async fn long_texts_and_templates_are_only_long() {
    let text = format!("'{}'", "x".repeat(4_000));
    let template = format!("`{}`", "${a}".repeat(1_000));
    let dates = format!("d('2024-01-01'){}.format('%Y')", ".add('1d')".repeat(300));
    let result = evaluated(&expressions(&[&text, &template, &dates]), json!({ "a": "y" })).await.unwrap();
    assert_eq!((result["k0"].as_str().unwrap().len(), result["k1"].as_str().unwrap().len()), (4_000, 1_000));
    assert_eq!(result["k2"], json!("2024"));
}

#[tokio::test]
async fn what_makes_the_engine_panic_is_a_failure() {
    for (source, input) in [("median([])", json!({})), ("rand(-5)", json!({})), ("d('x').format('%!')", json!({})), ("max([])", json!({}))]
    {
        let outcome = evaluated(&expressions(&[source]), input).await;
        assert!(matches!(outcome, Ok(_) | Err(Failure::Failed { .. })), "{source}: {outcome:?}");
    }
}

#[tokio::test]
async fn schemas_reach_nothing_outside_of_the_graph() {
    for schema in
        [json!({ "$ref": "http://127.0.0.1:1/schema" }), json!({ "$ref": "file:///etc/passwd" }), json!({ "allOf": [{ "$ref": "#" }] })]
    {
        let mut graph = expressions(&["1"]);
        graph["nodes"][0]["content"] = json!({ "schema": schema.to_string() });
        let diagnostics = check(&graph).unwrap();
        assert_eq!(diagnostics[0].code, "broken_schema", "{diagnostics:?}");
        assert!(compile(graph.to_string().as_bytes()).is_err());
    }
}

#[tokio::test]
async fn deep_inputs_are_evaluated_or_refused() {
    let mut deep = json!(1);
    for _ in 0..120 {
        deep = json!({ "a": deep });
    }
    let outcome = evaluated(&expressions(&["a.a.a.a", "{ b: $.k0 }"]), deep).await;
    assert!(outcome.is_ok(), "{outcome:?}");
}

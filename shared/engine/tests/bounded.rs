//! Graphs of many parts, each below its cap: looking at them ends, and so does running them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::time::Duration;

use engine::{Failure, Options, RefusalCode, check, compile};
use serde_json::{Value, json};

const OPTIONS: Options = Options { trace: true, limit: Duration::from_secs(20), patience: Duration::from_secs(60) };

fn expressions(id: &str, rows: &[String]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(row, value)| json!({ "id": format!("{id}.{row}"), "key": format!("k{row}"), "value": value }))
        .collect();
    json!({ "id": id, "name": id, "type": "expressionNode", "content": { "expressions": rows } })
}

fn edge(source: &str, target: &str) -> Value {
    json!({ "id": format!("{source}>{target}"), "sourceId": source, "targetId": target })
}

/// Input, and these nodes one behind the other.
fn chain(nodes: Vec<Value>) -> Value {
    let mut all = vec![json!({ "id": "in", "name": "in", "type": "inputNode" })];
    all.extend(nodes);
    let edges: Vec<Value> = all.windows(2).map(|pair| edge(pair[0]["id"].as_str().unwrap(), pair[1]["id"].as_str().unwrap())).collect();
    json!({ "nodes": all, "edges": edges })
}

fn nodes(count: usize, rows: &[String]) -> Vec<Value> {
    (0..count).map(|index| expressions(&format!("n{index}"), rows)).collect()
}

#[track_caller]
fn too_complex(graph: &Value) {
    assert!(graph.to_string().len() <= 4_194_304, "{}", graph.to_string().len());
    let refusal = check(graph).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::GraphTooComplex, "{refusal}");
    assert!(compile(graph.to_string().as_bytes()).is_err());
}

#[test]
fn loops_in_loops_are_gone_round_so_often_and_no_oftener() {
    let body = "a + ".repeat(900);
    let nested = format!("{}{body}1{}", "map([a, b], ".repeat(6), ")".repeat(6));
    too_complex(&chain(nodes(1_000, &[nested])));
    let assigned = format!("{}(v = v ?? 1; w = {body}1; v){}", "map([1, 2], ".repeat(6), ")".repeat(6));
    too_complex(&chain(nodes(1_000, &[assigned])));
}

#[test]
fn what_may_be_either_of_two_is_not_written_out() {
    let mut rows = vec!["{ a: 1 }".to_owned()];
    rows.extend((0..60).map(|row| format!("x ? {{ a: $.k{row} }} : {{ b: $.k{row} }}")));
    rows.push("x ? $.k60 : { a: $.k60, b: $.k59 }".to_owned());
    // Known or not, but soon.
    let judged = check(&chain(nodes(1, &rows)));
    assert!(judged.is_ok() || judged.unwrap_err().code == RefusalCode::GraphTooComplex);
    let members: Vec<String> = (0..900).map(|row| format!("{{ a{row}: 1, b: merge([$, {{ c{row}: 2 }}]) }}")).collect();
    let judged = check(&chain(nodes(20, &members)));
    assert!(judged.is_ok() || judged.unwrap_err().code == RefusalCode::GraphTooComplex);
}

#[test]
fn ranges_in_brackets_are_tried_so_often_and_no_oftener() {
    let tried = |nth: usize| format!("{}{nth}{} in [1..2]", "(".repeat(8), ")".repeat(8));
    let rows: Vec<String> = (0..900).map(tried).collect();
    too_complex(&chain(
        (0..30)
            .map(|node| expressions(&format!("n{node}"), &rows.iter().map(|row| format!("{node} + {row}")).collect::<Vec<_>>()))
            .collect(),
    ));
    // Bounds that only evaluation knows are repeated, in more brackets.
    let open = format!("len(map([{}n{}..m], #))", "(".repeat(2), ")".repeat(2));
    assert!(check(&chain(nodes(1, &[open]))).is_ok_and(|found| found.is_empty()));
}

#[test]
fn tables_of_empty_cells_count() {
    let columns: Vec<Value> = (0..200).map(|column| json!({ "id": format!("c{column}"), "name": "", "field": "a" })).collect();
    let table = |id: usize| {
        json!({ "id": format!("t{id}"), "name": format!("t{id}"), "type": "decisionTableNode", "content": {
            "hitPolicy": "collect", "inputs": columns, "outputs": [{ "id": "o", "name": "", "field": "y" }], "rules": vec![json!({}); 10_000] } })
    };
    too_complex(&chain((0..80).map(table).collect()));
}

#[test]
fn the_largest_graphs_that_people_draw_are_looked_at_to_the_end() {
    let columns = |kind: &str, count: usize| -> Vec<Value> {
        (0..count).map(|column| json!({ "id": format!("{kind}{column}"), "name": "", "field": format!("{kind}.{kind}{column}") })).collect()
    };
    let rules: Vec<Value> = (0..8_000)
        .map(|row| {
            let cell = |column: usize| (format!("p{column}"), json!(format!("> {}", row % 40 + column)));
            let mut rule: serde_json::Map<String, Value> = (0..7).map(cell).collect();
            rule.extend((0..3).map(|column| (format!("out{column}"), json!(format!("p.p0 * {row} + {column}")))));
            rule.insert("_id".into(), json!(format!("r{row}")));
            rule.into()
        })
        .collect();
    let table = json!({ "id": "t", "name": "t", "type": "decisionTableNode", "content": {
        "hitPolicy": "first", "inputs": columns("p", 7), "outputs": columns("out", 3), "rules": rules } });
    let graph = chain(vec![table]);
    assert!(graph.to_string().len() > 1_000_000);
    assert_eq!(check(&graph), Ok(Vec::new()));
    assert!(compile(graph.to_string().as_bytes()).is_ok());
}

#[test]
fn a_check_says_the_same_each_time_however_busy_the_machine_is() {
    let rules: Vec<Value> = (0..150)
        .map(|row| json!({ "_id": format!("r{row}"), "a": format!("> {}", row % 13), "b": format!("[{}..{}]", row % 7, row % 7 + 9), "o": format!("{row}") }))
        .collect();
    let columns: Vec<Value> = ["a", "b"].iter().map(|id| json!({ "id": id, "name": id, "field": id })).collect();
    let table = |id: &str| json!({ "id": id, "name": id, "type": "decisionTableNode", "content": { "hitPolicy": "first", "inputs": columns, "outputs": [{ "id": "o", "name": "o", "field": "o" }], "rules": rules } });
    let graph = chain(vec![table("t"), table("u"), table("v")]);
    let first = check(&graph).unwrap();
    assert!(first.iter().any(|one| one.code == "suspicious" && one.message.contains("never fire")), "{first:?}");
    std::thread::scope(|scope| {
        let checks: Vec<_> = (0..16).map(|_| scope.spawn(|| check(&graph).unwrap())).collect();
        for again in checks {
            assert_eq!(again.join().unwrap(), first);
        }
    });
}

/// Ends of a graph that share what they give.
fn ends(first: &[&str], second: &[&str]) -> Value {
    let rows = |expressions: &[&str]| -> Vec<String> { expressions.iter().map(|&one| one.to_owned()).collect() };
    json!({
        "nodes": [{ "id": "in", "name": "in", "type": "inputNode" }, expressions("a", &rows(first)), expressions("b", &rows(second))],
        "edges": [edge("in", "a"), edge("in", "b")],
    })
}

#[tokio::test]
async fn what_two_ends_share_is_not_put_into_itself() {
    let graph = compile(ends(&["o"], &["{ x: { y: o } }"]).to_string().as_bytes()).unwrap();
    for input in [json!({ "o": { "z": 1 } }), json!({ "o": { "z": 1 }, "filling": "x".repeat(2_000_000) })] {
        let evaluation = graph.evaluate(input, OPTIONS).await.unwrap();
        assert_eq!(evaluation.result, json!({ "k0": { "z": 1, "x": { "y": { "z": 1 } } } }));
        let trace = evaluation.trace.unwrap();
        assert_eq!(trace["a"]["output"], json!({ "k0": { "z": 1 } }));
        assert_eq!(trace.as_object().unwrap().len(), 3, "{trace}");
    }
}

#[tokio::test]
async fn what_one_end_adds_is_not_added_wherever_the_other_shows_it() {
    let many = format!("[{}]", vec!["o"; 1_000].join(","));
    let large = "{ x: join }".replace("join", "a + a + a + a");
    let graph = compile(ends(&["o", &many], &[&large]).to_string().as_bytes()).unwrap();
    match graph.evaluate(json!({ "o": {}, "a": "x".repeat(500_000) }), OPTIONS).await {
        Ok(evaluation) => assert!(evaluation.result.to_string().len() < 3_000_000),
        Err(Failure::Failed { message, .. }) => assert!(message.contains("MB"), "{message}"),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn branches_that_are_not_taken_are_as_long_as_they_like() {
    let mut graph = chain(nodes(990, &["1".to_owned()]));
    let all = graph["nodes"].as_array_mut().unwrap();
    all[1] = json!({ "id": "n0", "name": "n0", "type": "switchNode", "content": { "statements": [{ "id": "yes", "condition": "go" }] } });
    graph["edges"][1]["sourceHandle"] = json!("yes");
    let graph = compile(graph.to_string().as_bytes()).unwrap();
    assert_eq!(graph.evaluate(json!({ "go": true }), OPTIONS).await.unwrap().result, json!({ "k0": 1 }));
    assert_eq!(graph.evaluate(json!({ "go": false }), OPTIONS).await.unwrap().result, json!({}));
}

#[tokio::test]
async fn what_is_written_into_a_value_never_holds_it() {
    let rows = |keys: &[(&str, &str)]| {
        let rows: Vec<Value> = keys.iter().map(|(key, value)| json!({ "id": key, "key": key, "value": value })).collect();
        chain(vec![json!({ "id": "x", "name": "x", "type": "expressionNode", "content": { "expressions": rows } })])
    };
    let table = |fields: [(&str, &str); 3]| {
        let columns: Vec<Value> = fields.iter().map(|(field, _)| json!({ "id": field, "name": "", "field": field })).collect();
        let rule: serde_json::Map<String, Value> = fields.iter().map(|(field, cell)| ((*field).to_owned(), json!(cell))).collect();
        chain(vec![
            json!({ "id": "x", "name": "x", "type": "decisionTableNode", "content": { "hitPolicy": "first", "inputs": [], "outputs": columns, "rules": [rule] } }),
        ])
    };
    for graph in [
        rows(&[("o", "o"), ("o.x", "o")]),
        rows(&[("o", "o"), ("o.x", "{ y: [o] }"), ("s", "string($.o)")]),
        rows(&[("a.b", "{ c: 1 }"), ("a.c", "$.a")]),
        rows(&[("a.b", "o"), ("a.b.x", "$.a.b")]),
        rows(&[("k", "(a = o; a.x = o)")]),
        rows(&[("k", "(a.b = o; a.b.x = o)")]),
        rows(&[("k", "merge([o, { x: o }])"), ("m", "mergeDeep([o, { x: { y: o } }])"), ("n", "string(o)")]),
        table([("o", "o"), ("o.x", "o"), ("l[]", "1")]),
        table([("o.l[]", "o"), ("o", "o"), ("t", "string(o)")]),
    ] {
        let Ok(graph) = compile(graph.to_string().as_bytes()) else { continue };
        for filling in ["", &"x".repeat(2_000_000)] {
            match graph.evaluate(json!({ "o": { "z": 1 }, "filling": filling }), OPTIONS).await {
                Ok(evaluation) => assert!(evaluation.result.to_string().len() < 1_000),
                Err(Failure::Failed { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    // A number is written wherever it belongs.
    let graph = compile(rows(&[("o", "o"), ("o.x", "o.z + 1"), ("a.b", "o"), ("a.c", "[o.z]")]).to_string().as_bytes()).unwrap();
    let result = graph.evaluate(json!({ "o": { "z": 1 } }), OPTIONS).await.unwrap().result;
    assert_eq!((&result["o"]["x"], &result["a"]["c"]), (&json!(2), &json!([1])));
}

//! What an evaluation answers.

#![expect(clippy::panic, reason = "a test that can't go on should say where")]

use std::time::Duration;

use engine::{Failure, Graph, Options, compile};
use serde_json::{Value, json};

const OPTIONS: Options = Options { trace: false, limit: Duration::from_secs(20), patience: Duration::from_secs(60) };

fn graph(nodes: &[Value]) -> Value {
    let mut all = vec![json!({ "id": "in", "name": "Request", "type": "inputNode" })];
    all.extend_from_slice(nodes);
    let edges: Vec<Value> = all
        .windows(2)
        .enumerate()
        .map(|(index, pair)| json!({ "id": format!("e{index}"), "sourceId": pair[0]["id"], "targetId": pair[1]["id"] }))
        .collect();
    json!({ "nodes": all, "edges": edges })
}

fn expressions(id: &str, rows: &[(&str, &str)]) -> Value {
    let rows: Vec<Value> =
        rows.iter().enumerate().map(|(index, (key, value))| json!({ "id": format!("{id}{index}"), "key": key, "value": value })).collect();
    json!({ "id": id, "name": format!("Node {id}"), "type": "expressionNode", "content": { "expressions": rows } })
}

fn compiled(graph: &Value) -> Graph {
    compile(graph.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn numbers_keep_their_precision_and_integers_their_form() {
    let graph = compiled(&graph(&[expressions(
        "x",
        &[("sum", "a + b"), ("third", "c / 3"), ("whole", "c * 2"), ("none", "c / 0"), ("big", "9007199254740991 - 1")],
    )]));
    let result = graph.evaluate(json!({ "a": 0.1, "b": 0.2, "c": 7 }), OPTIONS).await.unwrap().result;
    assert_eq!(result["sum"].to_string(), "0.3");
    assert!(result["third"].to_string().starts_with("2.333333333333333"));
    assert_eq!(result["whole"].to_string(), "14");
    assert_eq!(result["none"], Value::Null);
    assert_eq!(result["big"], json!(9_007_199_254_740_990_i64));
}

#[tokio::test]
async fn a_failure_names_its_node() {
    let graph = compiled(&graph(&[expressions("x", &[("ok", "1")]), expressions("y", &[("bad", "name * 2")])]));
    let Err(Failure::Failed { message, node_id, .. }) = graph.evaluate(json!({ "name": "text" }), OPTIONS).await else {
        panic!("evaluated")
    };
    assert_eq!(node_id.as_deref(), Some("y"));
    assert!(message.contains("\"Node y\"") && message.contains("name * 2"), "{message}");
}

#[tokio::test]
async fn an_input_that_its_schema_refuses_is_a_failure_of_the_input_node() {
    let schema = json!({ "type": "object", "required": ["amount"], "properties": { "amount": { "type": "number" } } });
    let mut graph = graph(&[expressions("x", &[("twice", "amount * 2")])]);
    graph["nodes"][0]["content"] = json!({ "schema": schema.to_string() });
    let graph = compiled(&graph);
    assert_eq!(graph.evaluate(json!({ "amount": 2 }), OPTIONS).await.unwrap().result, json!({ "twice": 4 }));
    for input in [json!({ "amount": "2" }), json!({}), json!(5)] {
        let Err(Failure::Failed { message, node_id, .. }) = graph.evaluate(input, OPTIONS).await else { panic!("evaluated") };
        assert_eq!(node_id.as_deref(), Some("in"), "{message}");
    }
}

#[tokio::test]
async fn a_trace_is_kept_when_asked_for() {
    let graph = compiled(&graph(&[expressions("x", &[("twice", "a * 2")])]));
    let options = Options { trace: true, ..OPTIONS };
    let evaluation = graph.evaluate(json!({ "a": 4 }), options).await.unwrap();
    let trace = evaluation.trace.unwrap();
    assert_eq!(
        (&trace["x"]["name"], &trace["x"]["output"], &trace["x"]["input"]),
        (&json!("Node x"), &json!({ "twice": 8 }), &json!({ "a": 4 }))
    );
    assert_eq!(graph.evaluate(json!({ "a": 4 }), OPTIONS).await.unwrap().trace, None);
}

#[tokio::test]
async fn light_and_heavy_evaluations_give_the_same() {
    let graph = compiled(&graph(&[expressions(
        "x",
        &[
            ("names", "map(people, #.name)"),
            ("count", "len(people)"),
            ("old", "filter(people, #.age > 500)"),
            ("again", "$nodes.Request.people[0].name"),
        ],
    )]));
    for count in [1, 100, 1_000, 20_000] {
        let people: Vec<Value> = (0..count).map(|age| json!({ "name": format!("n{age}"), "age": age })).collect();
        let result = graph.evaluate(json!({ "people": people }), OPTIONS).await.unwrap().result;
        assert_eq!(result["count"], json!(count));
        assert_eq!(result["names"].as_array().unwrap().len(), count);
        assert_eq!(result["old"].as_array().unwrap().len(), count.saturating_sub(501));
        assert_eq!(result["again"], json!("n0"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graph_is_evaluated_by_many_at_once() {
    let graph = compiled(&graph(&[expressions("x", &[("sum", "sum(map([1..n], #))")])]));
    let tasks: Vec<_> = (1..50_i64)
        .map(|n| {
            let graph = graph.clone();
            tokio::spawn(async move { (n, graph.evaluate(json!({ "n": n }), OPTIONS).await.unwrap().result) })
        })
        .collect();
    for task in tasks {
        let (n, result) = task.await.unwrap();
        assert_eq!(result, json!({ "sum": n * (n + 1) / 2 }));
    }
}

#[tokio::test]
async fn without_an_output_node_the_last_nodes_give_the_result() {
    let mut graph = graph(&[expressions("x", &[("a", "1")])]);
    graph["nodes"].as_array_mut().unwrap().push(expressions("y", &[("b", "2")]));
    graph["edges"].as_array_mut().unwrap().push(json!({ "id": "more", "sourceId": "in", "targetId": "y" }));
    assert_eq!(compiled(&graph).evaluate(json!({}), OPTIONS).await.unwrap().result, json!({ "a": 1, "b": 2 }));
    assert_eq!(
        compiled(&json!({ "nodes": [{ "id": "in", "name": "in", "type": "inputNode" }], "edges": [] }))
            .evaluate(json!({ "a": 1 }), OPTIONS)
            .await
            .unwrap()
            .result,
        json!({ "a": 1 })
    );
}

#[tokio::test]
async fn inputs_of_any_shape_are_answered() {
    let graph = compiled(&graph(&[expressions("x", &[("a", "a")])]));
    for input in [json!(null), json!(5), json!("text"), json!([]), json!([{ "a": 1 }]), json!({ "a": { "$": 1, "$nodes": 2 } })] {
        let outcome = graph.evaluate(input.clone(), OPTIONS).await;
        assert!(matches!(outcome, Ok(_) | Err(Failure::Failed { .. })), "{input}: {outcome:?}");
    }
}

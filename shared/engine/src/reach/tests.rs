//! The engine itself is asked whether any node gives more than was reckoned.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use zen_engine::{EvaluationOptions, Variable};

use super::{Circumstances, run};
use crate::extent::{Extent, weigh};
use crate::meter::{MAX_VISITS, metered};
use crate::reader;
use crate::reckoner::tests::expression;

/// What a node does: its kind, its expressions, how it takes its input and gives its output.
type Drawn = (u8, Vec<String>, bool, bool, Option<&'static str>, Option<&'static str>);

fn drawn() -> impl Strategy<Value = Drawn> {
    let field = prop_oneof![3 => Just(None), 1 => Just(Some("people")), 1 => Just(Some("list")), 1 => Just(Some("o"))];
    let path = prop_oneof![2 => Just(None), 1 => Just(Some("o")), 1 => Just(Some("o.p.q"))];
    (0_u8..5, vec(within(), 1..4), any::<bool>(), any::<bool>(), field, path)
}

/// Reads what stands before it in its node, and other nodes too.
fn within() -> impl Strategy<Value = String> {
    let name = prop_oneof![Just("$.o"), Just("$.list.t"), Just("$nodes.Same"), Just("$nodes.Request.o"), Just("$nodes.Other.list")];
    prop_oneof![
        4 => expression(),
        1 => (expression(), name.clone()).prop_map(|(a, b)| format!("[{a}, {b}, {b}]")),
        1 => name.prop_map(|b| format!("{{ b: {b}, c: string({b}) }}")),
    ]
}

fn node(index: usize, (kind, sources, looped, through, field, path): &Drawn) -> Value {
    let source = |at: usize| sources[at % sources.len()].as_str();
    let mut content = match kind {
        0 => json!({ "statements": [{ "id": "a", "condition": source(0) }, { "id": "b", "condition": "" }] }),
        1 | 2 => {
            let rules: Vec<Value> = sources.iter().enumerate().map(|(row, cell)| json!({ "_id": format!("r{row}"), "i": if row % 2 == 0 { "" } else { "> 2" }, "o": cell, "p": source(row + 1) })).collect();
            let policy = if *kind == 1 { "first" } else { "collect" };
            let list = if *through { "list[]" } else { "t" };
            json!({ "hitPolicy": policy, "inputs": [{ "id": "i", "field": "n" }], "outputs": [{ "id": "o", "field": "o.t" }, { "id": "p", "field": list }], "rules": rules })
        }
        _ => {
            let keys = ["o", "list.t", "text"];
            let rows: Vec<Value> = sources.iter().zip(keys).map(|(value, key)| json!({ "id": key, "key": key, "value": value })).collect();
            json!({ "expressions": rows })
        }
    };
    if *kind > 0 {
        content["passThrough"] = json!(through);
        content["executionMode"] = json!(if *looped && field.is_some() { "loop" } else { "single" });
        content["inputField"] = json!(field);
        content["outputPath"] = json!(path);
    }
    let kind = ["switchNode", "decisionTableNode", "decisionTableNode", "expressionNode", "expressionNode"][usize::from(*kind)];
    // Names may repeat.
    let name = if index.is_multiple_of(3) { "Other" } else { "Same" };
    json!({ "id": format!("n{index}"), "name": name, "type": kind, "content": content })
}

/// Every node is led to by one or two before it.
fn graph(nodes: &[Drawn], edges: &[(usize, usize, bool)]) -> Value {
    let mut all = vec![json!({ "id": "in", "name": "Request", "type": "inputNode" })];
    all.extend(nodes.iter().enumerate().map(|(index, drawn)| node(index, drawn)));
    let lead = |target: usize, choice: usize, handle: bool, number: usize| {
        let source = choice % target;
        json!({ "id": format!("e{target}.{number}"), "sourceId": all[source]["id"], "targetId": all[target]["id"], "sourceHandle": if handle { "a" } else { "b" } })
    };
    let edges: Vec<Value> = (1..all.len())
        .zip(edges)
        .flat_map(|(target, (one, other, handle))| [lead(target, *one, *handle, 1), lead(target, *other, !*handle, 2)])
        .collect();
    json!({ "nodes": all, "edges": edges })
}

/// Whether no node of this graph gives more, with such an input, than was reckoned.
fn holds(nodes: &[Drawn], edges: &[(usize, usize, bool)], n: i64, text: &str, list: &[String]) -> Result<(), TestCaseError> {
    let people: Vec<Value> = list.iter().map(|name| json!({ "name": name, "n": n, "o": { "t": text } })).collect();
    let input = json!({ "n": n, "m": 7.5, "t": text, "list": list, "people": people, "nested": [list, list], "o": { "t": text, "p": { "q": list } } });
    let graph = graph(nodes, edges);
    let Ok(compiled) = crate::compile(graph.to_string().as_bytes()) else { return Ok(()) };
    let document = reader::read(&graph).map_err(|refusal| TestCaseError::fail(refusal.to_string()))?;
    let circumstances = Circumstances { trace: true, lenient: false };
    let (Ok(reckoned), _) = metered(MAX_VISITS, || run(&document, &Extent::of(&input), circumstances)) else { return Ok(()) };
    prop_assume!(reckoned.reach.steps < 1e6 && reckoned.reach.memory < 1e8);
    let future = pin!(compiled.0.decision.evaluate_with_opts(Variable::from(input), EvaluationOptions { trace: true, max_depth: 1 }));
    let Poll::Ready(Ok(response)) = future.poll(&mut Context::from_waker(Waker::noop())) else { return Ok(()) };
    // What the engine puts together at its end it puts into what its nodes gave: the copies that are made for several ends are left out.
    let trace = serde_json::to_value(&response.trace).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let mut all = 0.0;
    // The input is shown as the engine leaves it, not as it came.
    for (id, extent) in reckoned.outputs.iter().filter(|(id, _)| **id != "in") {
        let (weight, depth) = weigh(&trace[*id]["output"]);
        all += extent.weight;
        prop_assert!(weight <= extent.weight, "{} weighs {} > {}: {}", id, weight, extent.weight, graph);
        prop_assert!(depth as f64 <= extent.depth, "{} is {} > {} deep: {}", id, depth, extent.depth, graph);
    }
    let (weight, _) = weigh(&Value::from(response.result));
    prop_assert!(weight <= all && all <= reckoned.reach.memory, "{} of {} of {}", weight, all, reckoned.reach.memory);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn no_node_gives_more_than_was_reckoned(nodes in vec(drawn(), 1..5), edges in vec((0_usize..9, 0_usize..9, any::<bool>()), 5), n in 0_i64..6, text in "[a-zß ]{0,12}", list in vec("[a-z]{0,6}", 0..4)) {
        holds(&nodes, &edges, n, &text, &list)?;
    }
}

#[test]
fn what_a_table_with_lists_gives_is_merged_into_the_object_that_was_there() {
    let table = (1, vec!["string(n)".to_owned()], false, true, Some("o"), Some("o"));
    holds(&[table], &[(0, 0, false)], 0, "", &[String::new(), String::new(), String::new()]).unwrap();
}

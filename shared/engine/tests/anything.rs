//! Graphs with anything anywhere: judged, and evaluated where that is safe, without a panic.

mod common;

use std::time::Duration;

use common::graph;
use engine::{CompileError, Failure, Options, check, compile};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const OPTIONS: Options = Options { trace: true, limit: Duration::from_secs(20), patience: Duration::from_secs(60) };

fn jsonish() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof![
            "[a-z()\\[\\]{}.,:+*/'\"`$#?! 0-9<>=-]{0,24}",
            Just("in".to_owned()),
            Just("t".to_owned()),
            Just("> 5".to_owned()),
            Just("map([1..n], #)".to_owned())
        ]
        .prop_map(Value::from),
        prop_oneof![
            Just("inputNode"),
            Just("outputNode"),
            Just("switchNode"),
            Just("expressionNode"),
            Just("decisionTableNode"),
            Just("functionNode"),
            Just("loop")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let key = prop_oneof![
            Just("nodes"),
            Just("edges"),
            Just("id"),
            Just("name"),
            Just("type"),
            Just("content"),
            Just("inputs"),
            Just("outputs"),
            Just("rules"),
            Just("_id"),
            Just("field"),
            Just("hitPolicy"),
            Just("statements"),
            Just("condition"),
            Just("expressions"),
            Just("key"),
            Just("value"),
            Just("schema"),
            Just("inputField"),
            Just("executionMode"),
            Just("sourceId"),
            Just("targetId"),
            Just("a"),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..8).prop_map(|members| members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<Map<_, _>>()
                .into()),
        ]
    })
}

/// Puts `value` somewhere into the graph: at the place that the numbers lead to.
fn put(graph: &mut Value, mut way: impl Iterator<Item = usize>, value: Value) {
    let place = way.next().unwrap_or(0);
    let inner = match graph {
        Value::Array(items) if !items.is_empty() => {
            let count = items.len();
            items.get_mut(place % count)
        }
        Value::Object(members) if !members.is_empty() => {
            let count = members.len();
            members.values_mut().nth(place % count)
        }
        _ => None,
    };
    match inner {
        Some(inner) if !place.is_multiple_of(5) => put(inner, way, value),
        _ => *graph = value,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_judged_and_evaluated_without_a_panic(ways in proptest::collection::vec((proptest::collection::vec(0_usize..100, 8), jsonish()), 1..4)) {
        let mut mutated = graph();
        for (way, value) in ways {
            put(&mut mutated, way.into_iter(), value);
        }
        let checked = check(&mutated);
        prop_assert_eq!(&checked, &check(&mutated));
        match (checked, compile(mutated.to_string().as_bytes())) {
            (Err(refused), Err(CompileError::Refused(again))) => prop_assert_eq!(refused, again),
            (Ok(found), Err(CompileError::Refused(harmful))) => prop_assert!(harmful.diagnostics.iter().all(|one| found.contains(one))),
            (Ok(found), Ok(graph)) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                let outcome = runtime.block_on(graph.evaluate(json!({ "amount": 150, "n": 3 }), OPTIONS));

                prop_assert!(matches!(outcome, Ok(_) | Err(Failure::Failed { .. })), "{:?} of {:?}", outcome, found);
            }
            (checked, _) => panic!("{checked:?} is compiled otherwise: {mutated}"),
        }
    }
}

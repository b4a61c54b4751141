//! Documents for property tests. Keys, ids and scalars come from small sets, so that two documents have much in common.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Any document: objects, values, id-keyed arrays of every sort, and arrays that only nearly are.
pub(crate) fn document() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 60, 5, |inner| {
        prop_oneof![
            2 => prop::collection::vec((key(), inner.clone()), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            3 => items("id", inner.clone()),
            2 => items("_id", inner.clone()),
            1 => half_keyed_items(inner),
        ]
    })
}

/// A decision flow in small: nodes with positions and rules, edges, and what else a document may carry.
pub(crate) fn graph() -> impl Strategy<Value = Value> {
    let rules = items("_id", scalar());
    let node = (0..3, rules).prop_map(|(x, rules)| json!({"position": {"x": x}, "content": {"rules": rules}}));
    (items("id", node), items("id", scalar()), document())
        .prop_map(|(nodes, edges, other)| json!({"nodes": nodes, "edges": edges, "other": other}))
}

/// Either of them.
pub(crate) fn any_document() -> impl Strategy<Value = Value> {
    prop_oneof![document(), graph()]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!(null), json!(true), json!(0), json!(1), json!(2.5), json!(""), json!("a"), json!({}), json!([])])
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "@a", "/", "~", "id", "nodes", "é"]).prop_map(str::to_owned)
}

fn id() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c", "d", "e", "@a", "a/b", "~1", ""])
}

/// An array keyed so, in any order.
fn items(key: &'static str, body: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::btree_map(id(), body, 0..6)
        .prop_map(move |items| items.into_iter().map(|(id, body)| item(key, id, body)).collect::<Vec<_>>())
        .prop_shuffle()
        .prop_map(Value::Array)
}

/// Items of which some have both keys, some one, and some none; ids may repeat.
fn half_keyed_items(body: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let one = (prop::option::weighted(0.8, id()), prop::option::weighted(0.8, id()), body).prop_map(|(id, other, body)| {
        let with_id = id.map_or(body.clone(), |id| item("id", id, body));
        other.map_or(with_id.clone(), |other| item("_id", other, with_id))
    });
    prop::collection::vec(one, 0..4).prop_map(Value::Array)
}

fn item(key: &str, id: &str, body: Value) -> Value {
    let mut members = match body {
        Value::Object(members) => members,
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    members.insert(key.to_owned(), id.into());
    Value::Object(members)
}

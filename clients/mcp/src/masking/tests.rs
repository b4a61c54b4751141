use std::collections::BTreeMap;

use domain::diff::{Op, diff};
use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;

#[test]
fn a_secret_is_known_by_its_name_or_by_itself() {
    let document = json!({"settings": {
        "api_key": "hunter2",
        "auth": {"clientSecret": "abc", "user": "kim", "pin_password": 1234, "pass": "x"},
        "headers": [{"name": "Authorization", "value": "anything"}, {"name": "Accept", "value": "text/plain"}],
        "hook": {"Name": "token", "Value": "anything"},
        "lines": ["Authorization: Bearer abcdef123456", "Accept: text/plain"],
        "note": "AKIAIOSFODNN7EXAMPLE",
        "database": "postgres://app:pass@db.example/crm",
        "batch": 100, "verify_tokens": true
    }});
    let expected = json!({"settings": {
        "api_key": MASK,
        "auth": {"clientSecret": MASK, "user": "kim", "pin_password": MASK, "pass": MASK},
        "headers": [{"name": "Authorization", "value": MASK}, {"name": "Accept", "value": "text/plain"}],
        "hook": {"Name": "token", "Value": MASK},
        "lines": [MASK, "Accept: text/plain"],
        "note": MASK,
        "database": MASK,
        "batch": 100, "verify_tokens": true
    }});
    assert_eq!(masked(&document), expected);
}

#[test]
fn references_and_empty_values_are_no_secrets() {
    let document = json!({"settings": {"api_key": "secretsmanager:hubspot/key", "token": "env:HUBSPOT_TOKEN", "password": ""}});
    assert_eq!(masked(&document), document);
}

#[test]
fn names_that_people_choose_hide_nothing() {
    let document = json!({
        "entities": {"token": {"fields": {"password": {"type": "string"}}, "key": ["password"]}},
        "event_flows": {"secrets": {"token.created": {"entity": "token", "action": "upsert", "mapping": {"password": "body.password"}}}}
    });
    assert_eq!(masked(&document), document);
    // But what stands beside them, and in no schema, does; so does what is a secret by itself.
    let beside = json!({"entities": {"token": {"password": "x"}}});
    assert_eq!(masked(&beside), json!({"entities": {"token": {"password": MASK}}}));
    let filter = json!({"event_flows": {"a": {"b": {"filter": "body.key == 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'"}}}});
    assert_eq!(masked(&filter)["event_flows"]["a"]["b"]["filter"], MASK);
}

#[test]
fn a_part_is_masked_as_in_its_document() {
    let document = json!({
        "settings": {"headers": [{"id": "h", "name": "Authorization", "value": "hunter2"}], "secrets": {"x": ["hunter2"]}},
        "entities": {"user": {"fields": {"password": {"type": "string"}}}}
    });
    for path in ["/settings/headers/0/value", "/settings/headers/@h/value", "/settings/secrets/x/0"] {
        assert_eq!(part(&document, path), Some(json!(MASK)), "{path}");
    }
    assert_eq!(part(&document, "/settings/secrets"), Some(json!({"x": [MASK]})));
    assert_eq!(part(&document, "/entities/user/fields/password"), Some(json!({"type": "string"})));
    for path in ["/nothing", "/settings/headers/1", "/settings/headers/0/value/x", "no pointer"] {
        assert_eq!(part(&document, path), None, "{path}");
    }
}

#[test]
fn a_change_is_masked_by_what_stands_around_it_on_either_side() {
    let of = |name: &str, value: &str| json!({"settings": {"hook": {"name": name, "value": value}}});
    let change = json!({"path": "/settings/hook/value", "op": "changed", "before": "old", "after": "new"});
    let hidden = json!({"path": "/settings/hook/value", "op": "changed", "before": MASK, "after": MASK});
    for names in [["token", "token"], ["token", "label"], ["label", "token"]] {
        let documents = [of(names[0], "old"), of(names[1], "new")];
        assert_eq!(sides(change.clone(), &documents), hidden, "{names:?}");
    }
    assert_eq!(sides(change.clone(), &[of("label", "old"), of("label", "new")]), change);
    // A document that changed meanwhile says nothing of the path.
    assert_eq!(sides(change, &[json!({})]), hidden);
    let reference = json!({"path": "/settings/api_key", "op": "changed", "before": "old", "after": "env:KEY"});
    assert_eq!(sides(reference, &[json!({"settings": {"api_key": "old"}})])["after"], "env:KEY");
}

#[test]
fn a_graph_keeps_what_decides_and_hides_what_is_written_into_it() {
    let graph = json!({"nodes": [{"id": "n1", "type": "expressionNode", "content": {"expressions": [
        {"id": "e1", "key": "token", "value": "customer.token"}, {"id": "e2", "key": "greeting", "value": "'hello' + name"}]}}]});
    assert_eq!(masked(&graph), graph);
    let graph = |value: &str| json!({"nodes": [{"content": {"expressions": [{"key": "api_key", "value": value}]}}]});
    assert_eq!(masked(&graph("'hunter2'")), graph(MASK));
    assert_eq!(masked(&graph("'env:KEY'")), graph("'env:KEY'"));
    let table = json!({"nodes": [{"id": "t", "type": "decisionTableNode", "content": {
        "inputs": [{"id": "i", "field": "customer.tier"}],
        "outputs": [{"id": "o", "field": "auth.api_key"}, {"id": "p", "field": "percent"}],
        "rules": [{"_id": "r", "i": "'gold'", "o": "'hunter2'", "p": "15"}, {"_id": "s", "i": "", "o": "customer.key", "p": "'x'"}]}}]});
    let mut hidden = table.clone();
    hidden["nodes"][0]["content"]["rules"][0]["o"] = json!(MASK);
    assert_eq!(masked(&table), hidden);
    assert_eq!(part(&table, "/nodes/@t/content/rules/@r/o"), Some(json!(MASK)));
}

#[test]
fn a_mask_is_found_wherever_it_is_written() {
    let sent = json!({"settings": {"a/b": [1, format!("Bearer {MASK}")]}, "x": MASK, "y": "fine"});
    assert_eq!(masks_in(&sent), ["/settings/a~1b/1", "/x"]);
    assert!(masks_in(&json!({"a": ["b"]})).is_empty());
}

/// Documents whose places say much of what stands there.
fn document() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec![
        "Authorization",
        "token",
        "api_key",
        "label",
        "'hunter2'",
        "hunter2",
        "env:X",
        "",
        "a.b",
        "c",
        "Bearer abcdef123456",
    ]);
    let scalar = prop_oneof![4 => text.prop_map(Value::from), 1 => (0..3).prop_map(Value::from), 1 => Just(json!(null))];
    let key = prop::sample::select(vec!["a", "name", "key", "value", "token", "rules", "outputs", "fields", "c", "id", "field", "mapping"]);
    let inner = scalar.prop_recursive(5, 60, 5, move |inner| {
        let members = prop::collection::vec((key.clone(), inner.clone()), 0..5);
        let items = prop::collection::btree_map(prop::sample::select(vec!["c", "d", "token", "a/b"]), inner.clone(), 0..4);
        prop_oneof![
            3 => members.prop_map(|members| Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::Array),
            2 => items.prop_map(|items| items.into_iter().map(|(id, body)| item(id, body)).collect()),
        ]
    });
    let regions = vec!["settings", "nodes", "entities", "event_flows", "token"];
    prop::collection::btree_map(prop::sample::select(regions), inner, 0..5).prop_map(|parts: BTreeMap<&str, Value>| json!(parts))
}

fn item(id: &str, body: Value) -> Value {
    let mut members = match body {
        Value::Object(members) => members,
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    members.insert("id".to_owned(), id.into());
    Value::Object(members)
}

/// Every place of a document, by indices and by ids, with what the masked document has there.
fn places(document: &Value, hidden: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    found.push((path.to_owned(), hidden.clone()));
    match (document, hidden) {
        (Value::Object(members), Value::Object(_)) => {
            members.iter().for_each(|(key, value)| places(value, &hidden[key], &pointer::key(path, key), found));
        }
        (Value::Array(items), Value::Array(_)) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &hidden[index], &format!("{path}/{index}"), found);
                if let Some(id) = value.get("id").and_then(Value::as_str) {
                    places(value, &hidden[index], &pointer::item(path, id), found);
                }
            }
        }
        _ => {}
    }
}

/// Whether everything that is masked here is masked there.
fn hides_what(shown: &Value, hidden: &Value) -> bool {
    match (shown, hidden) {
        (_, Value::String(mask)) if mask == MASK => shown == MASK,
        (Value::Object(shown), Value::Object(hidden)) => shown.iter().all(|(key, value)| hides_what(value, &hidden[key])),
        (Value::Array(shown), Value::Array(hidden)) => shown.iter().zip(hidden).all(|(shown, hidden)| hides_what(shown, hidden)),
        _ => shown == hidden || shown == MASK,
    }
}

proptest! {
    #[test]
    fn what_is_masked_in_the_whole_is_masked_in_every_part(document in document()) {
        let mut all = Vec::new();
        places(&document, &masked(&document), "", &mut all);
        for (path, hidden) in all {
            // An id that repeats names none.
            if pointer::resolve(&document, &path).is_some() {
                prop_assert_eq!(part(&document, &path), Some(hidden), "{}", path);
            }
        }
    }

    #[test]
    fn what_is_masked_in_the_whole_is_masked_in_every_change(before in document(), after in document()) {
        let documents = [before, after];
        for change in diff(&documents[0], &documents[1]).into_iter().filter(|change| change.op != Op::Moved) {
            let shown = sides(json!(change), &documents);
            for (side, of) in [("before", &documents[0]), ("after", &documents[1])] {
                if let Some(value) = shown.get(side) {
                    let hidden = part(of, &change.path).unwrap();
                    prop_assert!(hides_what(value, &hidden), "{} {}: {} for {}", change.path, side, value, hidden);
                }
            }
        }
    }

    #[test]
    fn what_is_masked_can_be_masked_again(document in document()) {
        let once = masked(&document);
        prop_assert_eq!(masked(&once), once);
    }
}

//! What looks like a secret is not shown to an agent, and its mask is not taken back.
//!
//! Two signs: the name that a value has (`api_key`, `clientSecret`), and the value itself (a private key, a token of a known make, a
//! long random word). References to secrets (`secretsmanager:...`, `env:...`) are no secrets. Where the schema lets people choose
//! names (of entities, fields, sources), a name says nothing: a field may be called `password`.

mod looks;

use std::borrow::Cow;

use domain::pointer;
use serde_json::Value;

/// Stands for a secret.
pub(crate) const MASK: &str = "[masked by FetchCatch]";

/// The value without its secrets; `path` says where in its document it stands.
pub(crate) fn masked(value: Value, path: &[Cow<'_, str>]) -> Value {
    let mut at: Vec<String> = Vec::new();
    let mut secret = false;
    for token in path {
        secret |= is_secret_key(&at, token);
        at.push(token.to_string());
    }
    hide(value, &mut at, secret)
}

/// The same for what stands at a pointer.
pub(crate) fn masked_at(value: Value, path: &str) -> Value {
    masked(value, &pointer::tokens(path).unwrap_or_default())
}

/// A change or a conflict: all values beside `path` stand there.
pub(crate) fn masked_sides(mut item: Value) -> Value {
    let path = item.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
    for side in ["before", "after", "base", "draft", "active", "local", "value"] {
        if let Some(value) = item.get_mut(side) {
            *value = masked_at(value.take(), &path);
        }
    }
    item
}

/// Where the mask stands in what an agent sends; empty where it does not.
pub(crate) fn masks_in(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    find(value, &mut String::new(), &mut found);
    found
}

fn hide(value: Value, at: &mut Vec<String>, secret: bool) -> Value {
    match value {
        Value::Object(members) => {
            // `{"name": "Authorization", "value": "..."}`: the name stands beside what it names.
            let named =
                ["name", "key", "header"].iter().any(|key| members.get(*key).and_then(Value::as_str).is_some_and(looks::secret_name));
            let hidden = members.into_iter().map(|(key, value)| {
                let secret = secret || is_secret_key(at, &key) || (named && key == "value" && is_free_form(at));
                at.push(key);
                let value = hide(value, at, secret);
                (at.pop().unwrap_or_default(), value)
            });
            Value::Object(hidden.collect())
        }
        Value::Array(items) => {
            at.push(String::new());
            let hidden = items.into_iter().map(|item| hide(item, at, secret)).collect();
            at.pop();
            Value::Array(hidden)
        }
        Value::String(text) if !looks::reference(&text) && ((secret && !text.is_empty()) || looks::secret_value(&text)) => MASK.into(),
        Value::Number(_) if secret => MASK.into(),
        other => other,
    }
}

fn is_secret_key(at: &[String], key: &str) -> bool {
    !is_chosen(at) && looks::secret_name(key)
}

/// Whether the keys at this place are names that people chose.
fn is_chosen(at: &[String]) -> bool {
    let at: Vec<&str> = at.iter().map(String::as_str).collect();
    matches!(
        at.as_slice(),
        ["entities"] | ["entities", _, "fields"] | ["event_flows"] | ["event_flows", _] | ["event_flows", _, _, "mapping"]
    )
}

/// Where the schema says nothing of what stands there. In a graph `key` and `value` are an expression and its name.
fn is_free_form(at: &[String]) -> bool {
    at.first().is_some_and(|first| !["entities", "event_flows", "nodes", "edges"].contains(&first.as_str()))
}

fn find(value: &Value, path: &mut String, found: &mut Vec<String>) {
    let length = path.len();
    match value {
        Value::String(text) if text.contains(MASK) => found.push(path.clone()),
        Value::Object(members) => {
            for (key, value) in members {
                path.push('/');
                path.push_str(&pointer::escape(key));
                find(value, path, found);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                path.push_str(&format!("/{index}"));
                find(value, path, found);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(document: Value) -> Value {
        masked(document, &[])
    }

    #[test]
    fn a_secret_is_known_by_its_name_or_by_itself() {
        let document = json!({"settings": {
            "api_key": "hunter2",
            "auth": {"clientSecret": "abc", "user": "kim", "pin_password": 1234},
            "headers": [{"name": "Authorization", "value": "anything"}, {"name": "Accept", "value": "text/plain"}],
            "note": "AKIAIOSFODNN7EXAMPLE",
            "database": "postgres://app:pass@db.example/crm",
            "batch": 100, "verify_tokens": true
        }});
        let expected = json!({"settings": {
            "api_key": MASK,
            "auth": {"clientSecret": MASK, "user": "kim", "pin_password": MASK},
            "headers": [{"name": "Authorization", "value": MASK}, {"name": "Accept", "value": "text/plain"}],
            "note": MASK,
            "database": MASK,
            "batch": 100, "verify_tokens": true
        }});
        assert_eq!(shown(document), expected);
    }

    #[test]
    fn references_and_empty_values_are_no_secrets() {
        let document = json!({"settings": {"api_key": "secretsmanager:hubspot/key", "token": "env:HUBSPOT_TOKEN", "password": ""}});
        assert_eq!(shown(document.clone()), document);
    }

    #[test]
    fn names_that_people_choose_hide_nothing() {
        let document = json!({
            "entities": {"token": {"fields": {"password": {"type": "string"}}, "key": ["password"]}},
            "event_flows": {"secrets": {"token.created": {"entity": "token", "action": "upsert", "mapping": {"password": "body.password"}}}}
        });
        assert_eq!(shown(document.clone()), document);
        // But what stands beside them, and in no schema, does.
        assert_eq!(shown(json!({"entities": {"token": {"password": "x"}}})), json!({"entities": {"token": {"password": MASK}}}));
    }

    #[test]
    fn a_part_is_masked_as_in_its_document() {
        assert_eq!(masked_at(json!("hunter2"), "/settings/api_key"), MASK);
        assert_eq!(masked_at(json!({"x": ["hunter2"]}), "/settings/secrets"), json!({"x": [MASK]}));
        assert_eq!(masked_at(json!({"type": "string"}), "/entities/user/fields/password"), json!({"type": "string"}));
        let change = json!({"path": "/settings/api_key", "op": "changed", "before": "old", "after": "env:KEY"});
        assert_eq!(masked_sides(change), json!({"path": "/settings/api_key", "op": "changed", "before": MASK, "after": "env:KEY"}));
    }

    #[test]
    fn a_graph_keeps_what_decides() {
        let graph = json!({"nodes": [{"id": "n1", "type": "expressionNode", "content": {"expressions": [
            {"id": "e1", "key": "token", "value": "customer.token"}, {"id": "e2", "key": "greeting", "value": "'hello' + name"}]}}]});
        assert_eq!(shown(graph.clone()), graph);
    }

    #[test]
    fn a_mask_is_found_wherever_it_is_written() {
        let sent = json!({"settings": {"a/b": [1, format!("Bearer {MASK}")]}, "x": MASK, "y": "fine"});
        assert_eq!(masks_in(&sent), ["/settings/a~1b/1", "/x"]);
        assert!(masks_in(&json!({"a": ["b"]})).is_empty());
    }
}

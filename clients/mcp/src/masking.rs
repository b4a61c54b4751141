//! What looks like a secret is not shown to an agent, and its mask is not taken back.
//!
//! Three signs: the name that a value has (`api_key`, `clientSecret`), the name that stands beside it (`{"name": "Authorization",
//! "value": "..."}`), and the value itself (a private key, a token of a known make, a long random word), alone or within a longer
//! text. References to secrets (`secretsmanager:...`, `env:...`) are no secrets. Where the schema lets people choose names (of
//! entities, fields, sources), a name says nothing: a field may be called `password`.
//!
//! What stands around a value is known in its document alone: a part is cut from it here, and never masked by itself.

mod makes;
mod names;
mod place;
mod values;

use domain::pointer;
use serde_json::Value;

use place::{Place, Secrecy};

/// Stands for a secret.
pub(crate) const MASK: &str = "[masked by FetchCatch]";

/// A document without its secrets.
pub(crate) fn masked(document: &Value) -> Value {
    hide(document, Place::ROOT)
}

/// What stands at a pointer into a document, without the secrets that the whole document shows there; `None` where nothing does.
pub(crate) fn part(document: &Value, path: &str) -> Option<Value> {
    let (place, value) = Place::of(document, path)?;
    Some(hide(value?, place))
}

/// A change of a document, or a conflict: all values beside `path` stand there, in one or another of these documents. What is a
/// secret in one is none in the other either, and where none has the path, nothing is shown.
pub(crate) fn sides(mut item: Value, documents: &[Value]) -> Value {
    let path = item.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut places: Vec<Place<'_>> = documents.iter().filter_map(|document| Place::of(document, &path)).map(|(place, _)| place).collect();
    if places.is_empty() {
        places.push(Place::UNKNOWN);
    }
    for side in ["before", "after", "base", "draft", "active", "local", "value"] {
        if let Some(value) = item.get_mut(side) {
            *value = places.iter().fold(value.take(), |value, place| hide(&value, *place));
        }
    }
    if values::secret_value(&path) {
        item["path"] = MASK.into();
    }
    item
}

/// A text that may quote a document.
pub(crate) fn text(text: String) -> String {
    if values::secret_value(&text) { MASK.to_owned() } else { text }
}

/// Where the mask stands in what an agent sends; empty where it does not.
pub(crate) fn masks_in(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    find(value, &mut String::new(), &mut found);
    found
}

fn hide(value: &Value, place: Place<'_>) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, value)| (key.clone(), hide(value, place.member(members, key)))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| hide(item, place.item())).collect()),
        Value::String(text) if is_secret(text, place.secrecy) => MASK.into(),
        Value::Number(_) if place.secrecy > Secrecy::Looks => MASK.into(),
        other => other.clone(),
    }
}

fn is_secret(text: &str, secrecy: Secrecy) -> bool {
    let by_place = match secrecy {
        Secrecy::Looks => false,
        Secrecy::Literals => values::holds_literal(text),
        Secrecy::All => values::holds_value(text),
    };
    by_place || values::secret_value(text)
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
mod tests;

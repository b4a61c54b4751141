//! The structural diff: what a person changed, rather than which lines.

mod apply;

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

pub use apply::{Misfit, apply};

use crate::{Canonical, keyed, pointer};

/// In answers, a value whose canonical form is longer than this is given as its digest and length.
pub const MAX_SHOWN_BYTES: usize = 16 * 1024;

/// One difference between two documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Where, as [`mod@crate::pointer`] writes it.
    pub path: String,
    /// What happened there.
    pub op: Op,
    /// What stood there before; absent when nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub before: Option<Value>,
    /// What stands there after; absent when nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub after: Option<Value>,
}

/// What happened at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Only the later document has it.
    Added,
    /// Only the earlier document has it.
    Removed,
    /// Another value, perhaps of another type.
    Changed,
    /// The items of an id-keyed array stand in another order: the path is the array's, `before` and `after` are the ids in
    /// order. It also tells where added items went, when that isn't the end.
    Moved,
}

/// `null` is a value that can stand somewhere, unlike absence.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Change {
    /// The change as answers show it, with long values abbreviated. It can no longer be applied.
    pub fn abbreviated(self) -> Self {
        Self { before: self.before.map(abbreviate), after: self.after.map(abbreviate), ..self }
    }
}

/// `{"digest", "bytes"}` in place of a value whose canonical form is longer than [`MAX_SHOWN_BYTES`].
pub fn abbreviate(value: Value) -> Value {
    if let Value::Null | Value::Bool(_) | Value::Number(_) = value {
        return value;
    }
    let canonical = Canonical::of(&value);
    if canonical.bytes.len() <= MAX_SHOWN_BYTES { value } else { json!({"digest": canonical.digest, "bytes": canonical.bytes.len()}) }
}

/// What leads from one document to the other: one change per highest path that only one side has, and none for what is equal.
/// Items of arrays are matched by `id`, else `_id`; other arrays are values like any scalar.
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&mut changes, "", before, after);
    changes
}

fn compare(changes: &mut Vec<Change>, path: &str, before: &Value, after: &Value) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => compare_members(changes, path, before, after),
        (Value::Array(before_items), Value::Array(after_items)) => match keyed::common_key(&[before_items, after_items]) {
            Some(key) => compare_items(changes, path, before_items, after_items, key),
            None => changes.push(changed(path, before, after)),
        },
        _ => changes.push(changed(path, before, after)),
    }
}

fn compare_members(changes: &mut Vec<Change>, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
    for (key, old) in before {
        match after.get(key) {
            Some(new) if new == old => {}
            Some(new) => compare(changes, &pointer::key(path, key), old, new),
            None => changes.push(removed(pointer::key(path, key), old)),
        }
    }
    for (key, new) in after {
        if !before.contains_key(key) {
            changes.push(added(pointer::key(path, key), new));
        }
    }
}

fn compare_items(changes: &mut Vec<Change>, path: &str, before: &[Value], after: &[Value], key: &str) {
    let old: HashMap<&str, &Value> = before.iter().map(|item| (keyed::id(item, key), item)).collect();
    let new: HashMap<&str, &Value> = after.iter().map(|item| (keyed::id(item, key), item)).collect();
    // How the items would stand if whoever reads the changes removed in place and added at the end.
    let mut order = Vec::with_capacity(after.len());
    for item in before {
        let id = keyed::id(item, key);
        match new.get(id) {
            Some(&new) => {
                order.push(id);
                if new != item {
                    compare(changes, &pointer::item(path, id), item, new);
                }
            }
            None => changes.push(removed(pointer::item(path, id), item)),
        }
    }
    for item in after {
        let id = keyed::id(item, key);
        if !old.contains_key(id) {
            order.push(id);
            changes.push(added(pointer::item(path, id), item));
        }
    }
    let ids = |items: &[Value]| items.iter().map(|item| Value::from(keyed::id(item, key))).collect::<Vec<_>>();
    if !after.iter().map(|item| keyed::id(item, key)).eq(order) {
        changes.push(Change { path: path.to_owned(), op: Op::Moved, before: Some(ids(before).into()), after: Some(ids(after).into()) });
    }
}

fn added(path: String, after: &Value) -> Change {
    Change { path, op: Op::Added, before: None, after: Some(after.clone()) }
}

fn removed(path: String, before: &Value) -> Change {
    Change { path, op: Op::Removed, before: Some(before.clone()), after: None }
}

fn changed(path: &str, before: &Value, after: &Value) -> Change {
    Change { path: path.to_owned(), op: Op::Changed, before: Some(before.clone()), after: Some(after.clone()) }
}

#[cfg(test)]
mod tests;

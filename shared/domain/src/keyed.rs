//! Arrays whose items have an identity: nodes and edges (`id`), the rules of a decision table (`_id`).

use std::collections::HashSet;

use serde_json::Value;

/// What the items of this array are told apart by: `id`, else `_id`, where each item has one that is a string and none
/// repeats. An empty array has no key of its own.
pub(crate) fn key(items: &[Value]) -> Option<&'static str> {
    ["id", "_id"].into_iter().find(|key| {
        let mut seen = HashSet::with_capacity(items.len());
        !items.is_empty() && items.iter().all(|item| item.get(key).and_then(Value::as_str).is_some_and(|id| seen.insert(id)))
    })
}

/// What the items of all sides are told apart by. Sides that differ in it are compared as values: `@x` would mean one item
/// here and another there.
pub(crate) fn common_key(sides: &[&[Value]]) -> Option<&'static str> {
    let mut keys = sides.iter().filter(|side| !side.is_empty()).map(|side| key(side));
    let first = keys.next()??;
    keys.all(|key| key == Some(first)).then_some(first)
}

/// The id of an item; of one without, the empty text.
pub(crate) fn id<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key_of(items: Value) -> Option<&'static str> {
        key(items.as_array().unwrap())
    }

    #[test]
    fn id_comes_before_underscore_id() {
        assert_eq!(key_of(json!([{"id": "a", "_id": "x"}, {"id": "b", "_id": "y"}])), Some("id"));
        assert_eq!(key_of(json!([{"id": "a", "_id": "x"}, {"id": "a", "_id": "y"}])), Some("_id"));
        assert_eq!(key_of(json!([{"_id": "x"}, {"id": "b", "_id": "y"}])), Some("_id"));
    }

    #[test]
    fn every_item_needs_one_of_its_own() {
        assert_eq!(key_of(json!([])), None);
        assert_eq!(key_of(json!([{"id": "a"}, {"id": "a"}])), None);
        assert_eq!(key_of(json!([{"id": "a"}, {}])), None);
        assert_eq!(key_of(json!([{"id": "a"}, 1])), None);
        assert_eq!(key_of(json!([{"id": 1}, {"id": 2}])), None);
    }

    #[test]
    fn an_empty_side_takes_the_key_of_the_others() {
        let items = [json!({"_id": "x"})];
        let others = [json!({"id": "x"})];
        assert_eq!(common_key(&[&[], &items, &[]]), Some("_id"));
        assert_eq!(common_key(&[&items, &others]), None);
        assert_eq!(common_key(&[&items, &[json!(1)]]), None);
    }
}

//! Arrays whose items have an identity: nodes and edges (`id`), the rules of a decision table (`_id`).

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// What items may be told apart by; the first that serves.
const KEYS: [&str; 2] = ["id", "_id"];

/// What the items of all sides are matched by: `id`, else `_id`, where every item on all sides has one that is a string, and none
/// repeats on any. Tested on all of them together: a column of a table that is called `id` tells its rules apart until two agree.
///
/// None, too, where `@x` would name one item among all sides and another on a side that is read alone, as [`index`] does: a path
/// leads to what it was shown for. Items without a key are compared as values.
pub(crate) fn common_key(sides: &[&[Value]]) -> Option<&'static str> {
    if sides.iter().all(|side| side.is_empty()) {
        return None;
    }
    let alone: Vec<_> = sides.iter().map(|side| index(side)).collect();
    KEYS.into_iter().find(|key| sides.iter().all(|side| tells_apart(side, key)) && agree(sides, &alone, key))
}

/// What `@<id>` names in an array that is read alone: by each key that tells its items apart, the earlier ones first.
pub(crate) fn index(items: &[Value]) -> HashMap<&str, usize> {
    let keys = KEYS.into_iter().rev().filter(|key| tells_apart(items, key));
    // What is inserted later holds.
    keys.flat_map(|key| items.iter().enumerate().map(move |(at, item)| (id(item, key), at))).collect()
}

fn tells_apart(items: &[Value], key: &str) -> bool {
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().all(|item| item.get(key).and_then(Value::as_str).is_some_and(|id| seen.insert(id)))
}

/// Whether each name that the key gives to an item of any side means that item, or none, on every side.
fn agree(sides: &[&[Value]], alone: &[HashMap<&str, usize>], key: &str) -> bool {
    let names: HashSet<&str> = sides.iter().flat_map(|side| side.iter().map(|item| id(item, key))).collect();
    sides.iter().zip(alone).all(|(side, alone)| alone.iter().all(|(name, at)| !names.contains(name) || id(&side[*at], key) == *name))
}

/// The id of an item; of one without, the empty text.
pub(crate) fn id<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key_of(sides: &[Value]) -> Option<&'static str> {
        common_key(&sides.iter().map(|side| side.as_array().unwrap().as_slice()).collect::<Vec<_>>())
    }

    #[test]
    fn id_comes_before_underscore_id() {
        assert_eq!(key_of(&[json!([{"id": "a", "_id": "x"}, {"id": "b", "_id": "y"}])]), Some("id"));
        assert_eq!(key_of(&[json!([{"id": "a", "_id": "x"}, {"id": "a", "_id": "y"}])]), Some("_id"));
        assert_eq!(key_of(&[json!([{"_id": "x"}, {"id": "b", "_id": "y"}])]), Some("_id"));
    }

    #[test]
    fn every_item_needs_one_of_its_own() {
        for items in [json!([]), json!([{"id": "a"}, {"id": "a"}]), json!([{"id": "a"}, {}]), json!([{"id": "a"}, 1]), json!([{"id": 1}])] {
            assert_eq!(key_of(std::slice::from_ref(&items)), None, "{items}");
        }
    }

    #[test]
    fn each_key_is_tried_on_all_sides_together() {
        let both = json!([{"id": "a", "_id": "x"}, {"id": "b", "_id": "y"}]);
        let repeats = json!([{"id": "a", "_id": "x"}, {"id": "a", "_id": "y"}]);
        assert_eq!(key_of(&[both.clone(), repeats.clone(), both.clone()]), Some("_id"));
        assert_eq!(key_of(&[both.clone(), json!([{"_id": "y"}]), both.clone()]), Some("_id"));
        assert_eq!(key_of(&[both.clone(), json!([{"id": "b"}]), both.clone()]), Some("id"));
        assert_eq!(key_of(&[repeats, json!([{"id": "a"}])]), None);
        assert_eq!(key_of(&[both, json!([1])]), None);
        assert_eq!(key_of(&[json!([]), json!([{"_id": "x"}]), json!([])]), Some("_id"), "an empty side has none that would not do");
        assert_eq!(key_of(&[json!([{"_id": "x"}]), json!([{"id": "x"}])]), None);
    }

    #[test]
    fn a_name_that_means_two_items_names_none() {
        let crossed = json!([{"id": "b", "_id": "a"}, {"id": "c", "_id": "b"}]);
        assert_eq!(key_of(std::slice::from_ref(&crossed)), Some("id"), "the second key's names are hidden");
        assert_eq!(key_of(&[crossed, json!([{"_id": "a"}, {"_id": "b"}])]), None);
    }
}

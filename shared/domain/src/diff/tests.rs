use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{arbitrary, digest, pointer};

/// The diff as JSON, and proof that it leads from one side to the other, both ways.
fn shown(before: Value, after: Value) -> Value {
    let changes = diff(&before, &after);
    assert_eq!(apply(before.clone(), &changes), Ok(after.clone()));
    assert_eq!(apply(after.clone(), &diff(&after, &before)), Ok(before));
    serde_json::to_value(changes).unwrap()
}

#[test]
fn equal_documents_have_no_changes() {
    for document in [json!({"a": [1, {"b": null}]}), json!([[], []]), json!([{"id": "a"}]), json!(1)] {
        assert_eq!(shown(document.clone(), document), json!([]));
    }
}

#[test]
fn one_change_tells_of_the_highest_path_that_one_side_has() {
    assert_eq!(
        shown(json!({"gone": {"x": {"y": 1}}, "same": 1}), json!({"new": {"x": {"y": 1}}, "same": 1})),
        json!([{"path": "/gone", "op": "removed", "before": {"x": {"y": 1}}}, {"path": "/new", "op": "added", "after": {"x": {"y": 1}}}])
    );
}

#[test]
fn scalars_other_arrays_and_other_types_are_values() {
    assert_eq!(
        shown(json!({"a": 1, "b": [1, 2], "c": {"x": 1}, "d": null}), json!({"a": 2, "b": [2, 1], "c": [1], "d": false})),
        json!([
            {"path": "/a", "op": "changed", "before": 1, "after": 2},
            {"path": "/b", "op": "changed", "before": [1, 2], "after": [2, 1]},
            {"path": "/c", "op": "changed", "before": {"x": 1}, "after": [1]},
            {"path": "/d", "op": "changed", "before": null, "after": false},
        ])
    );
    assert_eq!(shown(json!(1), json!({})), json!([{"path": "", "op": "changed", "before": 1, "after": {}}]));
}

#[test]
fn items_are_matched_by_their_id() {
    let before = json!({"nodes": [{"id": "n1", "content": {"rules": [{"_id": "r7", "in": "1"}, {"_id": "r8"}]}}, {"id": "n/2"}]});
    let after = json!({"nodes": [{"id": "n1", "content": {"rules": [{"_id": "r7", "in": "2"}]}}, {"id": "n3"}]});
    assert_eq!(
        shown(before, after),
        json!([
            {"path": "/nodes/@n1/content/rules/@r7/in", "op": "changed", "before": "1", "after": "2"},
            {"path": "/nodes/@n1/content/rules/@r8", "op": "removed", "before": {"_id": "r8"}},
            {"path": "/nodes/@n~12", "op": "removed", "before": {"id": "n/2"}},
            {"path": "/nodes/@n3", "op": "added", "after": {"id": "n3"}},
        ])
    );
}

fn rules(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({"_id": id})).collect()
}

#[test]
fn a_reorder_alone_is_one_moved_change() {
    assert_eq!(
        shown(json!({"rules": rules(&["a", "b", "c"])}), json!({"rules": rules(&["c", "a", "b"])})),
        json!([{"path": "/rules", "op": "moved", "before": ["a", "b", "c"], "after": ["c", "a", "b"]}])
    );
}

#[test]
fn an_item_added_at_the_end_needs_no_move_and_elsewhere_one() {
    assert_eq!(shown(rules(&["a", "b"]), rules(&["a", "b", "c"])), json!([{"path": "/@c", "op": "added", "after": {"_id": "c"}}]));
    assert_eq!(
        shown(rules(&["a", "b"]), rules(&["c", "b"])),
        json!([
            {"path": "/@a", "op": "removed", "before": {"_id": "a"}},
            {"path": "/@c", "op": "added", "after": {"_id": "c"}},
            {"path": "", "op": "moved", "before": ["a", "b"], "after": ["c", "b"]},
        ])
    );
    assert_eq!(
        shown(rules(&[]), rules(&["b", "a"])),
        json!([{"path": "/@b", "op": "added", "after": {"_id": "b"}}, {"path": "/@a", "op": "added", "after": {"_id": "a"}}])
    );
}

#[test]
fn arrays_keyed_in_different_ways_are_values() {
    let (before, after) = (json!([{"id": "b"}]), json!([{"_id": "b"}]));
    assert_eq!(shown(before.clone(), after.clone()), json!([{"path": "", "op": "changed", "before": before, "after": after}]));
}

#[test]
fn items_are_matched_by_what_tells_them_apart_on_both_sides() {
    let before = json!([{"id": "a", "_id": "x"}, {"id": "b", "_id": "y"}]);
    let after = json!([{"id": "a", "_id": "x"}, {"id": "a", "_id": "y"}]);
    assert_eq!(shown(before.clone(), after.clone()), json!([{"path": "/@y/id", "op": "changed", "before": "b", "after": "a"}]));
    for document in [before, after] {
        assert_eq!(pointer::resolve(&document, "/@y/_id"), Some(&json!("y")));
    }
}

#[test]
fn null_survives_json_and_absence_does_too() {
    let changes = diff(&json!({"a": null}), &json!({"a": 1, "b": null}));
    let text = serde_json::to_string(&changes).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Change>>(&text).unwrap(), changes);
    assert_eq!(changes[1].after, Some(Value::Null));
    assert_eq!(changes[1].before, None);
}

#[test]
fn changes_for_another_document_are_misfits() {
    let changes = diff(&json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
    for other in [json!({}), json!({"a": 1}), json!({"a": {}}), json!({"a": [1]}), json!([])] {
        assert!(apply(other.clone(), &changes).is_err(), "{other}");
    }
    let reorder = diff(&rules(&["a", "b"]), &rules(&["b", "a"]));
    assert!(apply(rules(&["a", "b", "c"]), &reorder).is_err());
    assert!(apply(rules(&["a"]), &reorder).is_err());
}

#[test]
fn long_values_are_abbreviated() {
    let short = json!("a".repeat(MAX_SHOWN_BYTES - 2));
    assert_eq!(abbreviate(short.clone()), short);
    let long = json!(["a".repeat(MAX_SHOWN_BYTES)]);
    let canonical = long.to_string();
    assert_eq!(abbreviate(long.clone()), json!({"digest": digest::Digest::of(canonical.as_bytes()).to_string(), "bytes": canonical.len()}));
    let change = diff(&json!({"a": long}), &json!({"a": null})).remove(0).abbreviated();
    assert_eq!((change.before.unwrap()["bytes"].clone(), change.after), (json!(MAX_SHOWN_BYTES + 4), Some(json!(null))));
}

proptest! {
    #[test]
    fn a_diff_leads_from_one_document_to_the_other(before in arbitrary::any_document(), after in arbitrary::any_document()) {
        let changes = diff(&before, &after);
        prop_assert_eq!(apply(before.clone(), &changes), Ok(after.clone()));
        prop_assert_eq!(changes.is_empty(), before == after);
    }

    #[test]
    fn every_path_resolves_to_what_the_change_says(before in arbitrary::any_document(), after in arbitrary::any_document()) {
        for change in diff(&before, &after) {
            let sides = (pointer::resolve(&before, &change.path), pointer::resolve(&after, &change.path));
            if change.op == Op::Moved {
                prop_assert!(sides.0.is_some_and(Value::is_array) && sides.1.is_some_and(Value::is_array));
            } else {
                prop_assert_eq!(sides, (change.before.as_ref(), change.after.as_ref()), "{}", change.path);
            }
        }
    }
}

mod order;
mod properties;

use serde_json::json;

use super::*;

/// The merged value; every conflict fails the test.
fn clean(base: Value, draft: Value, active: Value) -> Value {
    let merged = merge(&base, &draft, &active, &BTreeMap::new());
    assert_eq!(merged.conflicts, []);
    let mirrored = merge(&base, &active, &draft, &BTreeMap::new());
    assert_eq!(mirrored, merged, "the sides can be swapped");
    merged.value
}

/// The conflicts, as answers show them.
fn conflicts(base: Value, draft: Value, active: Value) -> Value {
    serde_json::to_value(merge(&base, &draft, &active, &BTreeMap::new()).conflicts).unwrap()
}

fn resolutions<const N: usize>(given: [(&str, Side); N]) -> BTreeMap<String, Side> {
    given.into_iter().map(|(path, side)| (path.to_owned(), side)).collect()
}

#[test]
fn objects_merge_per_key() {
    let base = json!({"a": 1, "b": {"x": 1, "y": 1}, "gone": 1});
    let draft = json!({"a": 2, "b": {"x": 1, "y": 1, "z": 1}, "gone": 1});
    let active = json!({"a": 1, "b": {"x": 2, "y": 1}, "new": {"deep": []}});
    assert_eq!(clean(base, draft, active), json!({"a": 2, "b": {"x": 2, "y": 1, "z": 1}, "new": {"deep": []}}));
}

#[test]
fn what_both_did_alike_is_no_conflict() {
    assert_eq!(clean(json!({"a": 1, "b": 1}), json!({"a": 2, "c": 3}), json!({"a": 2, "c": 3})), json!({"a": 2, "c": 3}));
}

#[test]
fn different_values_conflict_where_they_differ() {
    assert_eq!(
        conflicts(json!({"o": {"a": 1, "b": [1]}}), json!({"o": {"a": 2, "b": [2]}}), json!({"o": {"a": 3, "b": []}})),
        json!([{"path": "/o/a", "base": 1, "draft": 2, "active": 3}, {"path": "/o/b", "base": [1], "draft": [2], "active": []}])
    );
}

#[test]
fn a_deletion_conflicts_with_an_edit_and_says_who_deleted() {
    let base = json!({"a": {"x": 1}, "b": null, "c": 1});
    assert_eq!(
        conflicts(base, json!({"a": {"x": 2}, "c": 1}), json!({"b": 0})),
        json!([{"path": "/a", "base": {"x": 1}, "draft": {"x": 2}}, {"path": "/b", "base": null, "active": 0}])
    );
}

#[test]
fn another_type_is_another_value() {
    assert_eq!(
        conflicts(json!({"a": {"x": 1}}), json!({"a": {"x": 2}}), json!({"a": [1]})),
        json!([{"path": "/a", "base": {"x": 1}, "draft": {"x": 2}, "active": [1]}])
    );
    assert_eq!(
        conflicts(json!({"a": 1}), json!({"a": {"x": 2}}), json!({"a": {"y": 2}})),
        json!([{"path": "/a", "base": 1, "draft": {"x": 2}, "active": {"y": 2}}])
    );
}

#[test]
fn two_objects_that_both_sides_added_merge_per_key() {
    assert_eq!(clean(json!({}), json!({"e": {"x": 1, "y": 1}}), json!({"e": {"x": 1, "z": 1}})), json!({"e": {"x": 1, "y": 1, "z": 1}}));
    assert_eq!(conflicts(json!({}), json!({"e": {"x": 1}}), json!({"e": {"x": 2}})), json!([{"path": "/e/x", "draft": 1, "active": 2}]));
}

#[test]
fn items_merge_by_their_id() {
    let graph =
        |in1: &str, in2: &str| json!({"nodes": [{"id": "n1", "content": {"rules": [{"_id": "r1", "in": in1}, {"_id": "r2", "in": in2}]}}]});
    assert_eq!(clean(graph("1", "2"), graph("11", "2"), graph("1", "22")), graph("11", "22"));
    assert_eq!(
        conflicts(graph("1", "2"), graph("11", "2"), graph("111", "2")),
        json!([{"path": "/nodes/@n1/content/rules/@r1/in", "base": "1", "draft": "11", "active": "111"}])
    );
}

#[test]
fn a_key_that_repeats_on_one_side_gives_way_on_all() {
    let rules =
        |first: &str, second: &str, out: &str| json!([{"_id": "r1", "id": first, "out": out}, {"_id": "r2", "id": second, "out": "0"}]);
    assert_eq!(clean(rules("a", "b", "0"), rules("a", "a", "0"), rules("a", "b", "1")), rules("a", "a", "1"));
    assert_eq!(
        conflicts(rules("a", "b", "0"), rules("a", "a", "0"), rules("a", "c", "0")),
        json!([{"path": "/@r2/id", "base": "b", "draft": "a", "active": "c"}])
    );
    let without = json!([{"_id": "r1", "out": "0"}, {"_id": "r2", "out": "0"}]);
    assert_eq!(clean(rules("a", "b", "0"), rules("a", "b", "1"), without), json!([{"_id": "r1", "out": "1"}, {"_id": "r2", "out": "0"}]));
}

#[test]
fn a_deleted_item_conflicts_with_its_edit() {
    let base = json!([{"id": "a", "x": 1}, {"id": "b", "x": 1}, {"id": "c"}]);
    let draft = json!([{"id": "a", "x": 1}, {"id": "c"}]);
    let active = json!([{"id": "a", "x": 1}, {"id": "b", "x": 2}, {"id": "c"}]);
    assert_eq!(
        conflicts(base.clone(), draft.clone(), active.clone()),
        json!([{"path": "/@b", "base": {"id": "b", "x": 1}, "active": {"id": "b", "x": 2}}])
    );
    let settled = |side| merge(&base, &draft, &active, &resolutions([("/@b", side)]));
    assert_eq!((settled(Side::Draft).value, settled(Side::Draft).is_clean()), (draft.clone(), true));
    assert_eq!((settled(Side::Active).value, settled(Side::Active).is_clean()), (active.clone(), true));
}

#[test]
fn a_node_that_both_moved_stays_where_the_draft_put_it() {
    let graph = |x: i32, name: &str| json!({"nodes": [{"id": "n1", "name": name, "position": {"x": x, "y": 0}}]});
    let merged = merge(&graph(0, "a"), &graph(1, "a"), &graph(2, "b"), &BTreeMap::new());
    assert_eq!((merged.value, merged.conflicts), (graph(1, "b"), vec![]));
    // One side alone is no different from anything else.
    assert_eq!(clean(graph(0, "a"), graph(0, "b"), graph(2, "a")), graph(2, "b"));
}

#[test]
fn a_position_elsewhere_is_a_value_like_any() {
    let config = |x: i32| json!({"settings": {"position": {"x": x}}, "nodes": {"n": {"position": x}}});
    let paths: Vec<String> = merge(&config(0), &config(1), &config(2), &BTreeMap::new()).conflicts.into_iter().map(|c| c.path).collect();
    assert_eq!(paths, ["/nodes/n/position", "/settings/position/x"]);
}

#[test]
fn a_position_is_merged_whole() {
    let at = |x: i32, y: i32| json!({"nodes": [{"id": "n1", "position": {"x": x, "y": y}}]});
    let merged = merge(&at(0, 0), &at(1, 0), &at(0, 1), &BTreeMap::new());
    assert_eq!((merged.value, merged.conflicts), (at(1, 0), vec![]), "a place that nobody chose would be worse than either");
}

#[test]
fn resolutions_settle_conflicts_and_no_more() {
    let (base, draft, active) = (json!({"a": 1, "b": 1}), json!({"a": 2, "b": 2}), json!({"a": 3, "b": 3}));
    let merged = merge(&base, &draft, &active, &resolutions([("/a", Side::Active), ("/c", Side::Draft), ("", Side::Draft)]));
    assert_eq!(merged.value["a"], 3);
    assert_eq!(merged.conflicts.iter().map(|conflict| conflict.path.as_str()).collect::<Vec<_>>(), ["/b"]);
    assert_eq!(merged.unknown_resolutions, ["", "/c"]);
    assert!(!merged.is_clean());
}

#[test]
fn the_whole_document_can_conflict() {
    assert_eq!(conflicts(json!(1), json!({}), json!([])), json!([{"path": "", "base": 1, "draft": {}, "active": []}]));
    assert_eq!(merge(&json!(1), &json!({}), &json!([]), &resolutions([("", Side::Active)])).value, json!([]));
}

#[test]
fn sides_and_conflicts_read_back_from_json() {
    let given: BTreeMap<String, Side> = serde_json::from_value(json!({"/a": "draft", "": "active"})).unwrap();
    assert_eq!(given, resolutions([("/a", Side::Draft), ("", Side::Active)]));
    let conflict: Conflict = serde_json::from_value(json!({"path": "/b", "base": null, "active": 0})).unwrap();
    assert_eq!(conflict, Conflict { path: "/b".into(), base: Some(Value::Null), draft: None, active: Some(json!(0)) });
    let long = Conflict { draft: Some(json!("a".repeat(20_000))), ..conflict };
    assert_eq!(long.abbreviated().draft.unwrap()["bytes"], 20_002);
}

use proptest::prelude::*;

use super::super::order::{agreed, of_graph_list, weave};
use super::*;

fn items(ids: &str) -> Value {
    ids.split_whitespace().map(|id| json!({"_id": id})).collect()
}

fn ids(items: &Value) -> String {
    items.as_array().unwrap().iter().map(|item| item["_id"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn where_one_side_left_the_order_the_others_holds() {
    let cases = [
        ("a b c", "a b c", "c a b", "c a b"),
        ("a b c", "a b c", "x a c y", "x a c y"),
        ("a b c", "a b c", "", ""),
        ("", "", "b a", "b a"),
        ("a b c", "c b a", "c b a", "c b a"),
    ];
    for (base, draft, active, expected) in cases {
        assert_eq!(ids(&clean(items(base), items(draft), items(active))), expected, "{base} | {draft} | {active}");
    }
}

#[test]
fn changes_that_leave_each_other_room_are_both_made() {
    let cases = [
        // Inserted between different neighbours.
        ("a b c", "a x b c", "a b y c", "a x b y c"),
        ("a b", "x a b", "a b y", "x a b y"),
        // Deleted and inserted.
        ("a b c", "a c", "a b c x", "a c x"),
        ("a b c", "b c", "a b", "b"),
        // Reordered by one, inserted by the other: at an end, or behind the same item.
        ("a b c", "c a b", "a b c x", "c a b x"),
        ("a b c", "c a b", "x a b c", "x c a b"),
        ("a b c", "c b a", "a x b c", "c b a x"),
        ("a b c", "c y a b", "a b c x", "c y a b x"),
        // Reordered by one, deleted by the other.
        ("a b c", "c b a", "a c", "c a"),
        // Both did the same, and one did more.
        ("a b c", "c b a", "c b a x", "c b a x"),
        ("a b", "a x b", "a x b y", "a x b y"),
        ("a b c", "c x a", "c x a", "c x a"),
        // A reorder of what the other deleted is none.
        ("a b c d", "b a c d", "b d c", "b d c"),
    ];
    for (base, draft, active, expected) in cases {
        assert_eq!(ids(&clean(items(base), items(draft), items(active))), expected, "{base} | {draft} | {active}");
    }
}

#[test]
fn orders_that_exclude_each_other_conflict_on_the_array() {
    let cases = [
        // Both reordered.
        ("a b c", "b a c", "a c b"),
        // Both inserted between the same neighbours.
        ("a b", "a x b", "a y b"),
        ("", "x", "y"),
        ("a", "a x", "a x y"),
        ("a b c", "a x c", "a b y c"),
        // The same item inserted in two places.
        ("a b", "x a b", "a b x"),
    ];
    for (base, draft, active) in cases {
        let list = |ids: &str| ids.split_whitespace().map(Value::from).collect::<Value>();
        let document = |ids: &str| json!({"rules": items(ids)});
        assert_eq!(
            conflicts(document(base), document(draft), document(active)),
            json!([{"path": "/rules", "base": list(base), "draft": list(draft), "active": list(active)}]),
            "{base} | {draft} | {active}"
        );
    }
}

#[test]
fn an_order_resolution_chooses_the_order_and_loses_no_item() {
    let (base, draft, active) = (items("a b c"), items("b x a c"), items("a y c b"));
    let settled = |side| merge(&base, &draft, &active, &resolutions([("", side)]));
    assert_eq!((ids(&settled(Side::Draft).value), settled(Side::Draft).is_clean()), ("b x a y c".into(), true));
    assert_eq!((ids(&settled(Side::Active).value), settled(Side::Active).is_clean()), ("a y c b x".into(), true));
}

#[test]
fn the_chosen_sides_items_come_first_between_the_same_neighbours() {
    let (base, draft, active) = (items("a z"), items("a m z"), items("a n z"));
    let settled = |side| ids(&merge(&base, &draft, &active, &resolutions([("", side)])).value);
    assert_eq!((settled(Side::Draft), settled(Side::Active)), ("a m n z".into(), "a n m z".into()));
    let (base, draft, active) = (items(""), items("m"), items("n"));
    let settled = |side| ids(&merge(&base, &draft, &active, &resolutions([("", side)])).value);
    assert_eq!((settled(Side::Draft), settled(Side::Active)), ("m n".into(), "n m".into()));
}

#[test]
fn an_order_conflict_does_not_hide_conflicts_of_items() {
    let base = json!([{"id": "a", "v": 0}, {"id": "b"}]);
    let draft = json!([{"id": "b"}, {"id": "a", "v": 1}, {"id": "x"}]);
    let active = json!([{"id": "a", "v": 2}, {"id": "y"}, {"id": "b"}]);
    let merged = merge(&base, &draft, &active, &BTreeMap::new());
    assert_eq!(merged.conflicts.iter().map(|conflict| conflict.path.as_str()).collect::<Vec<_>>(), ["/@a/v", ""]);
    assert_eq!(ids_by(&merged.value), "b a x y");
}

fn ids_by(items: &Value) -> String {
    items.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn nodes_and_edges_never_conflict_on_their_order() {
    let graph = |ids: &str| {
        let list: Value = ids.split_whitespace().map(|id| json!({"id": id})).collect();
        json!({"nodes": list, "edges": list})
    };
    let cases = [
        ("a b c", "c b a", "b a c", "a b c"),
        ("b a", "b a y", "b a x", "b a x y"),
        ("b a", "z b a", "b x a z", "b a x z"),
        ("a b c", "c y a", "a b x", "a x y"),
        // One side alone changed it, or both alike: as everywhere.
        ("b a", "b a", "x a b", "x a b"),
        ("b a", "z b", "z b", "z b"),
    ];
    for (base, draft, active, expected) in cases {
        let merged = clean(graph(base), graph(draft), graph(active));
        assert_eq!(
            (ids_by(&merged["nodes"]), ids_by(&merged["edges"])),
            (expected.to_owned(), expected.to_owned()),
            "{base} | {draft} | {active}"
        );
    }
}

fn some_ids() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(vec!["a", "b", "c", "d", "e", "f"], 0..=6).prop_shuffle()
}

proptest! {
    #[test]
    fn the_order_of_a_side_that_alone_changed_it_holds(base in some_ids(), side in some_ids()) {
        for ids in [
            Three { base: base.clone(), draft: base.clone(), active: side.clone() },
            Three { base: base.clone(), draft: side.clone(), active: base.clone() },
            Three { base: base.clone(), draft: side.clone(), active: side.clone() },
        ] {
            prop_assert_eq!(agreed(&ids), Some(side.clone()));
            prop_assert_eq!(of_graph_list(&ids), side.clone());
        }
    }

    #[test]
    fn an_agreed_order_has_what_both_kept_and_either_inserted(base in some_ids(), draft in some_ids(), active in some_ids()) {
        let expected: BTreeSet<&str> = draft.iter().chain(&active).copied().filter(|id| !base.contains(id) || draft.contains(id) && active.contains(id)).collect();
        let ids = Three { base, draft, active };
        let mirrored = Three { base: ids.base.clone(), draft: ids.active.clone(), active: ids.draft.clone() };
        prop_assert_eq!(agreed(&ids), agreed(&mirrored));
        if let Some(order) = agreed(&ids) {
            prop_assert_eq!(order.len(), expected.len());
            prop_assert_eq!(order.into_iter().collect::<BTreeSet<_>>(), expected);
        }
    }

    #[test]
    fn weaving_keeps_the_spine_and_adds_each_item_once(spine in some_ids(), side in some_ids()) {
        let woven = weave(spine.clone(), &side, |_| true);
        let all: BTreeSet<&str> = spine.iter().chain(&side).copied().collect();
        prop_assert_eq!(woven.iter().copied().filter(|id| spine.contains(id)).collect::<Vec<_>>(), spine);
        prop_assert_eq!(woven.len(), all.len());
    }
}

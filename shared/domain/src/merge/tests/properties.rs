use proptest::prelude::*;

use super::*;
use crate::Canonical;
use crate::arbitrary::{self, any_document};
use crate::diff::{Change, Op, apply, diff};

/// A base and two sides that each took some of the steps towards another document, so that many merges are clean.
fn three() -> impl Strategy<Value = (Value, Value, Value)> {
    let steps = || (any_document(), any::<u32>());
    (any_document(), steps(), steps()).prop_map(|(base, (one, some), (other, more))| {
        let draft = after(&base, &diff(&base, &one), some);
        let active = after(&base, &diff(&base, &other), more);
        (base, draft, active)
    })
}

/// The base after those changes whose bit is set, as far as they fit without the others.
fn after(base: &Value, changes: &[Change], chosen: u32) -> Value {
    let chosen = changes.iter().enumerate().filter(|(index, _)| chosen >> (index % 32) & 1 == 1);
    chosen.fold(base.clone(), |document, (_, change)| apply(document.clone(), std::slice::from_ref(change)).unwrap_or(document))
}

fn merged(base: &Value, draft: &Value, active: &Value) -> Value {
    let merged = merge(base, draft, active, &BTreeMap::new());
    assert!(merged.is_clean());
    merged.value
}

fn without_positions(mut document: Value) -> Value {
    for node in document.get_mut("nodes").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(node) = node.as_object_mut() {
            node.remove("position");
        }
    }
    document
}

proptest! {
    #[test]
    fn a_side_that_changed_nothing_yields_to_the_other((base, side, _) in three()) {
        for result in [merged(&base, &base, &side), merged(&base, &side, &base), merged(&base, &side, &side)] {
            prop_assert_eq!(Canonical::of(&result), Canonical::of(&side));
        }
    }

    #[test]
    fn the_sides_can_be_swapped((base, draft, active) in three()) {
        let [base, draft, active] = [base, draft, active].map(without_positions);
        let (one, other) = (merge(&base, &draft, &active, &BTreeMap::new()), merge(&base, &active, &draft, &BTreeMap::new()));
        let paths = |merged: &Merged| merged.conflicts.iter().map(|conflict| conflict.path.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(paths(&one), paths(&other));
        if one.is_clean() {
            prop_assert_eq!(one.value, other.value);
        }
    }

    #[test]
    fn every_conflict_can_be_resolved_either_way((base, draft, active) in three(), choice: u64) {
        let open = merge(&base, &draft, &active, &BTreeMap::new());
        let sides = |index: usize| if choice >> (index % 64) & 1 == 1 { Side::Draft } else { Side::Active };
        let chosen: BTreeMap<String, Side> = open.conflicts.iter().enumerate().map(|(index, conflict)| (conflict.path.clone(), sides(index))).collect();
        prop_assert_eq!(chosen.len(), open.conflicts.len(), "one conflict a path");
        let settled = merge(&base, &draft, &active, &chosen);
        prop_assert!(settled.is_clean(), "{:?}", settled);
        // With only some of them resolved, exactly the others are left.
        let half: BTreeMap<String, Side> = chosen.iter().step_by(2).map(|(path, side)| (path.clone(), *side)).collect();
        let left: BTreeSet<String> = merge(&base, &draft, &active, &half).conflicts.into_iter().map(|conflict| conflict.path).collect();
        prop_assert_eq!(left, chosen.keys().filter(|path| !half.contains_key(*path)).cloned().collect::<BTreeSet<_>>());
    }

    #[test]
    fn a_conflict_says_what_each_side_has((base, draft, active) in three()) {
        for conflict in merge(&base, &draft, &active, &BTreeMap::new()).conflicts {
            let has = [&base, &draft, &active].map(|side| pointer::resolve(side, &conflict.path));
            let said = [conflict.base.as_ref(), conflict.draft.as_ref(), conflict.active.as_ref()];
            let order = has.iter().flatten().all(|side| side.is_array()) && said.iter().flatten().all(|side| side.as_array().is_some_and(|ids| ids.iter().all(Value::is_string)));
            prop_assert!(said == has || order, "{:?}", conflict);
        }
    }

    #[test]
    fn changes_in_different_places_are_all_made(base in arbitrary::graph(), goal in arbitrary::graph(), split: u32) {
        let [base, goal] = [base, goal].map(|graph| json!({"nodes": graph["nodes"], "edges": graph["edges"]}));
        let in_place: Vec<Change> = diff(&base, &goal).into_iter().filter(|change| matches!(change.op, Op::Changed | Op::Removed)).collect();
        let (draft, active) = (after(&base, &in_place, split), after(&base, &in_place, !split));
        let both = after(&base, &in_place, u32::MAX);
        prop_assert_eq!(merged(&base, &draft, &active), both);
    }
}

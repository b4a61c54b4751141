//! In which order the items of a merged array stand. Under a decision table's hit policy `first` order is meaning, so what
//! can't follow from both sides is asked.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Three;

/// Nodes and edges: the order of a side that alone changed it; else the base's, and new items follow by id.
pub(super) fn of_graph_list<'a>(ids: &Three<Vec<&'a str>>) -> Vec<&'a str> {
    if ids.draft == ids.base || ids.draft == ids.active || ids.active == ids.base {
        // One of these always agrees, so the fallback is never taken.
        return agreed(ids).unwrap_or_else(|| ids.draft.clone());
    }
    let base: HashSet<&str> = ids.base.iter().copied().collect();
    let mut new: Vec<&str> = ids.draft.iter().chain(&ids.active).copied().filter(|id| !base.contains(id)).collect();
    new.sort_unstable();
    new.dedup();
    ids.base.iter().copied().chain(new).collect()
}

/// The order that follows from both sides, of what both kept and what either inserted. `None` when both reordered differently,
/// or both inserted differently between the same neighbours.
///
/// It looks at the sides alone and not at how items merged: a resolution must not make an order conflict appear.
pub(super) fn agreed<'a>(ids: &Three<Vec<&'a str>>) -> Option<Vec<&'a str>> {
    let base: HashSet<&str> = ids.base.iter().copied().collect();
    let draft: HashSet<&str> = ids.draft.iter().copied().collect();
    let active: HashSet<&str> = ids.active.iter().copied().collect();
    let common = |side: &[&'a str]| -> Vec<&'a str> {
        side.iter().copied().filter(|id| base.contains(id) && draft.contains(id) && active.contains(id)).collect()
    };
    let kept = Three { base: common(&ids.base), draft: common(&ids.draft), active: common(&ids.active) };
    let kept = if kept.draft == kept.base {
        kept.active
    } else if kept.active == kept.base || kept.active == kept.draft {
        kept.draft
    } else {
        return None;
    };

    let by_draft = insertions(&ids.draft, &base, &kept);
    let by_active = insertions(&ids.active, &base, &kept);
    for (gap, run) in &by_draft {
        let agree = match by_active.get(gap) {
            Some(other) => run == other,
            None => !run.iter().any(|id| active.contains(id)),
        };
        if !agree {
            return None;
        }
    }
    let run = |gap: usize| by_draft.get(&gap).or_else(|| by_active.get(&gap)).into_iter().flatten().copied();
    Some(run(0).chain(kept.iter().enumerate().flat_map(|(place, &id)| std::iter::once(id).chain(run(place + 1)))).collect())
}

/// What a side inserted, by the gap it goes to: gap n is before the n-th kept item. At the start stays at the start and at the
/// end at the end, whatever the other side moved there; the rest stays behind the item that it was put behind.
fn insertions<'a>(side: &[&'a str], base: &HashSet<&str>, kept: &[&'a str]) -> BTreeMap<usize, Vec<&'a str>> {
    let places: HashMap<&str, usize> = kept.iter().enumerate().map(|(place, &id)| (id, place)).collect();
    let tail = side.iter().rposition(|id| places.contains_key(id)).map_or(0, |last| last + 1);
    let mut runs: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    let mut gap = 0;
    for (index, &id) in side.iter().enumerate() {
        if let Some(place) = places.get(id) {
            gap = place + 1;
        } else if !base.contains(id) {
            let at_end = gap > 0 && index >= tail;
            runs.entry(if at_end { kept.len() } else { gap }).or_default().push(id);
        }
    }
    runs
}

/// The spine, with those kept items of a side that it lacks, each behind the item that it stands behind in that side. What the
/// spine itself has put there comes first: the spine's order is the one that was chosen.
pub(super) fn weave<'a>(spine: Vec<&'a str>, side: &[&'a str], kept: impl Fn(&str) -> bool) -> Vec<&'a str> {
    let placed: HashSet<&str> = spine.iter().copied().collect();
    let of_side: HashSet<&str> = side.iter().copied().collect();
    let mut followers: HashMap<Option<&str>, Vec<&'a str>> = HashMap::new();
    let mut ahead = None;
    for &id in side {
        if placed.contains(id) {
            ahead = Some(id);
        } else if kept(id) {
            followers.entry(ahead).or_default().push(id);
        }
    }
    let mut waiting = followers.remove(&None).unwrap_or_default();
    let mut woven = Vec::with_capacity(spine.len() + side.len());
    for id in spine {
        if of_side.contains(id) {
            woven.append(&mut waiting);
        }
        woven.push(id);
        waiting.extend(followers.remove(&Some(id)).unwrap_or_default());
    }
    woven.append(&mut waiting);
    woven
}

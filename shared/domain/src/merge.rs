//! The three-way structural merge: of a draft onto the version that became active meanwhile, of a local file onto a draft.
//!
//! Where only one side changed something, its change holds. Objects merge per key, and so do two that both sides added. Items
//! of arrays are matched by `id`, else `_id`. What both sides changed differently is a conflict, as is a deletion against an
//! edit; so is the order of an array, when it can't follow from both.

mod order;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::diff::{abbreviate, present};
use crate::{keyed, pointer};

/// A side of a merge. A sync apply merges the local file as `Draft` onto the remote draft as `Active`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What is being merged.
    Draft,
    /// What it is merged onto.
    Active,
}

/// Something that the two sides changed in ways that exclude each other. Absent values are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// Where, as [`mod@crate::pointer`] writes it. A conflict on an array's order has the array's own path, and ids in order as values.
    pub path: String,
    /// What both sides started from.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub base: Option<Value>,
    /// What the draft made of it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub draft: Option<Value>,
    /// What the active version made of it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub active: Option<Value>,
}

impl Conflict {
    /// The conflict as answers show it, with long values abbreviated.
    pub fn abbreviated(self) -> Self {
        let [base, draft, active] = [self.base, self.draft, self.active].map(|side| side.map(abbreviate));
        Self { path: self.path, base, draft, active }
    }
}

/// What a merge came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The merged document. Where a conflict is left, it holds the draft's side, to look at: it is not for storing.
    pub value: Value,
    /// The conflicts that no resolution settles.
    pub conflicts: Vec<Conflict>,
    /// Resolutions for paths that are no conflict, in order.
    pub unknown_resolutions: Vec<String>,
}

impl Merged {
    /// The merged document, when nothing is left to settle.
    pub fn is_clean(&self) -> bool {
        self.conflicts.is_empty() && self.unknown_resolutions.is_empty()
    }
}

/// Merge two documents that started from the same base. A resolution settles the conflict at its path in favour of a side;
/// which conflicts there are doesn't depend on the resolutions given.
pub fn merge(base: &Value, draft: &Value, active: &Value, resolutions: &BTreeMap<String, Side>) -> Merged {
    let mut merge = Merge { resolutions, used: BTreeSet::new(), conflicts: Vec::new() };
    let value = merge.value("", Three { base: Some(base), draft: Some(draft), active: Some(active) }).unwrap_or(Value::Null);
    let unknown_resolutions = resolutions.keys().filter(|path| !merge.used.contains(*path)).cloned().collect();
    Merged { value, conflicts: merge.conflicts, unknown_resolutions }
}

/// The three versions of one thing.
#[derive(Clone, Copy)]
struct Three<T> {
    base: T,
    draft: T,
    active: T,
}

impl<T: Copy> Three<T> {
    fn map<U>(self, f: impl Fn(T) -> U) -> Three<U> {
        Three { base: f(self.base), draft: f(self.draft), active: f(self.active) }
    }
}

struct Merge<'a> {
    resolutions: &'a BTreeMap<String, Side>,
    used: BTreeSet<String>,
    conflicts: Vec<Conflict>,
}

impl Merge<'_> {
    fn value(&mut self, path: &str, sides: Three<Option<&Value>>) -> Option<Value> {
        let Three { base, draft, active } = sides;
        if draft == active || base == active {
            return draft.cloned();
        }
        if base == draft {
            return active.cloned();
        }
        if draft.is_some() && active.is_some() && is_node_position(path) {
            return draft.cloned();
        }
        match (base, draft, active) {
            (None | Some(Value::Object(_)), Some(Value::Object(_)), Some(Value::Object(_))) => {
                return Some(self.members(path, sides.map(|side| side.and_then(Value::as_object))));
            }
            (None | Some(Value::Array(_)), Some(Value::Array(_)), Some(Value::Array(_))) => {
                let lists = sides.map(|side| side.and_then(Value::as_array).map_or(&[][..], Vec::as_slice));
                if let Some(key) = keyed::common_key(&[lists.base, lists.draft, lists.active]) {
                    return Some(self.items(path, lists, key));
                }
            }
            _ => {}
        }
        match self.settle(path, sides.map(Option::<&Value>::cloned)) {
            Side::Draft => draft.cloned(),
            Side::Active => active.cloned(),
        }
    }

    fn members(&mut self, path: &str, sides: Three<Option<&Map<String, Value>>>) -> Value {
        let every_side = [sides.base, sides.draft, sides.active];
        let keys: BTreeSet<&String> = every_side.into_iter().flatten().flat_map(Map::keys).collect();
        let merged = keys.into_iter().filter_map(|key| {
            let member = self.value(&pointer::key(path, key), sides.map(|side| side.and_then(|members| members.get(key))))?;
            Some((key.clone(), member))
        });
        Value::Object(merged.collect())
    }

    fn items(&mut self, path: &str, sides: Three<&[Value]>, key: &str) -> Value {
        let ids = sides.map(|side| side.iter().map(|item| keyed::id(item, key)).collect::<Vec<_>>());
        let by_id = sides.map(|side| side.iter().map(|item| (keyed::id(item, key), item)).collect::<HashMap<_, _>>());
        let mut merged: HashMap<&str, Value> = HashMap::with_capacity(ids.draft.len());
        let mut seen = BTreeSet::new();
        for id in [&ids.base, &ids.draft, &ids.active].into_iter().flatten().copied().filter(|id| seen.insert(*id)) {
            let item =
                Three { base: by_id.base.get(id).copied(), draft: by_id.draft.get(id).copied(), active: by_id.active.get(id).copied() };
            if let Some(item) = self.value(&pointer::item(path, id), item) {
                merged.insert(id, item);
            }
        }
        let spine = if is_graph_list(path) { Some(order::of_graph_list(&ids)) } else { order::agreed(&ids) };
        let spine = spine.unwrap_or_else(|| {
            let as_values = |ids: &Vec<&str>| Some(Value::from(ids.clone()));
            let sides = Three { base: as_values(&ids.base), draft: as_values(&ids.draft), active: as_values(&ids.active) };
            match self.settle(path, sides) {
                Side::Draft => ids.draft.clone(),
                Side::Active => ids.active.clone(),
            }
        });
        let kept = |id: &str| merged.contains_key(id);
        let order = order::weave(order::weave(spine, &ids.draft, kept), &ids.active, kept);
        Value::Array(order.into_iter().filter_map(|id| merged.remove(id)).collect())
    }

    /// Which side to take; without a resolution the draft's, and the conflict is reported.
    fn settle(&mut self, path: &str, sides: Three<Option<Value>>) -> Side {
        if let Some(&side) = self.resolutions.get(path) {
            self.used.insert(path.to_owned());
            return side;
        }
        self.conflicts.push(Conflict { path: path.to_owned(), base: sides.base, draft: sides.draft, active: sides.active });
        Side::Draft
    }
}

/// Where a node stands on the canvas means nothing to the decision: not worth a conflict.
fn is_node_position(path: &str) -> bool {
    matches!(path.split('/').collect::<Vec<_>>()[..], ["", "nodes", node, "position"] if node.starts_with('@'))
}

/// The lists of a graph, whose order means nothing either.
fn is_graph_list(path: &str) -> bool {
    path == "/nodes" || path == "/edges"
}

#[cfg(test)]
mod tests;

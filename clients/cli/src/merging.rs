//! A file and the server's document, brought together.

use std::collections::BTreeMap;

use domain::merge::{self, Conflict, Side};
use serde_json::Value;

/// What comes of it.
pub enum Merging {
    Clean(Value),
    /// What both changed differently. Without a base that is the whole document.
    Conflicts(Vec<Conflict>),
}

pub fn merge(base: Option<&Value>, local: &Value, remote: &Value) -> Merging {
    let Some(base) = base else { return whole(local, remote) };
    let merged = merge::merge(base, local, remote, &BTreeMap::new());
    if merged.is_clean() { Merging::Clean(merged.value) } else { Merging::Conflicts(merged.conflicts) }
}

/// All conflicts settled in favour of one side; what only the other side changed comes in.
pub fn settle(base: Option<&Value>, local: &Value, remote: &Value, side: Side) -> Value {
    let chosen = match side {
        Side::Draft => local,
        Side::Active => remote,
    };
    let Some(base) = base else { return chosen.clone() };
    let asked = merge::merge(base, local, remote, &BTreeMap::new());
    let resolutions = asked.conflicts.into_iter().map(|conflict| (conflict.path, side)).collect();
    merge::merge(base, local, remote, &resolutions).value
}

fn whole(local: &Value, remote: &Value) -> Merging {
    if local == remote {
        return Merging::Clean(local.clone());
    }
    let conflict = Conflict { path: String::new(), base: None, draft: Some(local.clone()), active: Some(remote.clone()) };
    Merging::Conflicts(vec![conflict])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_settled_conflict_keeps_what_only_the_other_side_changed() {
        let (base, local, remote) = (json!({"a": 0, "b": 0}), json!({"a": 1, "b": 0}), json!({"a": 2, "b": 2}));
        assert_eq!(settle(Some(&base), &local, &remote, Side::Draft), json!({"a": 1, "b": 2}));
        assert_eq!(settle(Some(&base), &local, &remote, Side::Active), json!({"a": 2, "b": 2}));
        assert_eq!(settle(None, &local, &remote, Side::Draft), local);
    }
}

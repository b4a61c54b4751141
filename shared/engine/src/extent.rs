//! How large a value can be, without having it: what the bounds of an evaluation are reckoned in.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use crate::meter;

mod combining;

/// Bytes that the engine takes for a value, apart from its text or its members.
const CELL: f64 = 32.0;
/// Bytes for a text, an array or an object, apart from what is in it.
const BOX: f64 = 64.0;

/// Upper bounds of a value.
#[derive(Debug, Clone)]
pub(crate) struct Extent {
    /// Bytes, with a part that occurs twice counted twice: some steps of the engine copy a value in full.
    pub weight: f64,
    /// Arrays and objects in each other.
    pub depth: f64,
    /// Items of the longest array or range in it.
    pub len: f64,
    /// Members and items in it, each written out as often as it occurs: what a type of it would have.
    pub shape: f64,
    pub kind: Kind,
}

/// What is known of a value's shape.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A number between these, or null or a boolean: never anything that `+` would make longer. None: `lo` is above `hi`.
    Number { lo: f64, hi: f64 },
    /// An object with these members, perhaps others, or null.
    Object { known: Rc<BTreeMap<Rc<str>, Extent>>, rest: Option<Rc<Extent>> },
    /// An array or a range of these, or null.
    Array { item: Rc<Extent> },
    /// Anything.
    Any,
}

impl Extent {
    pub(crate) fn null() -> Self {
        Self::number(f64::INFINITY, f64::NEG_INFINITY)
    }

    pub(crate) fn scalar() -> Self {
        Self::number(f64::NEG_INFINITY, f64::INFINITY)
    }

    pub(crate) fn number(lo: f64, hi: f64) -> Self {
        Self { weight: CELL, depth: 0.0, len: 0.0, shape: 1.0, kind: Kind::Number { lo, hi } }
    }

    pub(crate) fn text(bytes: f64) -> Self {
        Self { weight: CELL + BOX + bytes, depth: 0.0, len: 0.0, shape: 1.0, kind: Kind::Any }
    }

    /// A value of unknown shape within a weight.
    pub(crate) fn any(weight: f64, depth: f64, len: f64) -> Self {
        Self { weight, depth, len, shape: 1.0, kind: Kind::Any }
    }

    /// JSON of which only its weight is known, as [`weigh`] gives it.
    pub(crate) fn unknown_json(weight: f64) -> Self {
        Self::any(weight, 128.0, weight / CELL)
    }

    pub(crate) fn object(members: BTreeMap<Rc<str>, Self>, rest: Option<Self>) -> Self {
        let parts = || members.values().chain(&rest);
        let names = members.keys().map(|name| name.len() as f64 + CELL).sum::<f64>();
        let weight = CELL + BOX + names + parts().map(|part| part.weight).sum::<f64>();
        let (depth, len) = (deepest(parts()), longest(parts()));
        let shape = 1.0 + parts().map(|part| part.shape).sum::<f64>();
        Self { weight, depth: depth + 1.0, len, shape, kind: Kind::Object { known: Rc::new(members), rest: rest.map(Rc::new) } }
    }

    /// An array: how many items at most, what each may be, and what all of them may weigh.
    pub(crate) fn array(count: f64, item: Self, weight: f64) -> Self {
        let (depth, len) = (item.depth + 1.0, item.len.max(count));
        Self { weight: CELL + BOX + weight, depth, len, shape: item.shape + 1.0, kind: Kind::Array { item: Rc::new(item) } }
    }

    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::null(),
            Value::Bool(_) => Self::number(0.0, 1.0),
            Value::Number(number) => number.as_f64().map_or_else(Self::scalar, |number| Self::number(number, number)),
            Value::String(text) => Self::text(text.len() as f64),
            Value::Array(items) => {
                let items: Vec<Self> = items.iter().map(Self::of).collect();
                let (count, weight) = (items.len() as f64, items.iter().map(|item| item.weight).sum());
                Self::array(count, items.into_iter().reduce(Self::or).unwrap_or_else(Self::null), weight)
            }
            Value::Object(members) => {
                Self::object(members.iter().map(|(name, member)| (Rc::from(name.as_str()), Self::of(member))).collect(), None)
            }
        }
    }

    /// The member with this name.
    pub(crate) fn get(&self, name: &str) -> Self {
        match &self.kind {
            Kind::Number { .. } => Self::null(),
            Kind::Object { known, rest } => {
                let rest = rest.as_deref().cloned();
                match known.get(name).cloned() {
                    Some(member) => rest.map_or(member.clone(), |rest| member.or(rest)),
                    None => rest.unwrap_or_else(Self::null),
                }
            }
            Kind::Array { .. } | Kind::Any => Self::any(self.weight, self.depth, self.len),
        }
    }

    /// Some member or item.
    pub(crate) fn some_part(&self) -> Self {
        match &self.kind {
            Kind::Number { .. } => Self::null(),
            Kind::Array { item } => (**item).clone(),
            Kind::Object { known, rest } => {
                let parts = known.values().cloned().chain(rest.as_deref().cloned());
                parts.reduce(Self::or).unwrap_or_else(Self::null)
            }
            Kind::Any => Self::any(self.weight, self.depth, self.len),
        }
    }

    /// This object, with a value at a path such as `a.b`: what was there is replaced.
    pub(crate) fn with(self, path: &str, value: Self) -> Self {
        let (first, further) = path.split_once('.').map_or((path, None), |(first, further)| (first, Some(further)));
        if let Kind::Number { .. } = self.kind {
            return Self::empty().with(path, value);
        }
        let Some(Members { mut known, rest }) = self.members() else {
            // An array's index or a member of something unknown: both are there afterwards.
            let depth = self.depth.max(value.depth + path.matches('.').count() as f64 + 1.0);
            return Self::any(self.weight + value.weight + path.len() as f64 * CELL + BOX, depth, self.len.max(value.len));
        };
        let value = match further {
            None => value,
            Some(further) => known.get(first).cloned().unwrap_or_else(Self::empty).with(further, value),
        };
        known.insert(Rc::from(first), value);
        Self::object(known, rest)
    }

    /// A copy of an object's members, unless there have been too many to look at.
    fn members(&self) -> Option<Members> {
        match &self.kind {
            Kind::Object { known, rest } if meter::spend(copied(known.len())) => {
                Some(Members { known: (**known).clone(), rest: rest.as_deref().cloned() })
            }
            _ => None,
        }
    }

    /// This object, with another member; its name is no path.
    pub(crate) fn with_member(&self, name: &str, value: Self) -> Self {
        let Some(Members { mut known, rest }) = self.members() else { return self.clone().merged(value) };
        known.insert(Rc::from(name), value);
        Self::object(known, rest)
    }

    pub(crate) fn empty() -> Self {
        Self::object(BTreeMap::new(), None)
    }
}

/// What it takes to copy so many members, in visits.
fn copied(members: usize) -> u64 {
    members as u64 * 4 + 1
}

/// What an object has for sure, and what it may have beside.
struct Members {
    known: BTreeMap<Rc<str>, Extent>,
    rest: Option<Extent>,
}

pub(crate) fn deepest<'e>(parts: impl Iterator<Item = &'e Extent>) -> f64 {
    parts.map(|part| part.depth).fold(0.0, f64::max)
}

pub(crate) fn longest<'e>(parts: impl Iterator<Item = &'e Extent>) -> f64 {
    parts.map(|part| part.len).fold(0.0, f64::max)
}

/// What [`Extent::of`] would say that JSON weighs, and how deep it is.
pub(crate) fn weigh(value: &Value) -> (f64, usize) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => (CELL, 0),
        Value::String(text) => (CELL + BOX + text.len() as f64, 0),
        Value::Array(items) => {
            items.iter().map(weigh).fold((CELL + BOX, 1), |(sum, deep), (weight, depth)| (sum + weight, deep.max(depth + 1)))
        }
        Value::Object(members) => members.iter().fold((CELL + BOX, 1), |(sum, deep), (name, member)| {
            let (weight, depth) = weigh(member);
            (sum + weight + name.len() as f64 + CELL, deep.max(depth + 1))
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_weighed_is_what_is_reckoned_with() {
        let value = json!({ "a": [1, "two", { "b": null }], "c": true });
        let extent = Extent::of(&value);
        assert_eq!((extent.weight, extent.depth as usize), weigh(&value));
        assert_eq!(extent.len, 3.0);
    }

    #[test]
    fn members_keep_their_own_bounds() {
        let extent = Extent::of(&json!({ "n": 7, "long": "x".repeat(1000) })).with("deep.er", Extent::number(1.0, 2.0));
        assert!(matches!(extent.get("n").kind, Kind::Number { lo: 7.0, hi: 7.0 }));
        assert!(matches!(extent.get("deep").get("er").kind, Kind::Number { lo: 1.0, hi: 2.0 }));
        assert!(extent.get("deep").weight < 300.0);
        assert!(extent.get("missing").weight < 100.0);
        let merged = extent.merged(Extent::of(&json!({ "n": 9, "deep": { "est": "y" } })));
        assert!(matches!(merged.get("n").kind, Kind::Number { lo: 7.0, hi: 9.0 }));
        assert!(merged.get("deep").get("est").weight > 64.0);
    }
}

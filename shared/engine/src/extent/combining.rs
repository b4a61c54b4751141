//! Two bounds made one: a value that is either, and objects that are merged.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Extent, Kind, copied};
use crate::meter;

impl Extent {
    /// Either of two values.
    pub(crate) fn or(self, other: Self) -> Self {
        let kind = match (self.kind, other.kind) {
            _ if !meter::spend(1) => Kind::Any,
            (Kind::Number { lo: a, hi: b }, Kind::Number { lo: c, hi: d }) => Kind::Number { lo: a.min(c), hi: b.max(d) },
            // Null or some other shape: whatever is read of a null is null.
            (Kind::Number { lo, hi }, kind) | (kind, Kind::Number { lo, hi }) if lo > hi && !matches!(kind, Kind::Any) => kind,
            (Kind::Object { known: a, rest: b }, Kind::Object { known: c, rest: d }) => either_object((a, b), (c, d)),
            (Kind::Array { item: a }, Kind::Array { item: b }) => {
                Kind::Array { item: Rc::new(Rc::unwrap_or_clone(a).or(Rc::unwrap_or_clone(b))) }
            }
            _ => Kind::Any,
        };
        let shape = self.shape + other.shape;
        let shape = match &kind {
            Kind::Number { .. } => 1.0,
            Kind::Object { known, rest } => 1.0 + known.values().chain(rest.as_deref()).map(|part| part.shape).sum::<f64>(),
            Kind::Array { item } => 1.0 + item.shape,
            Kind::Any => shape,
        };
        Self { weight: self.weight.max(other.weight), depth: self.depth.max(other.depth), len: self.len.max(other.len), shape, kind }
    }

    fn may_be_an_object(&self) -> bool {
        match self.kind {
            Kind::Object { .. } => true,
            // A text, where nothing is in it.
            Kind::Any => self.depth > 0.0,
            Kind::Number { .. } | Kind::Array { .. } => false,
        }
    }

    /// Objects merged into one, as the engine merges what comes into a node: members of both are either's, or merged themselves.
    pub(crate) fn merged(self, other: Self) -> Self {
        match (&self.kind, &other.kind) {
            (Kind::Number { .. }, _) => other,
            (_, Kind::Number { .. }) => self,
            (Kind::Object { known: ours, rest: None }, Kind::Object { known: theirs, rest: None })
                if meter::spend(copied(ours.len() + theirs.len())) =>
            {
                let mut members = (**ours).clone();
                for (name, theirs) in theirs.iter() {
                    let member = match members.remove(name) {
                        Some(ours) if ours.may_be_an_object() && theirs.may_be_an_object() => ours.merged(theirs.clone()),
                        Some(ours) => ours.or(theirs.clone()),
                        None => theirs.clone(),
                    };
                    members.insert(Rc::clone(name), member);
                }
                Self::object(members, None)
            }
            _ => Self::any(self.weight + other.weight, self.depth.max(other.depth), self.len.max(other.len)),
        }
    }
}

type Sides = (Rc<BTreeMap<Rc<str>, Extent>>, Option<Rc<Extent>>);

/// What only one side has is, on the other, whatever the rest is there; without one it is null, which changes nothing.
fn either_object(a: Sides, b: Sides) -> Kind {
    let (large, small) = if a.0.len() < b.0.len() { (b, a) } else { (a, b) };
    let ((mut known, rest), (others, others_rest)) = (large, small);
    let cost = others.len() + if Rc::strong_count(&known) > 1 || others_rest.is_some() { known.len() } else { 0 };
    if !meter::spend(copied(cost)) {
        return Kind::Any;
    }
    if !Rc::ptr_eq(&known, &others) {
        let known = Rc::make_mut(&mut known);
        if let Some(rest) = &others_rest {
            for (_, member) in known.iter_mut().filter(|(name, _)| !others.contains_key(*name)) {
                *member = member.clone().or((**rest).clone());
            }
        }
        for (name, other) in others.iter() {
            let ours = known.remove(name).or_else(|| rest.as_deref().cloned());
            known.insert(Rc::clone(name), ours.map_or_else(|| other.clone(), |ours| ours.or(other.clone())));
        }
    }
    let rest = match (rest, others_rest) {
        (Some(a), Some(b)) => Some(Rc::new(Rc::unwrap_or_clone(a).or(Rc::unwrap_or_clone(b)))),
        (rest, None) | (None, rest) => rest,
    };
    Kind::Object { known, rest }
}

//! What evaluating an expression can take, and where the names in it lead to.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::extent::{Extent, Kind};

/// Where names lead to.
#[derive(Clone)]
pub(crate) struct Scope {
    /// What comes into the node.
    pub base: Extent,
    /// `$`, `$nodes`, and what the expression itself assigns.
    pub locals: BTreeMap<Rc<str>, Extent>,
}

/// An upper bound of what an expression gives and takes.
pub(crate) struct Effort {
    pub value: Extent,
    /// Bytes alive at once, the value's included.
    pub memory: f64,
    /// Roughly: instructions of the engine's machine.
    pub steps: f64,
}

/// What nothing keeps from being too long where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unbounded {
    /// As many numbers.
    Long(f64),
    /// Nobody knows.
    Unknown,
    /// No range, but a loop that makes what it assigns larger in each round.
    Growing,
    /// No range either, but a value that may be written into itself.
    Shared,
}

impl Scope {
    /// Takes numbers that have changed for any numbers, and tells whether anything is larger than before.
    pub(crate) fn widen(&mut self, before: &BTreeMap<Rc<str>, Extent>) -> bool {
        let mut grown = false;
        for (name, local) in &mut self.locals {
            let known = before.get(name);
            if let (Some(Kind::Number { lo: a, hi: b }), Kind::Number { lo: c, hi: d }) = (known.map(|known| &known.kind), &local.kind)
                && (c < a || d > b)
            {
                *local = Extent::scalar();
                grown = true;
            }
            grown |= known.is_none_or(|known| local.weight > known.weight || local.depth > known.depth || local.len > known.len);
        }
        grown
    }
}

impl Effort {
    pub(crate) fn and(self, other: Self, value: impl FnOnce(Extent, Extent) -> Extent) -> Self {
        let value = value(self.value, other.value);
        Self { memory: self.memory + other.memory + value.weight, steps: self.steps + other.steps + 1.0, value }
    }
}

/// What is there already: it takes nothing to name it.
pub(crate) fn done(value: Extent) -> Effort {
    Effort { memory: 0.0, steps: 1.0, value }
}

pub(crate) fn weight(parts: &[Extent]) -> f64 {
    parts.iter().map(|part| part.weight).sum()
}

//! What evaluating one expression can take: an upper bound of the value, of the memory and of the steps.
//!
//! A walk over the parsed expression with [`Extent`]s in the place of values. Every rule errs upwards.

use std::collections::BTreeMap;
use std::rc::Rc;

use rust_decimal::prelude::ToPrimitive;
use zen_expression::functions::{DateMethod, FunctionKind, MethodKind};
use zen_expression::lexer::{ArithmeticOperator, Bracket, ComparisonOperator, LogicalOperator, Operator};
use zen_expression::parser::Node;

use crate::calls::{calculated, call};
use crate::effort::{Effort, Scope, Unbounded, done, weight};
use crate::extent::{Extent, Kind};
use crate::meter;
use crate::ranges::MAX_RANGE;
use crate::syntax::unwrapped;

mod closures;

pub(crate) struct Reckoner {
    scope: Scope,
    /// What `#` is, the innermost last, with its name.
    closures: Vec<(Option<String>, Extent)>,
    /// Whether the engine tells when the expression fails: then the range's guard does, else nothing would.
    loud: bool,
    pub unbounded: Option<Unbounded>,
    /// Whether a range was met whose length is no constant.
    varies: bool,
    /// How many assignments were met.
    assigned: usize,
}

impl Reckoner {
    pub(crate) fn new(scope: Scope, loud: bool) -> Self {
        Self { scope, closures: Vec::new(), loud, unbounded: None, varies: false, assigned: 0 }
    }

    /// Once the [`meter`] has run out, nothing is reckoned any more, and what is answered means nothing.
    pub(crate) fn reckon(&mut self, node: &Node<'_>) -> Effort {
        if !meter::spend(1) {
            return done(Extent::null());
        }
        match node {
            Node::Null | Node::Error { .. } => done(Extent::null()),
            Node::Bool(_) => done(Extent::number(0.0, 1.0)),
            Node::Number(number) => {
                let number = number.to_f64().unwrap_or(f64::NAN);
                done(if number.is_nan() { Extent::scalar() } else { Extent::number(number, number) })
            }
            Node::String(text) => done(Extent::text(text.len() as f64)),
            Node::Pointer => done(self.closures.last().map_or_else(Extent::null, |(_, item)| item.clone())),
            Node::Identifier(name) => done(self.named(name)),
            Node::Root => {
                let all = self.scope.locals.iter().fold(self.scope.base.clone(), |all, (name, local)| all.with(name, local.clone()));
                let (memory, steps) = (all.weight * 2.0, all.weight / 8.0);
                Effort { value: all, memory, steps }
            }
            Node::Parenthesized(inner) => self.reckon(inner),
            Node::TemplateString(parts) => self.all(parts, |parts| Extent::text(weight(parts))),
            Node::Array(items) => self.all(items, |items| {
                let item = items.iter().cloned().reduce(Extent::or).unwrap_or_else(Extent::null);
                Extent::array(items.len() as f64, item, weight(items))
            }),
            Node::Object(members) => self.object(members),
            Node::Assignments { list, output } => self.assignments(list, *output),
            Node::Closure { body, .. } => self.reckon(body),
            Node::Member { node, property } => {
                let of = self.reckon(node);
                match property {
                    Node::String(name) => Effort { value: of.value.get(name), steps: of.steps + 1.0, memory: of.memory },
                    _ => of.and(self.reckon(property), |of, _| of.some_part()),
                }
            }
            Node::Slice { node, from, to } => {
                let bounds: Vec<&Node<'_>> = [*from, *to].into_iter().flatten().collect();
                let of = self.reckon(node);
                let bounds = self.all(&bounds, |_| Extent::null());
                of.and(bounds, |of, _| of)
            }
            Node::Interval { left, right, left_bracket, right_bracket } => self.range(left, right, *left_bracket, *right_bracket),
            Node::Conditional { condition, on_true, on_false } => {
                let condition = self.reckon(condition);
                let (on_true, on_false) = (self.reckon(on_true), self.reckon(on_false));
                condition.and(on_true.and(on_false, Extent::or), |_, either| either)
            }
            Node::Unary { node, operator } => {
                let of = self.reckon(node);
                let value = match (operator, &of.value.kind) {
                    (Operator::Arithmetic(ArithmeticOperator::Add), _) => of.value.clone(),
                    (Operator::Logical(_), _) => Extent::number(0.0, 1.0),
                    (_, Kind::Number { lo, hi }) => Extent::number(-hi, -lo),
                    _ => Extent::scalar(),
                };
                Effort { value, ..of }
            }
            Node::Binary { left, operator, right } => self.binary(left, *operator, right),
            Node::FunctionCall { kind: FunctionKind::Closure(closure), arguments } => self.closure(*closure, arguments),
            Node::FunctionCall { kind, arguments } => {
                let arguments: Vec<Effort> = arguments.iter().map(|argument| self.reckon(argument)).collect();
                call(kind, arguments)
            }
            Node::MethodCall { kind: MethodKind::DateMethod(method), this, arguments } => {
                let of = self.reckon(this);
                let given = self.all(arguments, |arguments| match method {
                    // `%c` is two bytes and becomes some forty.
                    DateMethod::Format => Extent::text(weight(arguments) * 40.0),
                    _ => Extent::text(256.0),
                });
                of.and(given, |_, value| value)
            }
        }
    }

    fn named(&self, name: &str) -> Extent {
        let alias = self.closures.iter().rev().find(|(alias, _)| alias.as_deref() == Some(name));
        match alias {
            Some((_, item)) => item.clone(),
            None => self.scope.locals.get(name).cloned().unwrap_or_else(|| self.scope.base.get(name)),
        }
    }

    /// Several parts, all alive until the last is there.
    fn all(&mut self, parts: &[&Node<'_>], value: impl FnOnce(&[Extent]) -> Extent) -> Effort {
        let (mut values, mut memory, mut steps) = (Vec::with_capacity(parts.len()), 0.0, 1.0);
        for part in parts {
            let effort = self.reckon(part);
            memory += effort.memory;
            steps += effort.steps + 2.0;
            values.push(effort.value);
        }
        let value = value(&values);
        Effort { memory: memory + value.weight, steps, value }
    }

    fn object(&mut self, members: &[(&Node<'_>, &Node<'_>)]) -> Effort {
        let (keys, values): (Vec<&Node<'_>>, Vec<&Node<'_>>) = members.iter().copied().unzip();
        let names = self.all(&keys, |keys| Extent::text(weight(keys)));
        let mut effort = self.all(&values, |values| {
            let (mut known, mut rest) = (BTreeMap::new(), None);
            for (key, value) in keys.iter().zip(values) {
                match key {
                    Node::String(name) => drop(known.insert(Rc::from(*name), value.clone())),
                    _ => rest = Some(rest.map_or_else(|| value.clone(), |rest: Extent| rest.or(value.clone()))),
                }
            }
            let mut object = Extent::object(known, rest);
            object.weight = object.weight.max(weight(values));
            object
        });
        effort.value.weight += names.value.weight;
        effort.memory += names.memory;
        effort.steps += names.steps;
        effort
    }

    fn assignments(&mut self, list: &[(&Node<'_>, &Node<'_>)], output: Option<&Node<'_>>) -> Effort {
        let mut made = done(Extent::empty());
        let mut written: Vec<&str> = Vec::new();
        for (key, value) in list {
            let value = self.reckon(value);
            made.memory += value.memory + value.value.weight;
            made.steps += value.steps + 4.0;
            let Node::String(path) = key else { continue };
            let (first, further) = path.split_once('.').map_or((*path, None), |(first, further)| (first, Some(further)));
            if further.is_some() && value.value.depth > 0.0 && written.contains(&first) {
                self.unbounded = Some(Unbounded::Shared);
            }
            written.push(first);
            let local = match further {
                None => value.value.clone(),
                // Assigning to a member copies all that there is.
                Some(further) => {
                    made.steps += self.scope.base.weight / 8.0;
                    made.memory += self.scope.base.weight;
                    self.named(first).with(further, value.value.clone())
                }
            };
            // Or what it was: nobody knows whether this branch is taken.
            let local = local.or(self.named(first));
            self.scope.locals.insert(Rc::from(first), local);
            self.assigned += 1;
            made.value = made.value.with(path, value.value);
        }
        match output {
            Some(output) => {
                let output = self.reckon(output);
                made.and(output, |_, output| output)
            }
            None => made,
        }
    }

    fn binary(&mut self, left: &Node<'_>, operator: Operator, right: &Node<'_>) -> Effort {
        let compares = matches!(operator, Operator::Comparison(ComparisonOperator::In | ComparisonOperator::NotIn));
        let left = self.reckon(left);
        if let (true, Node::Interval { left: from, right: to, .. }) = (compares, unwrapped(right)) {
            let bounds = self.all(&[*from, *to], |_| Extent::null());
            return left.and(bounds, |_, _| Extent::number(0.0, 1.0));
        }
        let right = self.reckon(right);
        let scanned = match operator {
            _ if compares => right.value.weight / 32.0,
            Operator::Arithmetic(_) => (left.value.weight + right.value.weight) / 256.0,
            _ => left.value.weight.min(right.value.weight) / 256.0,
        };
        let mut effort = left.and(right, |left, right| match operator {
            Operator::Arithmetic(arithmetic) => calculated(arithmetic, &left, &right),
            Operator::Logical(LogicalOperator::And | LogicalOperator::Or | LogicalOperator::NullishCoalescing) => left.or(right),
            _ => Extent::number(0.0, 1.0),
        });
        effort.steps += scanned;
        effort
    }

    fn range(&mut self, left: &Node<'_>, right: &Node<'_>, left_bracket: Bracket, right_bracket: Bracket) -> Effort {
        let (from, to) = (self.reckon(left), self.reckon(right));
        let (lo, hi) = match (&from.value.kind, &to.value.kind) {
            (Kind::Number { lo, .. }, Kind::Number { hi, .. }) => (*lo, *hi),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let open =
            f64::from(u8::from(left_bracket == Bracket::LeftParenthesis)) + f64::from(u8::from(right_bracket == Bracket::RightParenthesis));
        let mut count = (hi - lo + 1.0 - open).max(0.0);
        if count.is_nan() {
            count = 0.0;
        }
        if !self.loud && count > f64::from(MAX_RANGE) && self.unbounded.is_none() {
            self.unbounded = Some(if count.is_finite() { Unbounded::Long(count) } else { Unbounded::Unknown });
        }
        let count = count.min(f64::from(MAX_RANGE));
        let constant = |bound: &Extent| matches!(bound.kind, Kind::Number { lo, hi } if lo == hi);
        self.varies |= !constant(&from.value) || !constant(&to.value);
        let item = Extent::number(lo, hi);
        // It is a range until it is iterated, and shown as a text; then it is an array.
        let value = Extent::array(count, item, count * 32.0 + 128.0);
        from.and(to, |_, _| value)
    }
}

#[cfg(test)]
pub(crate) mod tests;

//! Bodies that run once for each item of an array.

use zen_expression::functions::ClosureFunction;
use zen_expression::parser::Node;

use super::Reckoner;
use crate::effort::{Effort, Unbounded, done};
use crate::extent::Extent;
use crate::meter;

/// How often a loop that assigns is gone round, until nothing in it grows.
const ROUNDS: usize = 4;

impl Reckoner {
    /// Bodies run once per item. With the largest item each time, or: the parts that don't depend on the item each time, and those that
    /// do once for all items taken together: what a part weighs, the whole weighs as well, and nothing grows slower than its parts do.
    /// Only the length of a range has nothing to do with weight. The lower bound holds.
    pub(super) fn closure(&mut self, closure: ClosureFunction, arguments: &[&Node<'_>]) -> Effort {
        let [array, body] = arguments else { return done(Extent::null()) };
        let array = self.reckon(array);
        let alias = match body {
            Node::Closure { alias, .. } => alias.map(str::to_owned),
            _ => None,
        };
        let count = array.value.len.min(array.value.weight / 32.0);
        let items = array.value.weight;
        let (varied, assigned) = (std::mem::take(&mut self.varies), self.assigned);
        let largest = self.body(body, alias.clone(), array.value.some_part());
        let whole = Extent::any(items, array.value.depth, array.value.len);
        let whole = if count > 1.0 && !self.varies && self.assigned == assigned {
            Some((self.body(body, alias.clone(), Extent::null()), self.body(body, alias, whole)))
        } else {
            None
        };
        self.varies |= varied;
        let total = |of: fn(&Effort) -> f64| {
            let each = count * of(&largest);
            whole.as_ref().map_or(each, |(none, all)| each.min(count * of(none) + of(all)))
        };
        let steps = array.steps + count * 4.0 + total(|effort| effort.steps);
        let result = total(|effort| effort.value.weight);
        let once = whole.as_ref().map_or(largest.memory, |(_, all)| largest.memory.max(all.memory));
        let value = match closure {
            ClosureFunction::Map => Extent::array(count, largest.value, result),
            ClosureFunction::FlatMap => {
                let inner = largest.value.some_part();
                Extent::array(result / 32.0, inner.or(largest.value), result)
            }
            ClosureFunction::Filter => Extent::array(count, array.value.some_part(), items),
            ClosureFunction::Count => Extent::number(0.0, count),
            ClosureFunction::All | ClosureFunction::Some | ClosureFunction::None | ClosureFunction::One => Extent::number(0.0, 1.0),
        };
        Effort { memory: array.memory + items + once + value.weight * 2.0, steps, value }
    }

    /// What a body assigns is there in the next round, and after the last: it must not grow from round to round.
    fn body(&mut self, body: &Node<'_>, alias: Option<String>, item: Extent) -> Effort {
        self.closures.push((alias, item));
        let mut effort = None;
        let settled = (0..ROUNDS).any(|_| {
            let (before, assigned) = (self.scope.locals.clone(), self.assigned);
            meter::spend(before.len() as u64);
            effort = Some(self.reckon(body));
            self.assigned == assigned || !self.scope.widen(&before)
        });
        self.closures.pop();
        if !settled {
            self.unbounded = Some(Unbounded::Growing);
        }
        effort.unwrap_or_else(|| done(Extent::null()))
    }
}

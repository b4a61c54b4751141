//! What the engine's operators and functions can give and take.

use zen_expression::functions::{DeprecatedFunction, FunctionKind, InternalFunction};
use zen_expression::lexer::ArithmeticOperator;

use crate::effort::{Effort, weight};
use crate::extent::{Extent, Kind, deepest, longest};

pub(crate) fn calculated(operator: ArithmeticOperator, left: &Extent, right: &Extent) -> Extent {
    if let (Kind::Number { lo: a, hi: b }, Kind::Number { lo: c, hi: d }) = (&left.kind, &right.kind) {
        if a > b || c > d {
            return Extent::null();
        }
        let corners = |of: fn(f64, f64) -> f64| {
            let corners = [of(*a, *c), of(*a, *d), of(*b, *c), of(*b, *d)];
            if corners.iter().any(|corner| corner.is_nan()) {
                Extent::scalar()
            } else {
                Extent::number(corners.into_iter().fold(f64::INFINITY, f64::min), corners.into_iter().fold(f64::NEG_INFINITY, f64::max))
            }
        };
        return match operator {
            ArithmeticOperator::Add => corners(|a, b| a + b),
            ArithmeticOperator::Subtract => corners(|a, b| a - b),
            ArithmeticOperator::Multiply => corners(|a, b| a * b),
            ArithmeticOperator::Divide if *c > 0.0 || *d < 0.0 => corners(|a, b| a / b),
            _ => Extent::scalar(),
        };
    }
    let numeric = matches!(left.kind, Kind::Number { .. }) || matches!(right.kind, Kind::Number { .. });
    // Only two texts give a text; a number and a text don't add up.
    if operator != ArithmeticOperator::Add || numeric { Extent::scalar() } else { Extent::text(left.weight + right.weight) }
}

pub(crate) fn call(kind: &FunctionKind, arguments: Vec<Effort>) -> Effort {
    let (memory, mut steps) = arguments.iter().fold((0.0, 2.0), |(memory, steps), one| (memory + one.memory, steps + one.steps));
    let given: Vec<Extent> = arguments.into_iter().map(|one| one.value).collect();
    let total = weight(&given);
    let (depth, len) = (deepest(given.iter()), longest(given.iter()));
    let shape: f64 = given.iter().map(|one| one.shape).sum();
    let first = given.first().cloned().unwrap_or_else(Extent::null);
    let FunctionKind::Internal(function) = kind else {
        // Dates as numbers, and their names.
        return Effort { memory: memory + 512.0, steps: steps + 8.0 + total / 64.0, value: Extent::text(256.0).or_scalar(kind) };
    };
    let (value, extra): (Extent, f64) = match function {
        InternalFunction::Len => (Extent::number(0.0, first.weight), 0.0),
        InternalFunction::Abs | InternalFunction::Floor | InternalFunction::Ceil | InternalFunction::Round | InternalFunction::Trunc => {
            (rounded(*function, &first), 0.0)
        }
        InternalFunction::Min | InternalFunction::Max | InternalFunction::Mode | InternalFunction::Median | InternalFunction::Avg => {
            steps += total;
            (number_or_date(&first.some_part()), total)
        }
        InternalFunction::Sum => (summed(&first), total),
        InternalFunction::Number if matches!(first.kind, Kind::Number { .. }) => (first.clone(), 0.0),
        InternalFunction::Rand | InternalFunction::Number | InternalFunction::IsNumeric | InternalFunction::Bool => {
            (Extent::scalar(), total)
        }
        InternalFunction::Contains | InternalFunction::StartsWith | InternalFunction::EndsWith => (Extent::number(0.0, 1.0), 0.0),
        InternalFunction::Type => (Extent::text(16.0), 0.0),
        InternalFunction::Date => (Extent::text(256.0), 0.0),
        InternalFunction::String => {
            (if matches!(first.kind, Kind::Number { .. }) { Extent::text(64.0) } else { Extent::text(first.weight + 256.0) }, 0.0)
        }
        // Some letters become three.
        InternalFunction::Upper | InternalFunction::Lower | InternalFunction::Trim => (Extent::text(first.weight * 3.0), 0.0),
        InternalFunction::Matches => {
            steps += 20_000.0 + total * 8.0;
            (Extent::number(0.0, 1.0), 4e6)
        }
        InternalFunction::Extract => {
            steps += 20_000.0 + total * 8.0;
            (Extent::array(total, Extent::text(first.weight), total * 128.0), 4e6)
        }
        InternalFunction::Split => (Extent::array(first.weight, Extent::text(first.weight), first.weight * 128.0), 0.0),
        InternalFunction::FuzzyMatch => {
            // A matrix of the letters of both.
            let matrix = first.weight * given.get(1).map_or(0.0, |second| second.weight);
            steps += matrix;
            (Extent::any(total + 256.0, 1.0, len), matrix * 8.0)
        }
        InternalFunction::Keys => (Extent::array(first.weight / 32.0, Extent::text(first.weight), first.weight * 4.0), 0.0),
        InternalFunction::Values => (Extent::array(first.weight / 32.0, first.some_part(), first.weight * 2.0), 0.0),
        InternalFunction::Flatten => {
            (Extent::array(first.weight / 32.0, first.some_part().some_part().or(first.some_part()), first.weight * 2.0), 0.0)
        }
        InternalFunction::Merge | InternalFunction::MergeDeep => (Extent::any(total * 2.0, depth, total / 32.0), total),
    };
    let value = Extent { shape: value.shape.max(shape), ..value };
    Effort { memory: memory + value.weight + extra, steps: steps + total / 16.0, value }
}

impl Extent {
    fn or_scalar(self, kind: &FunctionKind) -> Self {
        use DeprecatedFunction::{DateString, MonthString, WeekdayString};
        let words = matches!(kind, FunctionKind::Deprecated(MonthString | DateString | WeekdayString));
        if words { self } else { Self::scalar() }
    }
}

/// A sum of so many numbers; that of none is 0.
fn summed(array: &Extent) -> Extent {
    match array.some_part().kind {
        Kind::Number { lo, hi } if lo <= hi => Extent::number((lo * array.len).min(0.0), (hi * array.len).max(0.0)),
        Kind::Number { .. } => Extent::number(0.0, 0.0),
        _ => Extent::scalar(),
    }
}

fn number_or_date(item: &Extent) -> Extent {
    match item.kind {
        Kind::Number { lo, hi } => Extent::number(lo, hi),
        _ => Extent::text(256.0),
    }
}

fn rounded(function: InternalFunction, of: &Extent) -> Extent {
    match of.kind {
        Kind::Number { lo, hi } => match function {
            _ if lo > hi => Extent::null(),
            InternalFunction::Abs => Extent::number(0.0, lo.abs().max(hi.abs())),
            _ => Extent::number(lo - 1.0, hi + 1.0),
        },
        _ => Extent::scalar(),
    }
}

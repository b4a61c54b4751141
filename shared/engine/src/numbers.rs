//! Numbers of an input that the engine would take for others: it computes with decimals of 96 bits, where JSON's numbers are doubles.

use domain::pointer;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde_json::{Number, Value};

/// A number that evaluation would not see as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheld {
    /// JSON Pointer (RFC 6901) to it.
    pub pointer: String,
    /// What would become of it, for people.
    pub message: String,
}

/// The numbers that the engine would silently take for null, which are those beyond its largest, or for 0; the first so many of them.
pub fn unheld(input: &Value, most: usize) -> Vec<Unheld> {
    let mut found = Vec::new();
    look(input, &mut Vec::new(), &mut found, most);
    found
}

fn look<'v>(value: &'v Value, path: &mut Vec<Step<'v>>, found: &mut Vec<Unheld>, most: usize) {
    if found.len() >= most {
        return;
    }
    match value {
        Value::Number(number) => {
            if let Some(message) = fault(number) {
                found.push(Unheld { pointer: path.iter().map(Step::written).collect(), message });
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| step(Step::Item(index), item, path, found, most)),
        Value::Object(members) => members.iter().for_each(|(name, member)| step(Step::Member(name), member, path, found, most)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn step<'v>(to: Step<'v>, value: &'v Value, path: &mut Vec<Step<'v>>, found: &mut Vec<Unheld>, most: usize) {
    path.push(to);
    look(value, path, found, most);
    path.pop();
}

/// Written out only where something is found.
enum Step<'v> {
    Item(usize),
    Member(&'v str),
}

impl Step<'_> {
    fn written(&self) -> String {
        match self {
            Step::Item(index) => format!("/{index}"),
            Step::Member(name) => pointer::key("", name),
        }
    }
}

/// As the engine converts them: integers exactly, others by way of a double.
fn fault(number: &Number) -> Option<String> {
    if number.is_i64() || number.is_u64() {
        return None;
    }
    let double = number.as_f64()?;
    match Decimal::from_f64(double) {
        None => Some(format!("{number} is beyond {}, the largest number that a flow computes with", Decimal::MAX)),
        Some(decimal) if decimal.is_zero() && double != 0.0 => {
            Some(format!("{number} is so close to zero that a flow would take it for 0; it keeps {} decimal places", Decimal::MAX_SCALE))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use zen_engine::Variable;

    use super::*;

    proptest! {
        #[test]
        fn what_is_told_is_what_the_engine_would_take_for_something_else(
            number in prop_oneof![any::<f64>(), -1e30..1e30, -1e-20..1e-20, 7.9e28..8e28, -1e-27..1e-27].prop_filter("JSON has no others", |n| n.is_finite())
        ) {
            let taken = Variable::from(json!(number));
            let kept = taken.as_number().is_some_and(|decimal| decimal.is_zero() == (number == 0.0));
            prop_assert_eq!(unheld(&json!(number), 1).is_empty(), kept, "{}", number);
        }
    }

    #[test]
    fn integers_are_all_held() {
        assert_eq!(unheld(&json!([i64::MIN, u64::MAX, 0, -1]), 9), []);
    }
}

//! The engine itself is asked whether any value outgrows its bounds.

use std::collections::BTreeMap;

use bumpalo::Bump;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use zen_expression::{Isolate, Variable};

use super::Reckoner;
use crate::effort::{Effort, Scope};
use crate::extent::{Extent, Kind, weigh};
use crate::syntax::{self, Flavor};

fn reckoned(source: &str, input: &Value) -> Option<Effort> {
    let bump = Bump::new();
    let scope = Scope { base: Extent::of(input), locals: BTreeMap::new() };
    syntax::parse(&bump, source, Flavor::Standard, |parsed| {
        let mut reckoner = Reckoner::new(scope, true);
        let effort = reckoner.reckon(parsed.root);
        Ok(if reckoner.unbounded.is_none() { Some(effort) } else { None })
    })
    .ok()?
}

/// Expressions of every kind that can make a value longer.
pub(crate) fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("n"),
        Just("m"),
        Just("t"),
        Just("list"),
        Just("people"),
        Just("nested"),
        Just("o"),
        Just("o.t"),
        Just("o.p.q"),
        Just("'text'"),
        Just("12.5"),
        Just("null"),
        Just("[1..n]"),
        Just("[1..m]"),
        Just("#"),
        Just("#.name"),
        Just("x"),
        Just("missing"),
        Just("$root"),
        Just("[]"),
        Just("{}"),
    ]
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| format!("({a} + {b})")),
            pair.clone().prop_map(|(a, b)| format!("({a} * {b})")),
            pair.clone().prop_map(|(a, b)| format!("[{a}, {b}, {a}]")),
            pair.clone().prop_map(|(a, b)| format!("{{ a: {a}, \"b c\": {b}, [t]: {a} }}")),
            pair.clone().prop_map(|(a, b)| format!("({a} ?? {b})")),
            pair.clone().prop_map(|(a, b)| format!("(n > 2 ? {a} : {b})")),
            pair.clone().prop_map(|(a, b)| format!("map({a}, {b})")),
            pair.clone().prop_map(|(a, b)| format!("map({a} as x, [x, {b}])")),
            pair.clone().prop_map(|(a, b)| format!("flatMap({a}, [{b}, #])")),
            pair.clone().prop_map(|(a, b)| format!("filter({a}, {b} != 3)")),
            pair.clone().prop_map(|(a, b)| format!("(a.b = {a}; x = {b}; [a, x, a])")),
            pair.clone().prop_map(|(a, b)| format!("(a = {a}; b = {b})")),
            pair.clone().prop_map(|(a, b)| format!("merge([{a}, {b}])")),
            pair.clone().prop_map(|(a, b)| format!("mergeDeep([{a}, {b}, {a}])")),
            pair.prop_map(|(a, b)| format!("[1..len({a}) + {b}]")),
            inner.clone().prop_map(|a| format!("`<${{{a}}}${{{a}}}>`")),
            inner.clone().prop_map(|a| format!("flatten({a})")),
            inner.clone().prop_map(|a| format!("values({a})")),
            inner.clone().prop_map(|a| format!("keys({a})")),
            inner.clone().prop_map(|a| format!("split({a}, '')")),
            inner.clone().prop_map(|a| format!("extract({a}, '(.)(.*)')")),
            inner.clone().prop_map(|a| format!("upper({a})")),
            inner.clone().prop_map(|a| format!("string({a})")),
            inner.clone().prop_map(|a| format!("max({a})")),
            inner.clone().prop_map(|a| format!("sum({a})")),
            inner.clone().prop_map(|a| format!("round({a})")),
            inner.clone().prop_map(|a| format!("len({a})")),
            inner.clone().prop_map(|a| format!("{a}[0]")),
            inner.clone().prop_map(|a| format!("{a}[0:1]")),
            inner.clone().prop_map(|a| format!("{a}.name")),
            inner.prop_map(|a| format!("{a}[t]")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn no_value_outgrows_what_was_reckoned(source in expression(), n in 0_i64..9, m in -3.0_f64..30.0, text in "[a-zß ]{0,20}", list in vec("[a-z]{0,9}", 0..6), ages in vec(0..99, 0..6)) {
        let people: Vec<Value> = ages.iter().map(|age| json!({ "name": text.repeat(usize::from(age % 2 == 0)), "age": age })).collect();
        let nested = vec![list.clone(); ages.len()];
        let input = json!({ "n": n, "m": m, "t": text, "list": list, "people": people, "nested": nested, "o": { "t": text, "p": { "q": list } } });
        let Some(effort) = reckoned(&source, &input) else { return Ok(()) };
        prop_assume!(effort.memory < 1e8 && effort.steps < 1e6);
        let mut isolate = Isolate::with_environment(Variable::from(input));
        if let Ok(value) = isolate.run_standard(&source) {
            let value = Value::from(value);
            let (weight, depth) = weigh(&value);
            prop_assert!(weight <= effort.value.weight, "{} weighs {} > {}: {}", source, weight, effort.value.weight, value);
            prop_assert!(depth as f64 <= effort.value.depth, "{} is {} > {} deep: {}", source, depth, effort.value.depth, value);
            if let (Kind::Number { lo, hi }, Some(number)) = (&effort.value.kind, value.as_f64()) {
                prop_assert!(*lo - 1e-6 <= number && number <= *hi + 1e-6, "{} is {}, not in {}..{}", source, number, lo, hi);
            }
            if let Kind::Number { .. } = &effort.value.kind {
                prop_assert!(!value.is_string() && !value.is_array() && !value.is_object(), "{} is {}", source, value);
            }
        }
    }
}

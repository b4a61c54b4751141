//! Ranges that are iterated (`map([1..n], ...)`): how long they may get, and how one is kept from getting longer.
//!
//! A range to the right of `in` is only compared with, never made into a list: it may be as long as it likes.

use zen_expression::functions::{FunctionKind, InternalFunction};
use zen_expression::lexer::{ArithmeticOperator, Bracket, ComparisonOperator, Operator, Token, TokenKind};
use zen_expression::parser::Node;

use crate::syntax::{Objection, Parsed};

/// How many numbers a range may have.
pub(crate) const MAX_RANGE: u32 = 100_000;
/// How deep `map`, `filter` and the like may stand in each other.
const MAX_LOOPS: usize = 6;

/// A range in an expression, by its tokens: its first and its last bracket.
pub(crate) struct OpenRange {
    first: usize,
    last: usize,
}

/// The ranges of an expression that may be iterated and whose bounds only evaluation knows, from left to right.
pub(crate) fn of(parsed: &Parsed<'_, '_>) -> Result<Vec<OpenRange>, Objection> {
    let mut finder = Finder { parsed, found: Vec::new(), within: false, loops: 0 };
    finder.walk(parsed.root, false)?;
    finder.found.sort_by_key(|range| range.first);
    Ok(finder.found)
}

/// The expression with each of these ranges failing when it is too long: `number('...')` can't be made.
pub(crate) fn guard(source: &str, tokens: &[Token<'_>], ranges: &[OpenRange]) -> String {
    let mut guarded = source.to_owned();
    for range in ranges.iter().rev() {
        let Some((left, right, from, to)) = bounds(source, tokens, range) else { continue };
        let bounded = format!("(({right}) - ({left}) <= {MAX_RANGE} ? ({right}) : number('a range of more than {MAX_RANGE}'))");
        guarded.replace_range(from..to, &bounded);
    }
    guarded
}

/// The texts of a range's bounds, and where the right one stands.
fn bounds<'s>(source: &'s str, tokens: &[Token<'_>], range: &OpenRange) -> Option<(&'s str, &'s str, usize, usize)> {
    let between = tokens.get(range.first + 1..range.last)?;
    let dots = between.iter().find(|token| token.kind == TokenKind::Operator(Operator::Range))?;
    let left = source.get(tokens.get(range.first)?.span.1 as usize..dots.span.0 as usize)?;
    let (from, to) = (dots.span.1 as usize, tokens.get(range.last)?.span.0 as usize);
    Some((left, source.get(from..to)?, from, to))
}

struct Finder<'p, 't, 'arena> {
    parsed: &'p Parsed<'t, 'arena>,
    found: Vec<OpenRange>,
    /// Inside of a range's bounds.
    within: bool,
    loops: usize,
}

impl Finder<'_, '_, '_> {
    /// `compared`: the node stands to the right of `in`.
    fn walk(&mut self, node: &Node<'_>, compared: bool) -> Result<(), Objection> {
        match node {
            Node::Interval { left, right, left_bracket, right_bracket } => {
                if self.within {
                    return Err(too_complex("holds a range inside of a range's bound"));
                }
                if !compared {
                    self.range(node, left, right, (*left_bracket, *right_bracket))?;
                }
                self.within = true;
                self.walk(left, false)?;
                self.walk(right, false)?;
                self.within = false;
            }
            Node::Binary { left, operator, right } => {
                self.walk(left, false)?;
                let compares = matches!(operator, Operator::Comparison(ComparisonOperator::In | ComparisonOperator::NotIn));
                self.walk(right, compares)?;
            }
            Node::Parenthesized(inner) => self.walk(inner, compared)?,
            Node::Closure { body, .. } => {
                self.loops += 1;
                if self.loops > MAX_LOOPS {
                    return Err(too_complex(&format!("has more than {MAX_LOOPS} loops (map, filter...) in each other")));
                }
                self.walk(body, false)?;
                self.loops -= 1;
            }
            Node::FunctionCall { kind: FunctionKind::Internal(InternalFunction::Rand), .. } if self.within => {
                return Err(too_complex("has a range with a random bound"));
            }
            _ => {
                let mut children = Vec::new();
                children_of(node, &mut children);
                for child in children {
                    self.walk(child, false)?;
                }
            }
        }
        Ok(())
    }

    fn range(&mut self, node: &Node<'_>, left: &Node<'_>, right: &Node<'_>, brackets: (Bracket, Bracket)) -> Result<(), Objection> {
        if let (Some(left), Some(right)) = (literal(left), literal(right)) {
            let inner = matches!(brackets, (Bracket::LeftParenthesis, _)) as u8 + matches!(brackets, (_, Bracket::RightParenthesis)) as u8;
            let count = right - left + 1.0 - f64::from(inner);
            if count > f64::from(MAX_RANGE) {
                return Err(too_complex(&format!("iterates a range of {count} numbers: at most {MAX_RANGE} are")));
            }
            return Ok(());
        }
        let Some((first, end)) = (self.parsed.span)(node) else {
            return Err(too_complex("holds a range that can't be bounded"));
        };
        self.found.push(OpenRange { first: first as usize, last: (end as usize).saturating_sub(1) });
        Ok(())
    }
}

fn too_complex(message: &str) -> Objection {
    Objection::TooComplex(message.to_owned())
}

/// A number that stands in the text.
fn literal(node: &Node<'_>) -> Option<f64> {
    match node {
        Node::Number(number) => number.to_string().parse().ok(),
        Node::Parenthesized(inner) => literal(inner),
        Node::Unary { node, operator: Operator::Arithmetic(ArithmeticOperator::Subtract) } => literal(node).map(|number| -number),
        Node::Unary { node, operator: Operator::Arithmetic(ArithmeticOperator::Add) } => literal(node),
        _ => None,
    }
}

fn children_of<'n, 'arena>(node: &'n Node<'arena>, children: &mut Vec<&'n Node<'arena>>) {
    match node {
        Node::TemplateString(parts) | Node::Array(parts) => children.extend(parts.iter().copied()),
        Node::Object(members) => children.extend(members.iter().flat_map(|(key, value)| [*key, *value])),
        Node::Assignments { list, output } => {
            children.extend(list.iter().flat_map(|(key, value)| [*key, *value]));
            children.extend(output.iter().copied());
        }
        Node::Member { node, property } => children.extend([*node, *property]),
        Node::Slice { node, from, to } => {
            children.push(node);
            children.extend(from.iter().chain(to).copied());
        }
        Node::Conditional { condition, on_true, on_false } => children.extend([*condition, *on_true, *on_false]),
        Node::Unary { node, .. } => children.push(node),
        Node::FunctionCall { arguments, .. } => children.extend(arguments.iter().copied()),
        Node::MethodCall { this, arguments, .. } => {
            children.push(this);
            children.extend(arguments.iter().copied());
        }
        // The caller has taken these apart itself, or there is nothing in them.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use zen_expression::Variable;
    use zen_expression::expression::{Expression, Standard};

    use crate::syntax::{Flavor, Objection, Sound, examine};

    fn run(source: &str, input: Value) -> Result<Value, String> {
        let Sound { bytecode, .. } = examine(source, Flavor::Standard).unwrap_or_else(|objection| panic!("{source}: {objection:?}"));
        let expression: Expression<Standard> = Expression::new_standard(bytecode.into());
        expression.evaluate(Variable::from(input)).map(Value::from).map_err(|error| error.to_string())
    }

    #[test]
    fn a_range_whose_bound_comes_from_the_input_ends_at_a_hundred_thousand() {
        assert_eq!(run("sum(map([1..n], #))", json!({ "n": 100_000 })), Ok(json!(5_000_050_000_i64)));
        assert!(run("sum(map([1..n], #))", json!({ "n": 20_000_000 })).is_err());
        assert!(run("sum(map([1..n * n], #)) + len(map((0..m.k), `x${#}`))", json!({ "n": 3000, "m": { "k": 3 } })).is_err());
        assert_eq!(run("sum(map([1..n * n], #)) + len(map((0..m.k), `x${#}`))", json!({ "n": 3, "m": { "k": 3 } })), Ok(json!(47)));
        assert_eq!(run("map([-n..n], #)", json!({ "n": 1 })), Ok(json!([-1, 0, 1])));
        assert_eq!(run("`${sum(map([1..n], #))}`", json!({ "n": 4 })), Ok(json!("10")));
    }

    #[test]
    fn a_range_that_is_only_compared_with_may_be_of_any_length() {
        assert_eq!(run("n in [0..n + 1000000000]", json!({ "n": 5 })), Ok(json!(true)));
        assert_eq!(run("n not in ([0..99999999999])", json!({ "n": 5 })), Ok(json!(false)));
    }

    #[test]
    fn a_long_literal_range_is_refused() {
        for source in ["sum(map([0..20000000], #))", "x = [0..100001]; len(x)", "[[-60000..60000]]"] {
            assert!(matches!(examine(source, Flavor::Standard), Err(Objection::TooComplex(_))), "{source}");
        }
        for source in ["map([1..rand(9)], #)", "map([1..len(map([1..n], #))], #)"] {
            assert!(matches!(examine(source, Flavor::Standard), Err(Objection::TooComplex(_))), "{source}");
        }
        assert_eq!(run("len(map([1..100000], #))", json!({})), Ok(json!(100_000)));
    }
}

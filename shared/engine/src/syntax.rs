//! One expression: whether the engine's parser may see it, whether it can be parsed, and what bytecode it becomes.
//!
//! The parser recurses per nested operand, and where an expression holds a range (`..`) it tries every bracket as the beginning of one
//! before it tries anything else: forty nested parentheses with a range inside take longer than the universe is old.

use bumpalo::Bump;
use zen_expression::compiler::Opcode;
use zen_expression::functions::ClosureFunction;
use zen_expression::lexer::{ArithmeticOperator, Bracket, Lexer, LogicalOperator, Operator, TemplateString, Token, TokenKind};
use zen_expression::parser::{Node, Parser};
use zen_expression::{Isolate, IsolateError};

use crate::{meter, ranges};

/// Brackets, calls and indexes in each other.
pub(crate) const MAX_NESTING: usize = 50;
/// Minuses, pluses and nots in a row.
const MAX_PREFIXES: usize = 16;
/// `? :` and `^`, which nest to the right.
const MAX_RIGHT_NESTED: usize = 256;
/// Tokens that the parser may look at, repeats counted, in an expression with a range.
const MAX_VISITS: f64 = 100_000.0;

/// Said of the place at which a graph turns out to be too large to look at.
pub(crate) const EXHAUSTED: &str = "is where looking at the graph takes too long: split it, or nest its loops and conditions less";

/// What kind of expression a place holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Flavor {
    /// Gives any value.
    Standard,
    /// Judges `$`, the value of its column.
    Unary,
}

/// Why an expression can't be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Objection {
    /// Must not reach the parser, or could never be evaluated in bounds.
    TooComplex(String),
    /// Can't be parsed or compiled.
    Broken(String),
}

/// An expression that the engine can run.
pub(crate) struct Sound {
    pub bytecode: Vec<Opcode>,
    /// It iterates a range whose bounds only evaluation knows; the bytecode fails when that is longer than [`ranges::MAX_RANGE`].
    pub open_range: bool,
}

/// Looks at an expression without evaluating it.
pub(crate) fn examine(source: &str, flavor: Flavor) -> Result<Sound, Objection> {
    let bump = Bump::new();
    let mut open_range = false;
    let guarded = parse(&bump, source, flavor, |parsed| {
        let ranges = ranges::of(parsed)?;
        open_range = !ranges.is_empty();
        Ok(ranges::guard(source, parsed.tokens, &ranges))
    })?;
    // Bounds that are repeated stand in more brackets than they did.
    if open_range {
        parse(&Bump::new(), &guarded, flavor, |_| Ok(())).map_err(|_| Objection::TooComplex(UNGUARDED.to_owned()))?;
    }
    match compile(&guarded, flavor) {
        Ok(bytecode) => Ok(Sound { bytecode, open_range }),
        // What is wrong has to be wrong with the text that the engine would run in its place.
        Err(_) if open_range && compile(source, flavor).is_ok() => Err(Objection::TooComplex(UNGUARDED.to_owned())),
        Err(error) => Err(Objection::Broken(plain(&error))),
    }
}

const UNGUARDED: &str = "holds a range that can't be bounded: compute its bounds in an expression of their own";

fn compile(source: &str, flavor: Flavor) -> Result<Vec<Opcode>, IsolateError> {
    let mut isolate = Isolate::new();
    Ok(match flavor {
        Flavor::Standard => isolate.compile_standard(source)?.bytecode().to_vec(),
        Flavor::Unary => isolate.compile_unary(source)?.bytecode().to_vec(),
    })
}

/// What the parser made of an expression.
pub(crate) struct Parsed<'t, 'arena> {
    pub root: &'arena Node<'arena>,
    pub tokens: &'t [Token<'arena>],
    /// Where an AST node begins and ends: in bytes, ranges in tokens. By address, as the parser keeps it.
    pub span: &'t dyn Fn(&Node<'_>) -> Option<(u32, u32)>,
}

/// Parses an expression that is within limits.
pub(crate) fn parse<'arena, T>(
    bump: &'arena Bump,
    source: &'arena str,
    flavor: Flavor,
    use_it: impl FnOnce(&Parsed<'_, 'arena>) -> Result<T, Objection>,
) -> Result<T, Objection> {
    let tokens = Lexer::new().tokenize(bump, source).map_err(|error| Objection::Broken(plain(&error.into())))?;
    limits(&tokens)?;
    let parser = Parser::try_new(&tokens, bump).map_err(|error| Objection::Broken(plain(&error.into())))?;
    let result = match flavor {
        Flavor::Standard => parser.standard().with_metadata().parse(),
        Flavor::Unary => parser.unary().with_metadata().parse(),
    };
    // The parser speaks of the end that it didn't reach before it speaks of what kept it.
    if let Some(error) = result.root.first_error() {
        return Err(Objection::Broken(error.to_string()));
    }
    result.error().map_err(|error| Objection::Broken(plain(&error.into())))?;
    let metadata = result.metadata.unwrap_or_default();
    let span = |node: &Node<'_>| metadata.get(&(std::ptr::from_ref(node).addr())).map(|known| known.span);
    use_it(&Parsed { root: result.root, tokens: &tokens, span: &span })
}

/// The engine's words without the names of its parts.
fn plain(error: &IsolateError) -> String {
    match error {
        IsolateError::LexerError { source } => source.to_string(),
        IsolateError::ParserError { source } => source.to_string(),
        IsolateError::CompilerError { source } => source.to_string(),
        other => other.to_string(),
    }
}

fn limits(tokens: &[Token<'_>]) -> Result<(), Objection> {
    let ranged = tokens.iter().any(|token| token.kind == TokenKind::Operator(Operator::Range));
    let mut scan = Scan { ranged, open: Vec::new(), tries: 1.0, last: "", visits: 0.0, prefixes: 0, right_nested: 0, operand: true };
    for token in tokens {
        scan.token(token);
        let deepest = scan.open.len();
        if deepest > MAX_NESTING {
            return Err(Objection::TooComplex(format!("nests deeper than {MAX_NESTING} brackets")));
        }
        if scan.prefixes > MAX_PREFIXES {
            return Err(Objection::TooComplex(format!("has more than {MAX_PREFIXES} signs or nots in a row")));
        }
        if scan.right_nested > MAX_RIGHT_NESTED {
            return Err(Objection::TooComplex(format!("has more than {MAX_RIGHT_NESTED} conditions (?:) or powers (^)")));
        }
        if scan.visits > MAX_VISITS {
            return Err(Objection::TooComplex("holds a range among too many nested brackets".to_owned()));
        }
    }
    if !meter::spend(scan.visits.max(1.0) as u64) {
        return Err(Objection::TooComplex(EXHAUSTED.to_owned()));
    }
    Ok(())
}

struct Scan<'t> {
    ranged: bool,
    open: Vec<Open>,
    /// How often the parser comes by here.
    tries: f64,
    /// The token before this one.
    last: &'t str,
    visits: f64,
    prefixes: usize,
    right_nested: usize,
    /// Whether an operand comes next: only there a bracket may begin a range.
    operand: bool,
}

struct Open {
    /// How often the parser tries what is inside.
    tries: f64,
    /// `d(`: here `)` ends the call, even where an operand should come.
    call: bool,
}

impl<'t> Scan<'t> {
    fn token(&mut self, token: &Token<'t>) {
        self.visits += self.tries;
        let last = std::mem::replace(&mut self.last, token.value);
        match &token.kind {
            TokenKind::Bracket(Bracket::LeftParenthesis | Bracket::LeftSquareBracket | Bracket::LeftCurlyBracket) => {
                let tries = if self.ranged && self.operand { 3.0 } else { 1.0 };
                let call =
                    token.kind == TokenKind::Bracket(Bracket::LeftParenthesis) && !self.operand && ClosureFunction::try_from(last).is_err();
                self.open.push(Open { tries, call });
                self.tries *= tries;
                self.operand = true;
            }
            TokenKind::Bracket(_) => self.close(),
            TokenKind::Operator(Operator::Dot) => self.operand = false,
            TokenKind::Operator(operator) => {
                self.prefixes = if self.operand { self.prefixes + 1 } else { 0 };
                let right = matches!(operator, Operator::QuestionMark | Operator::Arithmetic(ArithmeticOperator::Power));
                self.right_nested += usize::from(right);
                self.operand = true;
                if matches!(operator, Operator::Logical(LogicalOperator::Not)) {
                    self.right_nested += 1;
                }
            }
            TokenKind::TemplateString(TemplateString::ExpressionStart) => self.operand = true,
            _ => {
                self.operand = false;
                self.prefixes = 0;
            }
        }
    }

    /// Where an operand should come, the parser takes a closing bracket for a range's first, as in `]1..5[`.
    fn close(&mut self) {
        let open = self.open.pop();
        self.prefixes = 0;
        if self.ranged && self.operand && !open.as_ref().is_some_and(|open| open.call) {
            self.tries *= 3.0;
        } else {
            self.tries /= open.map_or(1.0, |open| open.tries);
            self.operand = false;
        }
    }
}

/// What is in the parentheses, if there are any.
pub(crate) fn unwrapped<'n, 'arena>(node: &'n Node<'arena>) -> &'n Node<'arena> {
    match node {
        Node::Parenthesized(inner) => unwrapped(inner),
        _ => node,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn refused(source: &str) -> bool {
        matches!(examine(source, Flavor::Standard), Err(Objection::TooComplex(_)))
    }

    #[test]
    fn what_would_hurt_the_parser_never_reaches_it() {
        assert!(refused(&"-".repeat(4_000)), "minuses");
        assert!(refused(&format!("{}1{}", "(".repeat(2_000), ")".repeat(2_000))), "parentheses");
        assert!(refused(&format!("{}1{} in [1..2]", "(".repeat(40), ")".repeat(40))), "parentheses and a range");
        for pair in ["[]", "()", "{}", "])", ")(", "][", "(]", "[a,", "{a:(", ")a("] {
            for source in [format!("{}1..2", pair.repeat(200)), format!("1..2{}", pair.repeat(200))] {
                assert!(examine(&source, Flavor::Standard).is_err(), "{pair}");
                assert!(examine(&source, Flavor::Unary).is_err(), "{pair}");
            }
        }
        assert!(refused(&format!("{}1", "a?b:".repeat(900))), "conditions");
        assert!(refused(&format!("1{}", "^1".repeat(900))), "powers");
        assert!(refused(&"not ".repeat(900)), "nots");
    }

    #[test]
    fn what_people_write_is_sound() {
        for source in [
            "a + b * (c - d)",
            "map([1..12], # * 2)",
            "x in [1..5] or x in (7..9)",
            "{a: [1, [2, 3]], b: f.g[0].h}",
            "a ? b : c ? d : -e",
            "`hi ${name}!`",
            "d().format('%Y')",
            "len([]) + len([])",
        ] {
            assert!(examine(source, Flavor::Standard).is_ok(), "{source}");
        }
        for source in ["> 5", "\"a\", \"b\"", "[1..5]", "not in [1, 2]", "]1..5[", "contains($, 'x')", "true"] {
            assert!(examine(source, Flavor::Unary).is_ok(), "{source}");
        }
    }

    proptest! {
        #[test]
        fn any_soup_of_tokens_is_judged(words in vec(prop_oneof![
            Just("["), Just("]"), Just("("), Just(")"), Just("{"), Just("}"), Just(".."), Just("1"), Just("a"), Just(","), Just(":"), Just("a:"), Just("-"), Just("not "),
            Just("map("), Just("f."), Just("?"), Just("^"), Just("d()"), Just("="), Just(";"), Just(" in "), Just("`${"), Just("}`"), Just("#"), Just("[1..2]"),
        ], 0..120), unary: bool) {
            let flavor = if unary { Flavor::Unary } else { Flavor::Standard };
            let _judged = examine(&words.concat(), flavor);
        }
    }

    #[test]
    fn a_broken_expression_says_where() {
        let Err(Objection::Broken(message)) = examine("1 + ", Flavor::Standard) else { panic!("parsed") };
        assert!(!message.is_empty());
        assert!(matches!(examine("len(1, 2, 3)", Flavor::Standard), Err(Objection::Broken(_))));
        assert!(matches!(examine("nonsense(1)", Flavor::Standard), Err(Objection::Broken(_))));
    }
}

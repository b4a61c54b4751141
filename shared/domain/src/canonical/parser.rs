//! The strict JSON door.
//!
//! Our own reader, because `serde_json` keeps the last of two equal keys, accepts `\u0000`, and turns an integer that it can't
//! hold into a double before anyone can see it.

use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::malformed::{Malformed, Reason};
use super::{MAX_DEPTH, MAX_INTEGER};

/// Read one document, strictly. Numbers come out in one form each: what canonical JSON spells as an integer is an integer.
///
/// # Errors
/// Besides what is no JSON at all: duplicate keys, `\u0000`, lone surrogates, invalid UTF-8, numbers that canonical JSON would
/// spell as an integer beyond 2^53, infinities, nesting deeper than 127.
pub fn parse(bytes: &[u8]) -> Result<Value, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|e| Malformed::at(bytes, e.valid_up_to(), Reason::NotUtf8))?;
    let mut parser = Parser { text, at: 0 };
    parser.document().map_err(|reason| Malformed::at(bytes, parser.at, reason))
}

/// On an error, `at` stays where it happened.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

type Parsed<T> = Result<T, Reason>;

impl<'a> Parser<'a> {
    fn document(&mut self) -> Parsed<Value> {
        let value = self.value(0)?;
        self.skip_whitespace();
        if self.at == self.text.len() { Ok(value) } else { Err(Reason::Trailing) }
    }

    fn value(&mut self, depth: usize) -> Parsed<Value> {
        self.skip_whitespace();
        match self.peek() {
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn object(&mut self, depth: usize) -> Parsed<Value> {
        self.enter(depth)?;
        let mut members = Map::new();
        if self.skip_to(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_whitespace();
            let key_at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            let slot = match members.entry(key) {
                Entry::Vacant(slot) => slot,
                Entry::Occupied(taken) => {
                    self.at = key_at;
                    return Err(Reason::DuplicateKey(taken.key().chars().take(128).collect()));
                }
            };
            if !self.skip_to(b':') {
                return Err(self.unexpected("a colon"));
            }
            slot.insert(self.value(depth)?);
            if self.skip_to(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.skip_to(b',') {
                return Err(self.unexpected("a comma or a closing brace"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Parsed<Value> {
        self.enter(depth)?;
        let mut items = Vec::new();
        if self.skip_to(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.skip_to(b']') {
                return Ok(Value::Array(items));
            }
            if !self.skip_to(b',') {
                return Err(self.unexpected("a comma or a closing bracket"));
            }
        }
    }

    fn enter(&mut self, depth: usize) -> Parsed<()> {
        if depth > MAX_DEPTH {
            return Err(Reason::TooDeep);
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Parsed<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let plain = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20).unwrap_or(rest.len());
            text.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(0) => return Err(Reason::Nul),
                Some(_) => return Err(Reason::ControlCharacter),
                None => return Err(Reason::Ends("a closing quote")),
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        let character = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) => return Err(Reason::BadEscape),
            None => return Err(Reason::Ends("the rest of an escape")),
        };
        self.at += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Parsed<char> {
        let first = self.utf16_unit(self.at).ok_or(Reason::BadEscape)?;
        let second = if (0xD800..0xDC00).contains(&first) { self.utf16_unit(self.at + 6) } else { None };
        let units = [first, second.unwrap_or(0)];
        let units = if second.is_some() { &units[..] } else { &units[..1] };
        match char::decode_utf16(units.iter().copied()).next() {
            Some(Ok('\0')) => Err(Reason::Nul),
            Some(Ok(character)) => {
                self.at += 6 * units.len();
                Ok(character)
            }
            _ => Err(Reason::LoneSurrogate),
        }
    }

    /// The number of a `\uXXXX` that stands there.
    fn utf16_unit(&self, at: usize) -> Option<u16> {
        let escape = self.text.as_bytes().get(at..at + 6)?;
        let digits = escape.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0u16, |unit, &digit| Some(unit << 4 | (digit as char).to_digit(16)? as u16))
    }

    fn number(&mut self) -> Parsed<Number> {
        let literal = self.number_literal()?;
        let number = if literal.bytes().all(|b| b == b'-' || b.is_ascii_digit()) {
            literal
                .parse()
                .ok()
                .filter(|n: &i64| n.unsigned_abs() <= MAX_INTEGER.unsigned_abs())
                .map(Number::from)
                .ok_or(Reason::IntegerTooLarge)?
        } else {
            double(literal.parse().map_err(|_| Reason::BadNumber)?)?
        };
        self.at += literal.len();
        Ok(number)
    }

    /// The number's text, as far as the grammar goes.
    fn number_literal(&self) -> Parsed<&'a str> {
        let rest = &self.text[self.at..];
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut length = usize::from(bytes.first() == Some(&b'-'));
        let whole = digits(length);
        if whole == 0 || (whole > 1 && bytes[length] == b'0') {
            return Err(Reason::BadNumber);
        }
        length += whole;
        if bytes.get(length) == Some(&b'.') {
            let fraction = digits(length + 1);
            if fraction == 0 {
                return Err(Reason::BadNumber);
            }
            length += 1 + fraction;
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits(length + 1 + sign);
            if exponent == 0 {
                return Err(Reason::BadNumber);
            }
            length += 1 + sign + exponent;
        }
        Ok(&rest[..length])
    }

    fn word(&mut self, word: &'static str, value: Value) -> Parsed<Value> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Past whitespace and this byte, if it comes next.
    fn skip_to(&mut self, byte: u8) -> bool {
        self.skip_whitespace();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, expected: &'static str) -> Reason {
        match self.text[self.at..].chars().next() {
            Some(found) => Reason::Unexpected(found, expected),
            None => Reason::Ends(expected),
        }
    }
}

/// A number written with a fraction or an exponent.
fn double(double: f64) -> Parsed<Number> {
    /// From here on, canonical JSON spells integers with an exponent.
    const EXPONENT_FROM: f64 = 1e21;
    let number = Number::from_f64(double).ok_or(Reason::NumberTooLarge)?;
    if double.fract() != 0.0 || double.abs() >= EXPONENT_FROM {
        return Ok(number);
    }
    if double.abs() > MAX_INTEGER as f64 { Err(Reason::IntegerTooLarge) } else { Ok(Number::from(double as i64)) }
}

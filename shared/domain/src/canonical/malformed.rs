//! Why a text was refused at the door, and where.

use super::MAX_DEPTH;

/// Where a text stops being JSON that we take, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct Malformed {
    /// Bytes before it.
    pub offset: usize,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: Reason,
}

impl Malformed {
    pub(super) fn at(text: &[u8], offset: usize, reason: Reason) -> Self {
        let before = &text[..offset.min(text.len())];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |newline| newline + 1);
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        let column = 1 + String::from_utf8_lossy(&before[line_start..]).chars().count();
        Self { offset, line, column, reason }
    }
}

/// What can be wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A byte that UTF-8 doesn't have there.
    #[error("the text is not valid UTF-8")]
    NotUtf8,
    /// The text stops short.
    #[error("the text ends here, but {0} must follow")]
    Ends(&'static str),
    /// Another character than the grammar has there.
    #[error("found {0:?} where {1} must stand")]
    Unexpected(char, &'static str),
    /// A second value after the document.
    #[error("the document ends before this; nothing may follow it")]
    Trailing,
    /// Readers differ in which one they keep.
    #[error("the key {0:?} stands twice in one object")]
    DuplicateKey(String),
    /// Postgres can't store it.
    #[error("the character \\u0000 is not allowed")]
    Nul,
    /// Half a UTF-16 pair is no character.
    #[error("a \\u escape is half of a surrogate pair")]
    LoneSurrogate,
    /// A backslash and something that JSON doesn't know.
    #[error("an escape is \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hexadecimal digits")]
    BadEscape,
    /// A raw control character in a string.
    #[error("a line break, tab or other control character in a string must be escaped")]
    ControlCharacter,
    /// Not a JSON number.
    #[error("this is not a JSON number")]
    BadNumber,
    /// It would be rounded.
    #[error("the integer is beyond 2^53 (9007199254740992), where numbers lose their last digits; write it as a string")]
    IntegerTooLarge,
    /// A double would be infinite.
    #[error("the number is beyond 1.8e308, the largest that JSON readers can hold")]
    NumberTooLarge,
    /// Nested too deep.
    #[error("arrays and objects are nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

//! The secrets that callers present: what they look like, and how a typing error is told from a revoked one.
//!
//! `<prefix>_<32 base62><6 base62 of a crc32>`. The checksum lets secret scanners and `fcc login` refuse a truncated token
//! without asking the server. Only the sha256 of the whole is ever stored.

use std::fmt;

use crate::Digest;

/// What a secret is for; its prefix says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// `fcp_`: a person on the designer surface.
    Designer,
    /// `fcs_`: a person with `fcc`, or a service, on the cli surface.
    Cli,
    /// `fca_`: an AI agent.
    Agent,
    /// `fce_`: an application that evaluates.
    Evaluate,
    /// `fcn_`: a console session, in a cookie.
    Session,
}

/// What was given can't be a secret of ours. It says nothing of what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no FetchCatch token: it is incomplete, mistyped, or something else")]
pub struct NotAToken;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// log2(62^32) is 190.5 bits.
const RANDOM_DIGITS: usize = 32;
/// Of those that we read; ours have 32.
const READ_DIGITS: std::ops::RangeInclusive<usize> = 30..=128;
/// 62^6 is over 2^32.
const CHECKSUM_DIGITS: usize = 6;

impl TokenKind {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Designer, Self::Cli, Self::Agent, Self::Evaluate, Self::Session];

    /// The prefix, with its underscore.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Designer => "fcp_",
            Self::Cli => "fcs_",
            Self::Agent => "fca_",
            Self::Evaluate => "fce_",
            Self::Session => "fcn_",
        }
    }

    /// The surface that a call with such a secret comes from; an application has none.
    pub const fn surface(self) -> Option<crate::identity::Surface> {
        use crate::identity::Surface;
        match self {
            Self::Designer | Self::Session => Some(Surface::Designer),
            Self::Cli => Some(Surface::Cli),
            Self::Agent => Some(Surface::Agent),
            Self::Evaluate => None,
        }
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.prefix())
    }
}

/// A new secret from 32 random bytes.
///
/// It carries 190.5 of their 256 bits: they are read as one number, of which the lowest 32 base62 digits are kept. No digit
/// string is likelier than another by more than one part in 2^65.
pub fn mint(kind: TokenKind, random: [u8; 32]) -> String {
    let mut number = random;
    let mut token = String::from(kind.prefix());
    token.extend((0..RANDOM_DIGITS).map(|_| digit(divide_by_62(&mut number))));
    let checksum = checksum(&token);
    token.push_str(&checksum);
    token
}

/// What a secret is for, and the digest under which it is kept.
///
/// # Errors
/// When prefix, alphabet, length or checksum are wrong; the database needn't be asked then.
pub fn parse(token: &str) -> Result<(TokenKind, Digest), NotAToken> {
    let kind = TokenKind::ALL.iter().find(|kind| token.starts_with(kind.prefix())).ok_or(NotAToken)?;
    let digits = &token[kind.prefix().len()..];
    let random = digits.len().checked_sub(CHECKSUM_DIGITS).ok_or(NotAToken)?;
    if !READ_DIGITS.contains(&random) || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(NotAToken);
    }
    let (body, given) = token.split_at(token.len() - CHECKSUM_DIGITS);
    if checksum(body) != given {
        return Err(NotAToken);
    }
    Ok((*kind, Digest::of(token.as_bytes())))
}

/// Of everything before it, prefix included.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = ['0'; CHECKSUM_DIGITS];
    for place in digits.iter_mut().rev() {
        *place = digit((rest % 62) as u8);
        rest /= 62;
    }
    digits.into_iter().collect()
}

fn digit(value: u8) -> char {
    ALPHABET[usize::from(value)] as char
}

/// Long division of a big-endian number; the remainder comes back.
fn divide_by_62(number: &mut [u8; 32]) -> u8 {
    let mut remainder = 0u16;
    for byte in number {
        let dividend = remainder << 8 | u16::from(*byte);
        *byte = (dividend / 62) as u8;
        remainder = dividend % 62;
    }
    remainder as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_bytes_make_a_known_token() {
        let mut one = [0; 32];
        one[31] = 61;
        assert!(mint(TokenKind::Cli, one).starts_with("fcs_z0000000000000000000000000000000"));
        one[31] = 63;
        assert!(mint(TokenKind::Designer, one).starts_with("fcp_110000000000000000000000000000"));
    }

    #[test]
    fn other_lengths_of_the_contract_are_read() {
        for (length, good) in [(29, false), (30, true), (31, true), (128, true), (129, false)] {
            let body = format!("fce_{}", "a".repeat(length));
            let token = format!("{body}{}", checksum(&body));
            assert_eq!(parse(&token).is_ok(), good, "{length}");
        }
    }

    #[test]
    fn other_things_are_refused() {
        let token = mint(TokenKind::Agent, [7; 32]);
        let other_prefix = token.replacen("fca_", "fcs_", 1);
        let padded = format!("{token} ");
        let long = "a".repeat(100_000);
        for text in ["", "fca_", "fca", "é", "fca_é", &other_prefix, &padded, &token[..token.len() - 1], &token[4..], &long] {
            assert_eq!(parse(text), Err(NotAToken));
        }
    }

    proptest! {
        #[test]
        fn what_was_minted_is_read(random: [u8; 32], kind in prop::sample::select(TokenKind::ALL)) {
            let token = mint(kind, random);
            prop_assert_eq!(token.len(), 4 + 32 + 6);
            prop_assert_eq!(parse(&token), Ok((kind, Digest::of(token.as_bytes()))));
        }

        #[test]
        fn one_wrong_character_is_noticed(random: [u8; 32], at in 4usize..42, wrong in prop::sample::select(&ALPHABET[..])) {
            let token = mint(TokenKind::Cli, random);
            let mut mistyped = token.clone().into_bytes();
            mistyped[at] = wrong;
            let mistyped = String::from_utf8(mistyped).unwrap();
            prop_assert_eq!(parse(&mistyped).is_ok(), mistyped == token);
        }

        #[test]
        fn any_text_is_survived(text: String) {
            prop_assert_eq!(parse(&text), Err(NotAToken));
        }
    }
}

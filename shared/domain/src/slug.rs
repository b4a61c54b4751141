//! The name of a resource in URLs, file names and messages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `[a-z0-9]+(-[a-z0-9]+)*`, at most 64 characters, and not a UUID's shape: wherever an id stands, a slug serves too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// What was given is no slug, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotASlug {
    /// Characters, hyphens or length.
    #[error("a slug is 1 to 64 characters: lowercase letters, digits, and single hyphens between them (like `order-sync-2`)")]
    Shape,
    /// It would be taken for an id.
    #[error("a slug can't have the shape of a UUID, because it would be taken for an id; add a word to it")]
    Uuid,
}

impl Slug {
    /// The longest slug, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// The slug's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = NotASlug;

    fn from_str(text: &str) -> Result<Self, NotASlug> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for Slug {
    type Error = NotASlug;

    fn try_from(text: String) -> Result<Self, NotASlug> {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() > Self::MAX_LENGTH || !text.split('-').all(word) {
            return Err(NotASlug::Shape);
        }
        // With and without its hyphens: both are read as an id.
        if uuid::Uuid::try_parse(&text).is_ok() {
            return Err(NotASlug::Uuid);
        }
        Ok(Self(text))
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl AsRef<str> for Slug {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_slugs_are_taken() {
        let longest = "a".repeat(64);
        for text in ["a", "0", "orders", "order-sync-2", "a-b-c", &longest, "12345678-1234-1234-1234-12345678901", "deadbeef"] {
            assert_eq!(text.parse::<Slug>().map(|s| s.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn bad_slugs_are_refused() {
        let too_long = "a".repeat(65);
        for text in ["", "-", "a-", "-a", "a--b", "A", "a_b", "a.b", "a/b", "a b", "é", " a", "a\n", &too_long] {
            assert_eq!(text.parse::<Slug>(), Err(NotASlug::Shape), "{text:?}");
        }
    }

    #[test]
    fn a_uuids_shape_is_refused() {
        for text in ["01890a5d-ac96-774b-bcce-b302099a8057", "01890a5dac96774bbcceb302099a8057"] {
            assert_eq!(text.parse::<Slug>(), Err(NotASlug::Uuid), "{text:?}");
        }
    }

    #[test]
    fn json_is_checked_too() {
        assert_eq!(serde_json::to_string(&"a-b".parse::<Slug>().unwrap()).unwrap(), "\"a-b\"");
        let refusal = serde_json::from_str::<Slug>("\"A\"").unwrap_err().to_string();
        assert!(refusal.contains("lowercase letters, digits, and single hyphens"), "{refusal}");
    }
}

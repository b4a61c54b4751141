//! The address of a content: the sha256 of its canonical bytes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A sha256. Shown, and read, as 64 lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// What was given is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lowercase hexadecimal digits")]
pub struct NotADigest;

impl Digest {
    /// The sha256 of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes, as the database keeps them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; 64];
        hex::encode_to_slice(self.0, &mut text).map_err(|_| fmt::Error)?;
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    /// Also takes what HTTP makes of it: `"..."`, and `W/"..."` after a proxy compressed the answer.
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let bare = match text.strip_prefix("W/").unwrap_or(text).strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"').ok_or(NotADigest)?,
            None => text,
        };
        if bare.len() != 64 || bare.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(NotADigest);
        }
        let mut bytes = [0u8; 32];
        hex::decode_to_slice(bare, &mut bytes).map_err(|_| NotADigest)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<&[u8]> for Digest {
    type Error = NotADigest;

    fn try_from(bytes: &[u8]) -> Result<Self, NotADigest> {
        bytes.try_into().map(Self).map_err(|_| NotADigest)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn it_is_the_sha256_in_lowercase_hex() {
        assert_eq!(Digest::of(b"").to_string(), EMPTY);
    }

    #[test]
    fn quotes_and_a_weak_prefix_are_tolerated() {
        let digest = Digest::of(b"");
        for text in [EMPTY.to_owned(), format!("\"{EMPTY}\""), format!("W/\"{EMPTY}\"")] {
            assert_eq!(text.parse(), Ok(digest), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let upper = EMPTY.to_uppercase();
        let weak_bare = format!("W/{EMPTY}");
        let open = format!("\"{EMPTY}");
        let close = format!("{EMPTY}\"");
        let multibyte = "é".repeat(32);
        for text in ["", "*", &EMPTY[1..], &upper, &weak_bare, &open, &close, &multibyte, &format!(" {EMPTY}"), &format!("{EMPTY}0")] {
            assert_eq!(text.parse::<Digest>(), Err(NotADigest), "{text}");
        }
    }

    #[test]
    fn json_carries_it_as_a_string() {
        let digest = Digest::of(b"x");
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{digest}\""));
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        assert!(serde_json::from_str::<Digest>("\"abc\"").is_err());
    }

    #[test]
    fn bytes_of_another_length_are_refused() {
        assert_eq!(Digest::try_from(Digest::of(b"").as_bytes()), Ok(Digest::of(b"")));
        assert_eq!(Digest::try_from(&[0u8; 31][..]), Err(NotADigest));
    }
}

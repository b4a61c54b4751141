//! The one spelling of a document (RFC 8785), whose sha256 is its address.
//!
//! A body is read by [`parse`], spelled by [`Canonical::of`] and stored as those bytes. Nothing is dropped, but the order of
//! keys and the spelling of numbers aren't kept.

mod malformed;
mod parser;
mod writer;

use serde_json::Value;

pub use malformed::{Malformed, Reason};
pub use parser::parse;

use crate::Digest;

/// The longest canonical body: 4 MiB. What a write would leave is measured, not the request.
pub const MAX_BODY_BYTES: usize = 4_194_304;

/// How deep arrays and objects may nest; what `serde_json` reads everywhere else.
pub const MAX_DEPTH: usize = 127;

/// The largest integer, either side of 0: 2^53. Beyond it a double no longer tells neighbours apart.
pub const MAX_INTEGER: i64 = 1 << 53;

/// A document's canonical bytes, and their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// RFC 8785.
    pub bytes: Vec<u8>,
    /// The sha256 of `bytes`.
    pub digest: Digest,
}

/// A document, each part of which was admitted, that as a whole can't be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Inadmissible {
    /// Its canonical form is longer than [`MAX_BODY_BYTES`].
    #[error("the result would be {bytes} bytes in canonical form; at most {MAX_BODY_BYTES} are allowed")]
    TooLarge {
        /// How long it is.
        bytes: usize,
    },
    /// It nests deeper than [`MAX_DEPTH`].
    #[error("the result would nest arrays and objects deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl Canonical {
    /// Spell a document. For a value that came through [`parse`], the bytes can always be parsed again, to the same value.
    pub fn of(value: &Value) -> Self {
        let bytes = writer::write(value);
        let digest = Digest::of(&bytes);
        Self { bytes, digest }
    }

    /// Spell a document that is about to be stored. Patches and merges of admitted parts can outgrow the limits.
    ///
    /// # Errors
    /// When it is too long or too deep.
    pub fn admit(value: &Value) -> Result<Self, Inadmissible> {
        if !nests_within(value, MAX_DEPTH) {
            return Err(Inadmissible::TooDeep);
        }
        let bytes = writer::write(value);
        if bytes.len() > MAX_BODY_BYTES {
            return Err(Inadmissible::TooLarge { bytes: bytes.len() });
        }
        let digest = Digest::of(&bytes);
        Ok(Self { bytes, digest })
    }
}

/// The digest of a document's canonical bytes.
pub fn digest_of(value: &Value) -> Digest {
    Canonical::of(value).digest
}

fn nests_within(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| nests_within(item, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|member| nests_within(member, levels - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests;

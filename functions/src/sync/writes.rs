//! What an apply has to store, laid out before it stores anything.

use std::collections::{BTreeMap, HashMap};

use domain::digest::Digest;
use domain::identity::ResourceType;
use serde_json::Value;
use store::apply::{NewDraft, Verdict};
use store::drafts::Content;
use wire::problem::Code;

use super::asking::Asked;
use crate::drafting;
use crate::kind::Kind;
use crate::problem::{Problem, Result};

/// What one call may have to write, beyond what is stored already.
const MAX_NEW: usize = 64 * 1024 * 1024;

#[derive(Default)]
pub struct Writes {
    /// By position in the request; those of resources that have to be made have no id yet.
    pub drafts: Vec<(usize, NewDraft)>,
    pub contents: BTreeMap<Digest, Vec<u8>>,
    pub verdicts: BTreeMap<(ResourceType, Digest), Verdict>,
    bytes: usize,
}

impl Writes {
    /// Checks the draft that is to be. Answers whether it could be published; 413 or 422 when it can't even be stored.
    pub fn add(&mut self, nth: usize, asked: &Asked, mut new: NewDraft, document: &Value, stored: &HashMap<Digest, usize>) -> Result<bool> {
        let content =
            drafting::content_of(Kind::of(asked.kind), document).map_err(|problem| problem.inside(&format!("/resources/{nth}/body")))?;
        let Content { digest, body, manifest, checker_version, publishable, diagnostics } = content;
        if !stored.contains_key(&digest) {
            self.keep(digest, body);
        }
        // The base of the next merge is this file, also where something else became the draft.
        if let Some((_, body)) = asked.inline.as_ref().filter(|_| digest != asked.local && !stored.contains_key(&asked.local)) {
            self.keep(asked.local, body.clone());
        }
        if let Some((digest, body)) = manifest {
            new.manifest_digest = Some(digest);
            self.keep(digest, body);
        }
        self.bytes += diagnostics.to_string().len();
        self.verdicts.insert((asked.kind, digest), Verdict { checker_version, publishable, diagnostics });
        self.drafts.push((nth, new));
        if self.bytes > MAX_NEW {
            // It is refused whatever follows: nothing has to be remembered for that.
            self.contents.clear();
            self.verdicts.clear();
            let detail = format!("This call would write more than {MAX_NEW} bytes. Nothing was changed; apply fewer resources at a time.");
            return Err(Problem::new(Code::PayloadTooLarge, detail));
        }
        Ok(publishable)
    }

    fn keep(&mut self, digest: Digest, body: Vec<u8>) {
        self.bytes += body.len();
        self.contents.insert(digest, body);
    }
}

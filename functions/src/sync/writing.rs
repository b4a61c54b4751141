//! What an apply has to store, and what the checkers say of it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use domain::Canonical;
use domain::digest::Digest;
use domain::identity::ResourceType;
use serde_json::Value;
use store::apply::{NewDraft, Verdict};

use super::asking::Asked;
use crate::drafting;
use crate::kind::{self, Kind};
use crate::problem::Result;

/// Verdicts that a call has asked for. A check may take long, so an apply makes them before it locks anything, and what has to be
/// decided again is not checked again.
#[derive(Default)]
pub struct Checked(HashMap<(ResourceType, Digest), Result<Judged>>);

#[derive(Clone)]
struct Judged {
    verdict: Verdict,
    manifest: Option<(Digest, Vec<u8>)>,
}

impl Checked {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn judge(&mut self, kind: Kind, digest: Digest, document: &Value) -> Result<Judged> {
        match self.0.entry((kind.resource, digest)) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => unknown.insert(judge(kind, document)).clone(),
        }
    }
}

fn judge(kind: Kind, document: &Value) -> Result<Judged> {
    let kind::Verdict { publishable, diagnostics, manifest } = (kind.check)(document)?;
    let verdict = Verdict { checker_version: kind.checker_version, publishable, diagnostics };
    Ok(Judged { verdict, manifest: manifest.map(|manifest| (manifest.digest, manifest.bytes)) })
}

#[derive(Default)]
pub struct Writes {
    /// By position in the request; those of resources that have to be made have no id yet.
    pub drafts: Vec<(usize, NewDraft)>,
    pub contents: BTreeMap<Digest, Vec<u8>>,
    pub verdicts: BTreeMap<(ResourceType, Digest), Verdict>,
    /// All of it, without the rows of drafts.
    pub bytes: usize,
}

impl Writes {
    /// The base of the next merge is this file, whatever the draft is.
    pub fn file(&mut self, asked: &Asked, stored: &HashMap<Digest, usize>) {
        if let Some((_, body)) = asked.inline.as_ref().filter(|_| !stored.contains_key(&asked.local)) {
            self.content(asked.local, body.clone());
        }
    }

    /// The draft that is to be, with its verdict: 413 or 422, or whether it could be published.
    pub fn draft(
        &mut self,
        nth: usize,
        mut new: NewDraft,
        document: &Value,
        stored: &HashMap<Digest, usize>,
        checked: &mut Checked,
    ) -> Result<bool> {
        let kind = Kind::of(new.kind);
        let Canonical { bytes, digest } = drafting::canonical_of(kind, document)?;
        let Judged { verdict, manifest } = checked.judge(kind, digest, document)?;
        if !stored.contains_key(&digest) {
            self.content(digest, bytes);
        }
        if let Some((digest, body)) = manifest {
            new.manifest_digest = Some(digest);
            self.content(digest, body);
        }
        let publishable = verdict.publishable;
        self.bytes += verdict.diagnostics.to_string().len();
        self.verdicts.insert((new.kind, digest), verdict);
        self.drafts.push((nth, new));
        Ok(publishable)
    }

    /// Forgets what would have been written; how much that was is still known.
    pub fn clear(&mut self) {
        self.drafts.clear();
        self.contents.clear();
        self.verdicts.clear();
    }

    fn content(&mut self, digest: Digest, body: Vec<u8>) {
        let bytes = body.len();
        if self.contents.insert(digest, body).is_none() {
            self.bytes += bytes;
        }
    }
}

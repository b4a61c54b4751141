//! What apply makes of one file: three ways, by digest where digests suffice, else by structure. Pure: everything it needs is
//! given to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::digest::Digest;
use domain::merge::{Conflict, merge};
use domain::{Canonical, canonical};
use serde_json::Value;
use wire::sync::plan::{ConflictWith, SyncConflict};

use crate::problem::{Problem, Result};

/// The sides, as digests. The draft of a resource, and the file that shall go into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    /// None when nothing is known of what the file started from.
    pub base: Option<Digest>,
    pub local: Digest,
    pub draft: Digest,
    /// Where the draft is based on an older version: that one, and the active one.
    pub behind: Option<(Digest, Digest)>,
}

/// What the draft shall be.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Exactly this; the document comes along where it was made just now, or has to be looked at.
    Result(Digest, Option<Arc<Value>>),
    Conflict(ConflictWith, Vec<SyncConflict>),
}

/// Documents at hand.
#[derive(Debug, Default)]
pub struct Documents(HashMap<Digest, Arc<Value>>);

impl Documents {
    pub fn insert(&mut self, digest: Digest, document: Arc<Value>) {
        self.0.insert(digest, document);
    }

    pub fn insert_stored(&mut self, digest: Digest, body: &[u8]) -> Result<()> {
        self.insert(digest, Arc::new(canonical::parse(body).map_err(Problem::internal)?));
        Ok(())
    }

    pub fn get(&self, digest: Digest) -> Result<Arc<Value>> {
        self.0.get(&digest).cloned().ok_or_else(|| Problem::internal(format!("the content {digest} was not loaded")))
    }

    pub fn has(&self, digest: Digest) -> bool {
        self.0.contains_key(&digest)
    }

    pub fn digests(&self) -> BTreeSet<Digest> {
        self.0.keys().copied().collect()
    }

    /// Forgets all but these.
    pub fn keep_only(&mut self, these: &BTreeSet<Digest>) {
        self.0.retain(|digest, _| these.contains(digest));
    }
}

/// The merge, where equal digests decide it: as `domain::merge` would.
fn by_digest(base: Digest, draft: Digest, active: Digest) -> Option<Digest> {
    match () {
        () if draft == active || base == active => Some(draft),
        () if base == draft => Some(active),
        () => None,
    }
}

impl Sides {
    /// The draft on top of the active version, where digests decide it.
    fn draft_onto_active(&self) -> Option<Digest> {
        self.behind.map_or(Some(self.draft), |(base, active)| by_digest(base, self.draft, active))
    }

    /// The documents that [`decide`] will ask for.
    pub fn needed(&self) -> BTreeSet<Digest> {
        let mut needed = BTreeSet::new();
        let Some(draft) = self.draft_onto_active() else {
            let (base, active) = self.behind.unwrap_or((self.draft, self.draft));
            return needed.into_iter().chain([base, self.draft, active, self.local]).chain(self.base).collect();
        };
        match self.base.map(|base| by_digest(base, self.local, draft)) {
            _ if self.local == draft => needed.extend(self.writes(draft).then_some(draft)),
            Some(Some(result)) => needed.extend(self.writes(result).then_some(result)),
            Some(None) | None => needed.extend([draft, self.local].into_iter().chain(self.base)),
        }
        needed
    }

    /// Whether the draft has to be written to become this.
    pub fn writes(&self, result: Digest) -> bool {
        result != self.draft || self.behind.is_some()
    }
}

/// First the draft onto the active version, then the file onto that. What conflicts in the first step is not merged further.
pub fn decide(sides: &Sides, documents: &Documents) -> Result<Decision> {
    let (draft, merged) = match (sides.draft_onto_active(), sides.behind) {
        (None, Some((base, active))) => match three_ways(documents, base, sides.draft, active)? {
            Ok(merged) => (canonical::digest_of(&merged), Some(Arc::new(merged))),
            Err(conflicts) => return Ok(conflict(ConflictWith::Active, conflicts, SyncConflict::with_active)),
        },
        (draft, _) => (draft.unwrap_or(sides.draft), None),
    };
    let draft_document = || merged.clone().map_or_else(|| documents.get(draft), Ok);
    let result = |digest: Digest| {
        let document = match &merged {
            Some(merged) if digest == draft => Some(merged.clone()),
            _ if sides.writes(digest) => Some(documents.get(digest)?),
            _ => None,
        };
        Ok(Decision::Result(digest, document))
    };
    if sides.local == draft {
        return result(draft);
    }
    let Some(base) = sides.base else {
        // Two documents of which nothing says what they have in common: all of each is in the other's way.
        let whole = Conflict {
            path: String::new(),
            base: None,
            draft: Some((*documents.get(sides.local)?).clone()),
            active: Some((*draft_document()?).clone()),
        };
        return Ok(conflict(ConflictWith::Draft, vec![whole], SyncConflict::with_draft));
    };
    if let Some(digest) = by_digest(base, sides.local, draft) {
        return result(digest);
    }
    let merge = merge(&*documents.get(base)?, &*documents.get(sides.local)?, &*draft_document()?, &BTreeMap::new());
    if !merge.conflicts.is_empty() {
        return Ok(conflict(ConflictWith::Draft, merge.conflicts, SyncConflict::with_draft));
    }
    let digest = Canonical::of(&merge.value).digest;
    Ok(Decision::Result(digest, sides.writes(digest).then(|| Arc::new(merge.value))))
}

fn three_ways(documents: &Documents, base: Digest, draft: Digest, active: Digest) -> Result<std::result::Result<Value, Vec<Conflict>>> {
    let merge = merge(&*documents.get(base)?, &*documents.get(draft)?, &*documents.get(active)?, &BTreeMap::new());
    Ok(if merge.conflicts.is_empty() { Ok(merge.value) } else { Err(merge.conflicts) })
}

fn conflict(with: ConflictWith, conflicts: Vec<Conflict>, shown: impl Fn(Conflict) -> SyncConflict) -> Decision {
    Decision::Conflict(with, conflicts.into_iter().map(shown).collect())
}

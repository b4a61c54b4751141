//! The files that a plan or an apply is about, as the request brings them.

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;
use std::sync::Arc;

use domain::canonical::Inadmissible;
use domain::digest::Digest;
use domain::identity::ResourceType;
use domain::{Canonical, Slug};
use serde_json::Value;
use store::Tx;
use store::many::{self, DraftState, Named};
use uuid::Uuid;
use wire::problem::{BodyError, Code};
use wire::sync::plan::{SyncResource, SyncResources};

use crate::problem::{Problem, Result};
use crate::resources::checked_name;

const MAX_RESOURCES: usize = 1000;
const MAX_ERRORS: usize = 100;

/// One file, by its digest; with its document and canonical bytes where the request carries them.
#[derive(Debug)]
pub struct Asked {
    pub kind: ResourceType,
    pub slug: String,
    pub name: String,
    pub base: Option<Digest>,
    pub local: Digest,
    pub inline: Option<(Arc<Value>, Vec<u8>)>,
    pub expect: Option<Digest>,
}

impl Asked {
    pub fn named(&self) -> Named<'_> {
        Named { kind: self.kind, slug: &self.slug }
    }
}

/// What can be told of the request without looking anything up: 413, then 422 with everything that is wrong.
pub fn read(body: SyncResources) -> Result<Vec<Asked>> {
    if body.resources.len() > MAX_RESOURCES {
        return Err(invalid(vec![error("/resources", format!("{} resources, and one call takes {MAX_RESOURCES}", body.resources.len()))]));
    }
    let mut seen = BTreeSet::new();
    let (mut asked, mut errors) = (Vec::with_capacity(body.resources.len()), Vec::new());
    for (nth, resource) in body.resources.into_iter().enumerate() {
        let at = format!("/resources/{nth}");
        if !seen.insert((resource.kind, resource.slug.clone())) {
            errors
                .push(error(&at, format!("the {} {:?} stands in this list before; each may be named once", resource.kind, resource.slug)));
        }
        if let Some(one) = one(resource, &at, &mut errors)? {
            asked.push(one);
        }
    }
    if errors.is_empty() { Ok(asked) } else { Err(invalid(errors.into_iter().take(MAX_ERRORS).collect())) }
}

fn one(resource: SyncResource, at: &str, errors: &mut Vec<BodyError>) -> Result<Option<Asked>> {
    let before = errors.len();
    if let Err(refused) = Slug::from_str(&resource.slug) {
        errors.push(error(&format!("{at}/slug"), refused.to_string()));
    }
    let name = resource.name.unwrap_or_else(|| resource.slug.clone());
    if checked_name(&name).is_err() {
        errors.push(error(&format!("{at}/name"), "1 to 200 characters, on one line"));
    }
    let inline = match resource.body {
        None => None,
        Some(document) => match Canonical::admit(&document) {
            Ok(Canonical { bytes, digest }) if digest == resource.digest => Some((Arc::new(document), bytes)),
            Ok(Canonical { digest, .. }) => {
                errors.push(error(&format!("{at}/digest"), format!("the body beside it has the digest {digest} in canonical form")));
                None
            }
            Err(inadmissible @ Inadmissible::TooDeep) => {
                errors.push(error(&format!("{at}/body"), inadmissible.to_string()));
                None
            }
            Err(inadmissible @ Inadmissible::TooLarge { .. }) => {
                let problem = Problem::new(Code::PayloadTooLarge, format!("A file is too large: {inadmissible}. Nothing was changed."));
                return Err(problem.error(format!("{at}/body"), inadmissible.to_string()));
            }
        },
    };
    Ok((errors.len() == before).then(|| Asked {
        kind: resource.kind,
        name: name.trim().to_owned(),
        slug: resource.slug,
        base: resource.base_digest,
        local: resource.digest,
        inline,
        expect: resource.expect,
    }))
}

/// 409 for slugs that were used once.
pub async fn refuse_retired(tx: &mut Tx, workspace: Uuid, asked: &[Asked], states: &[Option<&DraftState>]) -> Result<()> {
    let new: Vec<Named<'_>> = asked.iter().zip(states).filter(|(_, state)| state.is_none()).map(|(asked, _)| asked.named()).collect();
    let retired = if new.is_empty() { Vec::new() } else { many::retired(tx, workspace, &new).await? };
    if retired.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "These slugs belonged to resources that were deleted: {}. Slugs are never reused; rename the files. Nothing was changed.",
        retired.join(", ")
    );
    Err(Problem::new(Code::SlugTaken, detail).fact("slugs", retired))
}

/// 422 for files that are neither here nor in the request, then for bases that are not here; all of them.
pub fn refuse_unknown(asked: &[Asked], stored: &HashMap<Digest, usize>) -> Result<()> {
    let lacking: BTreeSet<Digest> = asked
        .iter()
        .filter(|asked| asked.inline.is_none())
        .map(|asked| asked.local)
        .filter(|digest| !stored.contains_key(digest))
        .collect();
    if !lacking.is_empty() {
        let detail = "Some files are not stored here and came without their body; `digests` names them. Upload them (PUT /v1/sync/contents/{digest}) or send `body`. Nothing was changed.";
        return Err(Problem::new(Code::UnknownContent, detail).fact("digests", lacking));
    }
    let unknown: BTreeSet<Digest> = asked.iter().filter_map(|asked| asked.base).filter(|digest| !stored.contains_key(digest)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let detail = "Some bases are not known in this workspace; `digests` names them. Pull first, or send `baseDigest: null` for what is new here. Nothing was changed.";
    Err(Problem::new(Code::UnknownBase, detail).fact("digests", unknown))
}

fn error(pointer: &str, detail: impl Into<String>) -> BodyError {
    BodyError { pointer: pointer.to_owned(), detail: detail.into() }
}

fn invalid(errors: Vec<BodyError>) -> Problem {
    Problem::new(Code::InvalidBody, "The list of resources is not what it has to be; `errors` says where. Nothing was changed.")
        .errors(errors)
}

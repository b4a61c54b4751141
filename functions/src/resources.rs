//! Making, naming and deleting resources, the same for connectors and flows.

use std::str::FromStr;

use domain::Slug;
use domain::identity::{CredentialKind, Right};
use serde_json::{Value, json};
use store::Tx;
use store::drafts::{Draft, Swap};
use store::resources::Resource;
use wire::problem::Code;

use crate::app::App;
use crate::drafting::{self, Target};
use crate::extract::Caller;
use crate::kind::Kind;
use crate::problem::{Problem, Result};

/// The resource, or 404.
pub async fn find(tx: &mut Tx, caller: &Caller, kind: Kind, reference: &str) -> Result<Resource> {
    store::resources::find(tx, caller.workspace.id, kind.resource, reference)
        .await?
        .ok_or_else(|| Problem::not_found(format!("{kind} {reference:?}")))
}

/// For reading: 404, then 403.
pub async fn get(app: &App, caller: &Caller, kind: Kind, reference: &str) -> Result<Resource> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let found = find(&mut tx, caller, kind, reference).await;
    let resource = store::end(tx, found).await?;
    caller.require(Right::Read)?;
    Ok(resource)
}

/// Makes the resource with its first draft; without a document it starts empty.
pub async fn create(
    tx: &mut Tx,
    caller: &Caller,
    kind: Kind,
    slug: &str,
    name: &str,
    document: Option<&Value>,
) -> Result<(Resource, Draft)> {
    caller.require(Right::Draft)?;
    let slug = Slug::from_str(slug).map_err(|error| invalid("/slug", error.to_string()))?;
    let name = checked_name(name)?;
    let workspace = caller.workspace.id;
    let id = store::resources::create(tx, workspace, kind.resource, slug.as_str(), name).await?.ok_or_else(|| {
        Problem::new(
            Code::SlugTaken,
            format!(
                "The slug {slug:?} belongs, or belonged, to another {kind} of this workspace. Slugs are never reused; choose another.",
                slug = slug.as_str()
            ),
        )
    })?;
    let document = document.cloned().unwrap_or_else(kind.empty);
    let content = drafting::content_of(kind, &document).map_err(|problem| problem.inside(&format!("/{}", kind.member())))?;
    let first = Swap { expected: None, base_version: 0, restored_from: None };
    store::drafts::save(tx, workspace, kind.resource, id, first, &content, &caller.author()).await?;
    store::audit::record(tx, workspace, &caller.actor(), "create", Some(id), &json!({"name": name})).await?;
    Ok((find(tx, caller, kind, slug.as_str()).await?, drafting::find(tx, caller, kind, slug.as_str()).await?))
}

/// Renames; without a name nothing changes.
pub async fn rename(app: &App, target: Target<'_>, name: Option<&str>) -> Result<Resource> {
    let Target { caller, kind, reference, .. } = target;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let mut resource = find(&mut tx, caller, kind, reference).await?;
        drafting::find_to_write(&mut tx, target).await?;
        let name = name.map(checked_name).transpose()?.filter(|name| *name != resource.name);
        if let Some(name) = name {
            store::resources::rename(&mut tx, caller.workspace.id, resource.id, name).await?;
            let detail = json!({"before": {"name": resource.name}, "after": {"name": name}});
            store::audit::record(&mut tx, caller.workspace.id, &caller.actor(), "rename", Some(resource.id), &detail).await?;
            name.clone_into(&mut resource.name);
        }
        Ok::<_, Problem>(resource)
    }
    .await;
    store::end(tx, outcome).await
}

/// Deletes what was never published.
pub async fn delete(app: &App, target: Target<'_>) -> Result<()> {
    let Target { caller, kind, reference, .. } = target;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let resource = find(&mut tx, caller, kind, reference).await?;
        caller.require(Right::Draft)?;
        if caller.identity.kind == CredentialKind::Agent {
            return Err(Problem::new(Code::Forbidden, "An agent's token deletes nothing. Ask a person to do it.").fact("right", "delete"));
        }
        drafting::find_to_write(&mut tx, target).await?;
        if resource.published_version_id.is_some()
            || !store::resources::delete_unpublished(&mut tx, caller.workspace.id, resource.id).await?
        {
            return Err(Problem::new(
                Code::Published,
                format!("{:?} has been published, and published versions are kept for ever. Archive it instead.", resource.slug),
            ));
        }
        let detail = json!({"type": kind.resource, "slug": resource.slug});
        store::audit::record(&mut tx, caller.workspace.id, &caller.actor(), "delete", Some(resource.id), &detail).await?;
        Ok(())
    }
    .await;
    store::end(tx, outcome).await
}

/// A name is 1 to 200 characters, without control characters, and not only blanks.
pub fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(invalid("/name", "1 to 200 characters, on one line".to_owned()));
    }
    Ok(name)
}

fn invalid(pointer: &str, detail: String) -> Problem {
    Problem::new(Code::InvalidBody, "A member of the body is not what it has to be; `errors` says which.").error(pointer, detail)
}

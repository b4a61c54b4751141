//! Connectors and flows alike: what both have, under one set of names.

use domain::digest::Digest;
use domain::identity::ResourceType;
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::connectors::{Connector, DraftState, Published as PublishedConnector};
use wire::flows::{Flow, FlowDraftState, PublishedFlow};
use wire::problem::Code;
use wire::replica::ReplicaStatus;
use wire::time::Millis;

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Result};

/// A resource, by id or slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector<'a> {
    pub kind: ResourceType,
    pub id: &'a str,
}

#[derive(Debug, Clone)]
pub struct Resource {
    pub kind: ResourceType,
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// 0 until the first publish.
    pub published_version: i32,
    pub has_unpublished_changes: bool,
    pub archived: bool,
}

/// A draft: the document, and what a write or publish has to know of it.
#[derive(Debug, Clone)]
pub struct Draft {
    pub document: Value,
    pub base_version: i32,
    pub published_version: i32,
    pub has_unpublished_changes: bool,
    pub etag: Digest,
    pub updated_at: Millis,
    pub updated_by: Option<String>,
    pub findings: Vec<Finding>,
}

/// Something about a document, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    pub blocks: bool,
    pub code: String,
    pub message: String,
    pub path: String,
}

/// A version that was just made.
#[derive(Debug, Clone)]
pub struct Published {
    pub version: i32,
    pub digest: Digest,
    pub published_at: Millis,
    pub source: String,
    pub event_id: Uuid,
}

impl Selector<'_> {
    fn path(&self, rest: &str) -> String {
        match self.kind {
            ResourceType::Connector => format!("/api/connectors/{}{rest}", self.id),
            ResourceType::Flow => format!("/v1/flows/{}{rest}", self.id),
        }
    }

    fn is_flow(&self) -> bool {
        self.kind == ResourceType::Flow
    }
}

/// What the key of a base version is called in each of the two APIs.
fn base(what: Selector<'_>) -> &'static str {
    if what.is_flow() { "baseVersion" } else { "base_version" }
}

impl Client {
    pub async fn get_resource(&self, what: Selector<'_>) -> Result<Resource> {
        let value = self.send(Call::get(what.path(""))).await?;
        self.resource(what.kind, value)
    }

    /// `None` where there is no such resource.
    pub async fn find_resource(&self, what: Selector<'_>) -> Result<Option<Resource>> {
        match self.get_resource(what).await {
            Ok(resource) => Ok(Some(resource)),
            Err(error) if error.is(Code::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// With this document as its first draft; with the empty one when there is none.
    pub async fn create_resource(&self, kind: ResourceType, slug: &str, name: &str, document: Option<&Value>) -> Result<Resource> {
        let (path, key) = match kind {
            ResourceType::Connector => ("/api/connectors", "config"),
            ResourceType::Flow => ("/v1/flows", "graph"),
        };
        let mut body = json!({"slug": slug, "name": name});
        if let Some(document) = document {
            body[key] = document.clone();
        }
        let value = self.send(Call::post(path).json(&body)?).await?;
        self.resource(kind, value)
    }

    pub async fn get_draft(&self, what: Selector<'_>) -> Result<Draft> {
        let value = self.send(Call::get(what.path("/draft"))).await?;
        self.draft(what, value)
    }

    /// Merges this patch (RFC 7396) into a connector's draft, if that is still the one with this etag.
    pub async fn patch_connector_draft(&self, id: &str, patch: &Value, etag: Option<Digest>) -> Result<Draft> {
        let what = Selector { kind: ResourceType::Connector, id };
        let value = self.send(if_match(Call::new(Method::PATCH, what.path("/draft")), etag).json(patch)?).await?;
        self.draft(what, value)
    }

    /// Replaces the draft, if that is still the one with this etag.
    pub async fn put_draft(&self, what: Selector<'_>, document: &Value, etag: Option<Digest>) -> Result<Draft> {
        let body = if what.is_flow() { json!({"graph": document}) } else { document.clone() };
        let value = self.send(if_match(Call::new(Method::PUT, what.path("/draft")), etag).repeatable().json(&body)?).await?;
        self.draft(what, value)
    }

    /// What a version holds.
    pub async fn get_version_document(&self, what: Selector<'_>, version: i32) -> Result<Value> {
        let mut value: Value = self.send(Call::get(what.path(&format!("/versions/{version}")))).await?;
        let key = if what.is_flow() { "graph" } else { "config" };
        Ok(value.get_mut(key).map(Value::take).unwrap_or_default())
    }

    /// Copies a version into the draft; publishes nothing.
    pub async fn restore_version(&self, what: Selector<'_>, version: i32) -> Result<Draft> {
        let value = self.send(Call::post(what.path(&format!("/versions/{version}/restore"))).json(&json!({}))?).await?;
        self.draft(what, value)
    }

    /// Makes a version with what a former one held.
    pub async fn rollback(&self, what: Selector<'_>, version: i32, base_version: i32, note: Option<&str>) -> Result<Published> {
        let mut body = json!({"version": version});
        body[base(what)] = base_version.into();
        self.mint(what, "/rollback", body, note).await
    }

    pub async fn archive(&self, what: Selector<'_>, base_version: i32, note: Option<&str>) -> Result<Published> {
        self.mint(what, "/archive", json!({base(what): base_version}), note).await
    }

    pub async fn unarchive(&self, what: Selector<'_>, base_version: i32, note: Option<&str>) -> Result<Published> {
        self.mint(what, "/unarchive", json!({base(what): base_version}), note).await
    }

    async fn mint(&self, what: Selector<'_>, action: &str, mut body: Value, note: Option<&str>) -> Result<Published> {
        if let Some(note) = note {
            body["note"] = note.into();
        }
        let call = Call::post(what.path(action)).json(&body)?;
        Ok(if what.is_flow() {
            let PublishedFlow { version, digest, published_at, source, event_id } = self.send(call).await?;
            Published { version, digest, published_at, source, event_id }
        } else {
            let PublishedConnector { version, digest, published_at, source, event_id } = self.send(call).await?;
            Published { version, digest, published_at, source, event_id }
        })
    }

    /// What the replica holds, beside what is published.
    pub async fn replica_status(&self, what: Selector<'_>) -> Result<ReplicaStatus> {
        self.send(Call::get(format!("/v1/replica/{}/{}", what.kind, what.id))).await
    }

    fn resource(&self, kind: ResourceType, value: Value) -> Result<Resource> {
        Ok(match kind {
            ResourceType::Connector => {
                let of: Connector = self.read(value)?;
                Resource {
                    kind,
                    id: of.id,
                    slug: of.slug,
                    name: of.name,
                    published_version: of.active_version,
                    has_unpublished_changes: of.has_unpublished_changes,
                    archived: of.archived,
                }
            }
            ResourceType::Flow => {
                let of: Flow = self.read(value)?;
                Resource {
                    kind,
                    id: of.id,
                    slug: of.slug,
                    name: of.name,
                    published_version: of.published_version,
                    has_unpublished_changes: of.has_unpublished_changes,
                    archived: of.archived,
                }
            }
        })
    }

    fn draft(&self, what: Selector<'_>, mut value: Value) -> Result<Draft> {
        let document = |value: &mut Value, key: &str| value.get_mut(key).map(Value::take).unwrap_or_default();
        if what.is_flow() {
            let document = document(&mut value, "graph");
            let of: FlowDraftState = self.read(value)?;
            let findings = of.diagnostics.into_iter();
            let findings = findings
                .map(|one| Finding { blocks: one.severity == "error", code: one.code, message: one.message, path: one.path })
                .collect();
            return Ok(Draft {
                document,
                base_version: of.base_version,
                published_version: of.published_version,
                has_unpublished_changes: of.has_unpublished_changes,
                etag: of.etag,
                updated_at: of.updated_at,
                updated_by: of.updated_by,
                findings,
            });
        }
        let document = document(&mut value, "config");
        let of: DraftState = self.read(value)?;
        // What blocks a publish is among the warnings too.
        let blocks = |path: &str, code: &str| of.blockers.iter().any(|blocker| blocker.path == path && blocker.code == code);
        let findings = of
            .warnings
            .iter()
            .map(|one| Finding {
                blocks: blocks(&one.path, &one.code),
                code: one.code.clone(),
                message: one.message.clone(),
                path: one.path.clone(),
            })
            .collect();
        Ok(Draft {
            document,
            base_version: of.base_version,
            published_version: of.active_version,
            has_unpublished_changes: of.has_unpublished_changes,
            etag: of.etag,
            updated_at: of.updated_at,
            updated_by: of.updated_by,
            findings,
        })
    }

    fn read<T: DeserializeOwned>(&self, value: Value) -> Result<T> {
        T::deserialize(value).map_err(|error| Error::Unexpected { url: self.url().to_owned(), status: 200, text: error.to_string() })
    }
}

fn if_match(call: Call, etag: Option<Digest>) -> Call {
    match etag {
        Some(etag) => call.header("if-match", &format!("\"{etag}\"")),
        None => call,
    }
}

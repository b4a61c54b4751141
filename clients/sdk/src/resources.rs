//! Connectors and flows alike: what both have, under one set of names.

use domain::digest::Digest;
use domain::identity::ResourceType;
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::connectors::{Connector, CreatedConnector};
use wire::flows::{CreatedFlow, Flow};
use wire::page::{CamelPage, Page};
use wire::problem::Code;
use wire::time::Millis;

use crate::address::segment;
use crate::call::Call;
use crate::client::Client;
use crate::drafts::{Finding, of_diagnostics, of_findings};
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
    pub updated_at: Millis,
}

/// A resource that was just made, with the state of its first draft.
#[derive(Debug, Clone)]
pub struct Created {
    pub resource: Resource,
    pub base_version: i32,
    pub etag: Digest,
    pub findings: Vec<Finding>,
}

/// Which resources; what is left out does not narrow them.
#[derive(Debug, Clone, Default)]
pub struct ResourceQuery<'a> {
    /// Part of the slug or of the name.
    pub q: Option<&'a str>,
    pub has_unpublished_changes: Option<bool>,
    pub archived: Option<bool>,
    pub limit: Option<usize>,
    pub cursor: Option<&'a str>,
}

impl Selector<'_> {
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", list_of(self.kind), segment(self.id))
    }

    pub(crate) fn is_flow(&self) -> bool {
        self.kind == ResourceType::Flow
    }

    /// What a member is called in each of the two APIs.
    pub(crate) fn member(&self, of_connector: &'static str, of_flow: &'static str) -> &'static str {
        if self.is_flow() { of_flow } else { of_connector }
    }
}

fn list_of(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::Connector => "/api/connectors",
        ResourceType::Flow => "/v1/flows",
    }
}

impl Client {
    /// A page, newest first, and the cursor of the next.
    pub async fn list_resources(&self, kind: ResourceType, query: &ResourceQuery<'_>) -> Result<CamelPage<Resource>> {
        let call = Call::get(list_of(kind)).query("q", query.q).query("limit", query.limit).query("cursor", query.cursor);
        let call = call.query("has_unpublished_changes", query.has_unpublished_changes).query("archived", query.archived);
        Ok(match kind {
            ResourceType::Connector => {
                let page: Page<Connector> = self.send(call).await?;
                CamelPage { items: page.items.into_iter().map(Resource::from).collect(), next_cursor: page.next_cursor }
            }
            ResourceType::Flow => {
                let page: CamelPage<Flow> = self.send(call).await?;
                CamelPage { items: page.items.into_iter().map(Resource::from).collect(), next_cursor: page.next_cursor }
            }
        })
    }

    pub async fn get_resource(&self, what: Selector<'_>) -> Result<Resource> {
        self.answering_a_resource(what.kind, Call::get(what.path(""))).await
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
    pub async fn create_resource(&self, kind: ResourceType, slug: &str, name: &str, document: Option<&Value>) -> Result<Created> {
        let mut body = json!({"slug": slug, "name": name});
        if let Some(document) = document {
            body[Selector { kind, id: slug }.member("config", "graph")] = document.clone();
        }
        let call = Call::post(list_of(kind)).json(&body)?;
        Ok(match kind {
            ResourceType::Connector => {
                let CreatedConnector { connector, base_version, etag, warnings, blockers } = self.send(call).await?;
                Created { resource: connector.into(), base_version, etag, findings: of_findings(warnings, &blockers) }
            }
            ResourceType::Flow => {
                let CreatedFlow { flow, base_version, etag, diagnostics } = self.send(call).await?;
                Created { resource: flow.into(), base_version, etag, findings: of_diagnostics(diagnostics) }
            }
        })
    }

    /// Gives it another name; its slug stays.
    pub async fn rename_resource(&self, what: Selector<'_>, name: &str) -> Result<Resource> {
        let call = Call::new(Method::PATCH, what.path("")).repeatable().json(&json!({"name": name}))?;
        self.answering_a_resource(what.kind, call).await
    }

    /// What was never published; everything else is archived.
    pub async fn delete_resource(&self, what: Selector<'_>) -> Result<()> {
        self.send_for_nothing(Call::new(Method::DELETE, what.path(""))).await
    }

    async fn answering_a_resource(&self, kind: ResourceType, call: Call) -> Result<Resource> {
        Ok(match kind {
            ResourceType::Connector => self.send::<Connector>(call).await?.into(),
            ResourceType::Flow => self.send::<Flow>(call).await?.into(),
        })
    }

    pub(crate) fn read<T: DeserializeOwned>(&self, value: Value) -> Result<T> {
        T::deserialize(value).map_err(|error| Error::Unexpected { url: self.url().to_owned(), status: 200, text: error.to_string() })
    }
}

impl From<Connector> for Resource {
    fn from(of: Connector) -> Resource {
        let Connector { id, slug, name, active_version, has_unpublished_changes, archived, updated_at } = of;
        Resource {
            kind: ResourceType::Connector,
            id,
            slug,
            name,
            published_version: active_version,
            has_unpublished_changes,
            archived,
            updated_at,
        }
    }
}

impl From<Flow> for Resource {
    fn from(of: Flow) -> Resource {
        let Flow { id, slug, name, published_version, has_unpublished_changes, archived, updated_at, .. } = of;
        Resource { kind: ResourceType::Flow, id, slug, name, published_version, has_unpublished_changes, archived, updated_at }
    }
}

//! What a checkout is kept in step with.

use domain::canonical::{self, Canonical};
use domain::digest::Digest;
use domain::identity::ResourceType;
use http::Method;
use http::header::LINK;
use serde_json::Value;
use serde_json::value::RawValue;
use wire::page::CamelPage;
use wire::problem::Code;
use wire::sync::drift::Drift;
use wire::sync::export::{Export, StoredContent};
use wire::sync::history::{HistoryItem, PublishItem};
use wire::sync::plan::{SyncPlan, SyncResources};
use wire::sync::publish::{PublishMany, PublishedMany};
use wire::sync::pulls::{RecordPull, RecordedPull};

use crate::address::segment;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Result};

/// Which documents an export shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Of {
    /// What is published; of what never was, its draft.
    #[default]
    Published,
    Draft,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct ExportQuery<'a> {
    pub of: Of,
    pub bodies: bool,
    pub cursor: Option<&'a str>,
}

impl Client {
    /// A page of everything that a checkout holds.
    pub async fn export(&self, query: ExportQuery<'_>) -> Result<Export> {
        let of = (query.of == Of::Draft).then_some("draft");
        let call = Call::get("/v1/sync/export").query("limit", Some(200)).query("of", of);
        self.send(call.query("bodies", Some(query.bodies)).query("cursor", query.cursor)).await
    }

    /// One body.
    pub async fn get_content(&self, digest: Digest) -> Result<Value> {
        let call = Call::get(format!("/v1/sync/contents/{digest}"));
        let body = self.send::<Box<RawValue>>(call).await?;
        canonical::parse(body.get().as_bytes()).map_err(|error| Error::Unexpected {
            url: self.url().to_owned(),
            status: 200,
            text: error.to_string(),
        })
    }

    /// `None` where the workspace has it no longer.
    pub async fn find_content(&self, digest: Digest) -> Result<Option<Value>> {
        match self.get_content(digest).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.is(Code::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Uploads one body; to send it twice is to send it once.
    pub async fn put_content(&self, content: &Canonical) -> Result<StoredContent> {
        let call = Call::new(Method::PUT, format!("/v1/sync/contents/{}", content.digest));
        self.send(call.repeatable().bytes(content.bytes.clone())).await
    }

    pub async fn record_pull(&self, pull: &RecordPull) -> Result<RecordedPull> {
        self.send(Call::post("/v1/sync/pulls").json(pull)?).await
    }

    /// What [`Client::apply`] would do; nothing is written.
    pub async fn plan(&self, resources: &SyncResources) -> Result<SyncPlan> {
        self.send(Call::new(Method::POST, "/v1/sync/plan").repeatable().json(resources)?).await
    }

    /// All of it, or nothing.
    pub async fn apply(&self, resources: &SyncResources) -> Result<SyncPlan> {
        self.send(Call::post("/v1/sync/apply").json(resources)?).await
    }

    /// All of it, or nothing.
    pub async fn publish_many(&self, what: &PublishMany) -> Result<PublishedMany> {
        self.send(Call::post("/v1/sync/publish").json(what)?).await
    }

    pub async fn drift(&self) -> Result<Drift> {
        self.send(Call::get("/v1/sync/drift")).await
    }

    /// Every save, apply and publish, newest first. By id or slug.
    pub async fn history(&self, kind: ResourceType, id: &str, limit: usize, cursor: Option<&str>) -> Result<CamelPage<HistoryItem>> {
        let call = Call::get(format!("/v1/sync/history/{kind}/{}", segment(id)));
        self.send(call.query("limit", Some(limit)).query("cursor", cursor)).await
    }

    /// The publishes alone, newest first. By id or slug.
    pub async fn publishes(&self, kind: ResourceType, id: &str, limit: usize, cursor: Option<&str>) -> Result<CamelPage<PublishItem>> {
        let call = Call::get(format!("/v1/sync/history/{kind}/{}/publishes", segment(id)));
        let (items, headers) = self.send_for_headers(call.query("limit", Some(limit)).query("cursor", cursor)).await?;
        Ok(CamelPage { items, next_cursor: headers.get(LINK).and_then(|link| next_cursor(link.to_str().ok()?)) })
    }
}

/// The cursor of `<...&cursor=...>; rel="next"` (RFC 8288), for a list that is a plain array.
fn next_cursor(link: &str) -> Option<String> {
    let (address, _) = link.strip_prefix('<')?.split_once(">; rel=\"next\"")?;
    let (_, query) = address.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("cursor=")).map(str::to_owned)
}

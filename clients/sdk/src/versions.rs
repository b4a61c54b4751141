//! Publishing, what was published, and what was saved in between.

use domain::digest::Digest;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::connectors::{ConnectorSnapshot, ConnectorVersion, Provenance, Published as PublishedConnector, VersionDiff};
use wire::flows::{FlowProvenance, FlowSnapshot, FlowVersion, PublishedFlow};
use wire::page::{CamelPage, Page};
use wire::time::Millis;

use crate::call::Call;
use crate::client::Client;
use crate::drafts::{Draft, if_match};
use crate::error::Result;
use crate::resources::Selector;

/// A version that was just made.
#[derive(Debug, Clone)]
pub struct Published {
    pub version: i32,
    pub digest: Digest,
    pub published_at: Millis,
    pub source: String,
    pub event_id: Uuid,
}

/// A published version, or a save that never was one.
#[derive(Debug, Clone)]
pub struct Version {
    /// Of a save, where it is no published one.
    pub snapshot: Option<i64>,
    pub version: Option<i32>,
    pub published_at: Option<Millis>,
    pub provenance: Provenance,
}

/// A version with what it holds: the document, or the part that was asked for.
#[derive(Debug, Clone)]
pub struct Documented {
    pub of: Version,
    pub document: Value,
}

/// One row of a resource's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Version(i32),
    Snapshot(i64),
}

impl Which {
    fn path(self) -> String {
        match self {
            Which::Version(version) => format!("/versions/{version}"),
            Which::Snapshot(snapshot) => format!("/snapshots/{snapshot}"),
        }
    }
}

impl Client {
    /// The draft becomes the next version, if this is the active one; with an etag, if the draft is still that.
    pub async fn publish(&self, what: Selector<'_>, base_version: i32, etag: Option<Digest>, note: Option<&str>) -> Result<Published> {
        let mut body = json!({base(what): base_version});
        if let Some(etag) = etag {
            body[what.member("draft_etag", "draftEtag")] = json!(etag);
        }
        self.mint(what, "/publish", body, note).await
    }

    /// Makes a version with what a former one held.
    pub async fn rollback(&self, what: Selector<'_>, version: i32, base_version: i32, note: Option<&str>) -> Result<Published> {
        self.mint(what, "/rollback", json!({"version": version, base(what): base_version}), note).await
    }

    pub async fn archive(&self, what: Selector<'_>, base_version: i32, note: Option<&str>) -> Result<Published> {
        self.mint(what, "/archive", json!({base(what): base_version}), note).await
    }

    pub async fn unarchive(&self, what: Selector<'_>, base_version: i32, note: Option<&str>) -> Result<Published> {
        self.mint(what, "/unarchive", json!({base(what): base_version}), note).await
    }

    /// A page, newest first, and the cursor of the next.
    pub async fn list_versions(&self, what: Selector<'_>, limit: usize, cursor: Option<&str>) -> Result<CamelPage<Version>> {
        let call = Call::get(what.path("/versions")).query("limit", Some(limit)).query("cursor", cursor);
        Ok(if what.is_flow() {
            let page: CamelPage<FlowVersion> = self.send(call).await?;
            CamelPage { items: page.items.into_iter().map(Version::from).collect(), next_cursor: page.next_cursor }
        } else {
            let page: Page<ConnectorVersion> = self.send(call).await?;
            CamelPage { items: page.items.into_iter().map(Version::from).collect(), next_cursor: page.next_cursor }
        })
    }

    /// One row of the history with what it holds, or with the part at `path`.
    pub async fn get_version(&self, what: Selector<'_>, which: Which, path: Option<&str>) -> Result<Documented> {
        let mut value: Value = self.send(Call::get(what.path(&which.path())).query("path", path)).await?;
        let member = if path.is_some() { "value" } else { what.member("config", "graph") };
        let document = value.get_mut(member).map(Value::take).unwrap_or_default();
        let of = match (which, what.is_flow()) {
            (Which::Version(_), true) => self.read::<FlowVersion>(value)?.into(),
            (Which::Version(_), false) => self.read::<ConnectorVersion>(value)?.into(),
            (Which::Snapshot(_), true) => self.read::<FlowSnapshot>(value)?.into(),
            (Which::Snapshot(_), false) => self.read::<ConnectorSnapshot>(value)?.into(),
        };
        Ok(Documented { of, document })
    }

    /// What a version changed, against another (a number, `active` or `draft`), or against the one before.
    pub async fn diff_version(&self, what: Selector<'_>, version: i32, against: Option<&str>) -> Result<VersionDiff> {
        self.send(Call::get(what.path(&format!("/versions/{version}/diff"))).query("against", against)).await
    }

    /// Copies a row of the history into the draft; publishes nothing.
    pub async fn restore(&self, what: Selector<'_>, which: Which, etag: Option<Digest>) -> Result<Draft> {
        let call = Call::post(what.path(&format!("{}/restore", which.path()))).json(&json!({}))?;
        self.answering_a_draft(what, if_match(call, etag)).await
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
}

fn base(what: Selector<'_>) -> &'static str {
    what.member("base_version", "baseVersion")
}

impl From<ConnectorVersion> for Version {
    fn from(of: ConnectorVersion) -> Version {
        let ConnectorVersion { version, provenance, published_at } = of;
        Version { snapshot: None, version: Some(version), published_at: Some(published_at), provenance }
    }
}

impl From<FlowVersion> for Version {
    fn from(of: FlowVersion) -> Version {
        let FlowVersion { version, provenance, published_at } = of;
        Version { snapshot: None, version: Some(version), published_at: Some(published_at), provenance: in_snake_case(provenance) }
    }
}

impl From<ConnectorSnapshot> for Version {
    fn from(of: ConnectorSnapshot) -> Version {
        let ConnectorSnapshot { snapshot, version, provenance, published_at, .. } = of;
        Version { snapshot: Some(snapshot), version, published_at, provenance }
    }
}

impl From<FlowSnapshot> for Version {
    fn from(of: FlowSnapshot) -> Version {
        let FlowSnapshot { snapshot, version, provenance, published_at, .. } = of;
        Version { snapshot: Some(snapshot), version, published_at, provenance: in_snake_case(provenance) }
    }
}

/// What is the same in both APIs but for its spelling.
fn in_snake_case(of: FlowProvenance) -> Provenance {
    let FlowProvenance {
        is_active,
        source,
        surface,
        actor_kind,
        created_by_email,
        git_commit_sha,
        git_branch,
        note,
        restored_from,
        archived,
        digest,
    } = of;
    Provenance {
        is_active,
        source,
        surface,
        actor_kind,
        created_by_email,
        git_commit_sha,
        git_branch,
        note,
        restored_from,
        archived,
        digest,
    }
}

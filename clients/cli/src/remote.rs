//! What the server has, resource by resource.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use domain::Digest;
use domain::canonical;
use sdk::{Client, ExportQuery, Of};
use serde_json::Value;
use uuid::Uuid;
use wire::sync::export::{ExportWorkspace, ExportedResource, LastApplied};
use wire::time::Millis;

use crate::files::Key;

pub struct Remote {
    pub workspace: ExportWorkspace,
    pub as_of: Millis,
    pub resources: BTreeMap<Key, RemoteResource>,
}

#[derive(Debug, Clone)]
pub struct RemoteResource {
    pub id: Uuid,
    pub published_version: i32,
    pub archived: bool,
    pub digest: Digest,
    body: Option<Value>,
    pub last_applied: Option<LastApplied>,
}

impl Remote {
    pub async fn read(client: &Client, of: Of, bodies: bool) -> Result<Remote> {
        let mut resources = BTreeMap::new();
        let mut first = None;
        let mut cursor: Option<String> = None;
        loop {
            let page = client.export(ExportQuery { of, bodies, cursor: cursor.as_deref() }).await?;
            // What changed while the pages were read is newer than the first one.
            let (workspace, as_of) = first.get_or_insert((page.workspace, page.as_of_utc)).clone();
            for one in page.resources {
                let (key, resource) = resource(one)?;
                resources.insert(key, resource);
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(Remote { workspace, as_of, resources });
            }
        }
    }

    pub fn get(&self, key: &Key) -> Option<&RemoteResource> {
        self.resources.get(key)
    }
}

impl RemoteResource {
    /// The document; asked for where the export left it out.
    pub async fn document(&self, client: &Client) -> Result<Value> {
        let document = match &self.body {
            Some(body) => body.clone(),
            None => client.get_content(self.digest).await?,
        };
        if canonical::digest_of(&document) != self.digest {
            bail!("the server answered another content than {}", self.digest);
        }
        Ok(document)
    }
}

fn resource(one: ExportedResource) -> Result<(Key, RemoteResource)> {
    let key = Key::new(one.kind.parse()?, &one.slug)?;
    let body = one.body.map(|body| canonical::parse(body.get().as_bytes())).transpose()?;
    let ExportedResource { id, published_version, archived, digest, last_applied, .. } = one;
    Ok((key, RemoteResource { id, published_version, archived, digest, body, last_applied }))
}

//! Reading: what is in force, and all of its body or nothing.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use domain::digest::Digest;
use domain::identity::ResourceType;
use uuid::Uuid;

use crate::pack::{self, BODY_BYTES, MANIFEST_BYTES};
use crate::schema::{self, CURRENT, Current, Item, PK, RESOURCE_PREFIX, SK, text};
use crate::{Listed, ManifestEntry, Read, Replica, ReplicaError, decode, off_thread};

impl Replica {
    /// What is in force for a resource; `None` if it was never published.
    pub async fn current(&self, workspace: Uuid, resource: Uuid, read: Read) -> Result<Option<Current>, ReplicaError> {
        let item = self.get("reading CURRENT", schema::key(schema::resource_pk(workspace, resource), CURRENT), read).await?;
        item.map(|item| decode::current(workspace, resource, &item)).transpose()
    }

    /// What is in force for many resources, given as (workspace, resource). One that was never published, or whose item
    /// can't be read (that is logged), is absent from the answer.
    pub async fn current_many(&self, resources: &[(Uuid, Uuid)], read: Read) -> Result<HashMap<(Uuid, Uuid), Current>, ReplicaError> {
        let wanted: HashSet<_> = resources.iter().copied().collect();
        let keys = wanted.into_iter().map(|(workspace, resource)| schema::key(schema::resource_pk(workspace, resource), CURRENT));
        let mut found = HashMap::new();
        for item in self.get_all("reading CURRENTs", keys.collect(), read).await? {
            let Some((workspace, resource)) = decode::owner(&item) else { continue };
            match decode::current(workspace, resource, &item) {
                Ok(current) => drop(found.insert((workspace, resource), current)),
                Err(error) => tracing::error!(%workspace, %resource, %error, "a CURRENT item can't be read"),
            }
        }
        Ok(found)
    }

    /// The resource behind a slug; `None` if no version of it was ever published.
    pub async fn resolve(&self, workspace: Uuid, resource_type: ResourceType, slug: &str) -> Result<Option<Uuid>, ReplicaError> {
        let key = schema::key(schema::workspace_pk(workspace), schema::slug_sk(resource_type, slug));
        let item = self.get("resolving a slug", key, Read::Consistent).await?;
        item.map(|item| decode::resource_id(&item)).transpose()
    }

    /// All resources of a workspace that were ever published, by type and slug.
    pub async fn list(&self, workspace: Uuid) -> Result<Vec<Listed>, ReplicaError> {
        let mut pages = self
            .dynamo
            .query()
            .table_name(&self.table)
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :prefix)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", text(schema::workspace_pk(workspace)))
            .expression_attribute_values(":prefix", text(RESOURCE_PREFIX))
            .into_paginator()
            .items()
            .send();
        let mut listed = Vec::new();
        while let Some(item) = pages.next().await {
            listed.push(decode::listed(&item.map_err(|error| ReplicaError::from_sdk("listing a workspace", error))?)?);
        }
        Ok(listed)
    }

    /// The body of a version: whole, and with the digest that `CURRENT` promised, or an error.
    pub async fn load(&self, current: &Current) -> Result<Bytes, ReplicaError> {
        const OPERATION: &str = "loading a body";
        let packed = match &current.body {
            Some(inline) => inline.clone(),
            None => {
                let sort_keys = (0..current.chunks).map(|index| schema::body_chunk_sk(current.version, index));
                self.chunks(OPERATION, current, sort_keys.collect()).await?
            }
        };
        let digest = current.digest;
        off_thread(OPERATION, move || verified(OPERATION, &packed, BODY_BYTES, digest)).await
    }

    /// The event flows of a version, sorted by source and type.
    pub async fn manifest(&self, current: &Current) -> Result<Vec<ManifestEntry>, ReplicaError> {
        const OPERATION: &str = "loading a manifest";
        let sort_keys = (0..current.manifest_chunks).map(|index| schema::manifest_chunk_sk(current.version, index));
        let packed = self.chunks(OPERATION, current, sort_keys.collect()).await?;
        let digest = current.manifest_digest;
        off_thread(OPERATION, move || {
            let plain = verified(OPERATION, &packed, MANIFEST_BYTES, digest)?;
            serde_json::from_slice(&plain).map_err(|error| ReplicaError::permanent(OPERATION, error))
        })
        .await
    }

    async fn get(&self, operation: &'static str, key: Item, read: Read) -> Result<Option<Item>, ReplicaError> {
        let get = self.dynamo.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(read == Read::Consistent);
        Ok(get.send().await.map_err(|error| ReplicaError::from_sdk(operation, error))?.item)
    }

    /// The data of these items, joined in the order asked. Consistent, because `CURRENT` may be seen before a chunk is.
    async fn chunks(&self, operation: &'static str, current: &Current, sort_keys: Vec<String>) -> Result<Bytes, ReplicaError> {
        let pk = schema::resource_pk(current.workspace_id, current.resource_id);
        let keys = sort_keys.iter().map(|sk| schema::key(&pk, sk)).collect();
        let items = self.get_all(operation, keys, Read::Consistent).await?;
        let mut found: HashMap<String, Bytes> =
            items.iter().filter_map(|item| Some((decode::text(item, SK).ok()?.to_owned(), decode::blob(item, "data")?))).collect();
        let mut joined = Vec::new();
        for sk in sort_keys {
            let data = found.remove(&sk).ok_or_else(|| {
                // Superseded a day ago and expired since: the caller's `CURRENT` is old, and reading it again helps.
                ReplicaError::transient(operation, format!("{pk} / {sk} is not there"))
            })?;
            joined.extend_from_slice(&data);
        }
        Ok(joined.into())
    }
}

fn verified(operation: &'static str, packed: &[u8], limit: usize, digest: Digest) -> Result<Bytes, ReplicaError> {
    let plain = pack::decompress(operation, packed, limit)?;
    let found = Digest::of(&plain);
    if found != digest {
        return Err(ReplicaError::permanent(operation, format!("the digest should be {digest} and the stored one is {found}")));
    }
    Ok(plain)
}

//! What a store remembers, and the rule that it never goes back. No IO.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::identity::ResourceType;
use replica::{Current, Listed, Order};
use uuid::Uuid;

use crate::Config;

/// A workspace and a resource of it.
pub(crate) type Key = (Uuid, Uuid);

/// How a followed resource is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// What is held; `None` before the first load.
    pub held: Option<Order>,
    /// When what is held was last seen to be what is in force.
    pub last_refreshed: Option<DateTime<Utc>>,
    /// What went wrong since; `None` once a refresh has succeeded. What is held is served all the same.
    pub last_error: Option<String>,
}

#[derive(Debug, Default)]
struct Entry {
    config: Option<Arc<Config>>,
    last_refreshed: Option<DateTime<Utc>>,
    last_error: Option<String>,
    /// Held while the resource is loaded, so that a hundred callers of a cold config load it once.
    flight: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
pub(crate) struct Memory {
    entries: HashMap<Key, Entry>,
    /// Slugs are never changed and never reused, so this never goes stale.
    slugs: HashMap<(Uuid, ResourceType), HashMap<String, Uuid>>,
    workspaces: BTreeSet<Uuid>,
}

impl Memory {
    pub fn config(&self, key: Key) -> Option<Arc<Config>> {
        self.entries.get(&key)?.config.clone()
    }

    pub fn configs(&self) -> Vec<Arc<Config>> {
        self.entries.values().filter_map(|entry| entry.config.clone()).collect()
    }

    pub fn resource(&self, workspace: Uuid, resource_type: ResourceType, slug: &str) -> Option<Uuid> {
        self.slugs.get(&(workspace, resource_type))?.get(slug).copied()
    }

    pub fn status(&self, key: Key) -> Option<Status> {
        let entry = self.entries.get(&key)?;
        Some(Status {
            held: entry.config.as_ref().map(|config| config.order()),
            last_refreshed: entry.last_refreshed,
            last_error: entry.last_error.clone(),
        })
    }

    /// Starts to follow a resource, if it isn't yet; the answer is the lock to load it under.
    pub fn follow(&mut self, key: Key) -> Arc<tokio::sync::Mutex<()>> {
        self.entries.entry(key).or_default().flight.clone()
    }

    pub fn follow_workspace(&mut self, workspace: Uuid) {
        self.workspaces.insert(workspace);
    }

    pub fn learn(&mut self, workspace: Uuid, listed: Listed) {
        self.follow((workspace, listed.resource_id));
        self.name(workspace, listed.resource_type, listed.slug, listed.resource_id);
    }

    pub fn name(&mut self, workspace: Uuid, resource_type: ResourceType, slug: String, resource: Uuid) {
        self.slugs.entry((workspace, resource_type)).or_default().insert(slug, resource);
    }

    pub fn follows(&self, key: Key) -> bool {
        self.entries.contains_key(&key) || self.workspaces.contains(&key.0)
    }

    pub fn followed(&self) -> Vec<Key> {
        self.entries.keys().copied().collect()
    }

    pub fn workspaces(&self) -> Vec<Uuid> {
        self.workspaces.iter().copied().collect()
    }

    /// Takes a config in unless what is held is as new. Answers whether it did.
    pub fn install(&mut self, config: Arc<Config>, now: DateTime<Utc>) -> bool {
        let entry = self.entries.entry((config.workspace_id, config.resource_id)).or_default();
        let newer = entry.config.as_ref().is_none_or(|held| config.order() > held.order());
        if newer {
            entry.config = Some(config);
            entry.last_refreshed = Some(now);
            entry.last_error = None;
        }
        newer
    }

    /// What is in force was seen, and is no newer than what is held.
    pub fn confirm(&mut self, current: &Current, now: DateTime<Utc>) {
        let Slot::Occupied(mut slot) = self.entries.entry((current.workspace_id, current.resource_id)) else { return };
        let entry = slot.get_mut();
        let Some(held) = &entry.config else { return };
        if held.order() == current.order() && held.digest != current.digest {
            entry.last_error = Some(format!("version {} is {} here and {} in the replica", held.version, held.digest, current.digest));
        } else {
            entry.last_refreshed = Some(now);
            entry.last_error = None;
        }
    }

    pub fn failed(&mut self, key: Key, error: impl ToString) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.last_error = Some(error.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use domain::digest::Digest;

    const KEY: Key = (Uuid::from_u128(1), Uuid::from_u128(2));

    fn current(epoch: i64, version: i64, body: &str) -> Current {
        Current {
            workspace_id: KEY.0,
            resource_id: KEY.1,
            resource_type: ResourceType::Connector,
            slug: "hubspot-crm".into(),
            epoch,
            version,
            digest: Digest::of(body.as_bytes()),
            manifest_digest: Digest::of(b"[]"),
            archived: false,
            published_at: DateTime::UNIX_EPOCH,
            chunks: 0,
            manifest_chunks: 1,
            supersedes: 0,
            body: None,
        }
    }

    fn install(memory: &mut Memory, epoch: i64, version: i64) -> bool {
        let config = Config::new(current(epoch, version, "{}"), Bytes::from_static(b"{}"), vec![]);
        memory.install(Arc::new(config), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn it_only_goes_forward_and_an_epoch_counts_more_than_a_version() {
        let mut memory = Memory::default();
        let steps = [(1, 3, true), (1, 3, false), (1, 2, false), (1, 9, true), (2, 4, true), (1, 10, false), (2, 5, true)];
        for (epoch, version, taken) in steps {
            assert_eq!(install(&mut memory, epoch, version), taken, "{epoch} {version}");
        }
        assert_eq!(memory.status(KEY).unwrap().held, Some(Order { epoch: 2, version: 5 }));
    }

    #[test]
    fn a_failure_shows_until_the_next_success_and_takes_nothing_away() {
        let mut memory = Memory::default();
        install(&mut memory, 1, 1);
        memory.failed(KEY, "no answer");
        assert_eq!(memory.status(KEY).unwrap().last_error.as_deref(), Some("no answer"));
        assert_eq!(memory.config(KEY).unwrap().version, 1);
        let later = DateTime::from_timestamp(60, 0).unwrap();
        memory.confirm(&current(1, 1, "{}"), later);
        let status = memory.status(KEY).unwrap();
        assert_eq!((status.last_refreshed, status.last_error), (Some(later), None));
    }

    #[test]
    fn other_content_under_the_number_that_is_held_is_told() {
        let mut memory = Memory::default();
        install(&mut memory, 1, 1);
        memory.confirm(&current(1, 1, "[]"), DateTime::UNIX_EPOCH);
        assert!(memory.status(KEY).unwrap().last_error.unwrap().starts_with("version 1 is "));
    }
}

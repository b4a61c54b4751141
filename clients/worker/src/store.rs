//! The config store of a worker: memory first, the replica behind it.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};
use domain::identity::ResourceType;
use replica::{Current, Jitter, Notification, Read, Replica, ReplicaError, Trace};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::memory::{Key, Memory};
use crate::{Config, Status};

/// Where the store has its time from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Changes that a slow listener may be behind before it misses some.
const CHANGES_KEPT: usize = 1024;

/// Holds the configs that a worker asked for and keeps them current while [`DynamoConfigStore::run`] runs.
///
/// What is held is always one whole version whose digest was checked, and only ever replaced by a newer one (a newer epoch,
/// else a newer version). When DynamoDB can't be reached, or has something damaged, the last good value stays and
/// [`DynamoConfigStore::status`] tells why.
pub struct DynamoConfigStore {
    pub(crate) replica: Replica,
    pub(crate) jitter: Jitter,
    clock: Clock,
    memory: RwLock<Memory>,
    changes: broadcast::Sender<Arc<Config>>,
}

/// What a notification led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A newer version is held now.
    Changed,
    /// What is held was as new already: the message was late, repeated, or slower than the poll.
    Known,
    /// Nobody asked this store for that resource.
    NotFollowed,
}

impl DynamoConfigStore {
    pub fn new(replica: Replica, jitter: Jitter, clock: Clock) -> Arc<Self> {
        let changes = broadcast::Sender::new(CHANGES_KEPT);
        Arc::new(Self { replica, jitter, clock, memory: RwLock::default(), changes })
    }

    /// The config behind a slug, from memory once it was loaded; followed from then on. `None` if it was never published.
    /// Fails only when nothing is held yet.
    pub async fn get(&self, workspace: Uuid, resource_type: ResourceType, slug: &str) -> Result<Option<Arc<Config>>, ReplicaError> {
        let known = self.memory().resource(workspace, resource_type, slug);
        let resource = match known {
            Some(resource) => resource,
            None => match self.replica.resolve(workspace, resource_type, slug).await? {
                Some(resource) => {
                    self.memory_mut().name(workspace, resource_type, slug.to_owned(), resource);
                    resource
                }
                None => return Ok(None),
            },
        };
        self.get_by_id(workspace, resource).await
    }

    /// The same by the resource's id.
    pub async fn get_by_id(&self, workspace: Uuid, resource: Uuid) -> Result<Option<Arc<Config>>, ReplicaError> {
        let key = (workspace, resource);
        if let Some(held) = self.held(workspace, resource) {
            return Ok(Some(held));
        }
        let Some(current) = self.replica.current(workspace, resource, Read::Consistent).await? else { return Ok(None) };
        self.adopt(current, None).await?;
        Ok(self.memory().config(key))
    }

    /// What memory holds for a resource, without any IO.
    pub fn held(&self, workspace: Uuid, resource: Uuid) -> Option<Arc<Config>> {
        self.memory().config((workspace, resource))
    }

    /// Everything that memory holds.
    pub fn all_held(&self) -> Vec<Arc<Config>> {
        self.memory().configs()
    }

    /// How a resource is doing; `None` if it isn't followed.
    pub fn status(&self, workspace: Uuid, resource: Uuid) -> Option<Status> {
        self.memory().status((workspace, resource))
    }

    /// Each config from the moment that it is held, the first ones included. A listener that is slow may miss some, and is
    /// told so ([`broadcast::error::RecvError::Lagged`]): [`DynamoConfigStore::all_held`] has what it needs.
    pub fn changes(&self) -> broadcast::Receiver<Arc<Config>> {
        self.changes.subscribe()
    }

    /// Follows every resource that the workspace has, or will have, from the next poll on.
    pub fn follow_workspace(&self, workspace: Uuid) {
        self.memory_mut().follow_workspace(workspace);
    }

    /// Takes a notification as the hint that it is: what counts is what `CURRENT` says. On an error, try again later.
    pub async fn on_notification(&self, notification: &Notification) -> Result<Taken, ReplicaError> {
        let (workspace, resource) = (notification.workspace_id, notification.resource_id);
        if !self.memory().follows((workspace, resource)) {
            return Ok(Taken::NotFollowed);
        }
        if self.held(workspace, resource).is_some_and(|held| held.order() >= notification.order()) {
            return Ok(Taken::Known);
        }
        let current = self.replica.current(workspace, resource, Read::Consistent).await.inspect_err(|error| {
            self.memory_mut().failed((workspace, resource), error);
        })?;
        let changed = match current {
            Some(current) if current.order() >= notification.order() => {
                let trace = notification.trace.clone().filter(|_| current.order() == notification.order());
                self.adopt(current, trace).await?
            }
            _ => {
                let cause = format!("CURRENT of {resource} is behind version {}", notification.version);
                return Err(ReplicaError::Transient { operation: "following a notification", cause });
            }
        };
        Ok(if changed { Taken::Changed } else { Taken::Known })
    }

    /// Loads what is in force unless it is held already, and takes it in whole. Answers whether something changed.
    pub(crate) async fn adopt(&self, current: Current, trace: Option<Trace>) -> Result<bool, ReplicaError> {
        let key = (current.workspace_id, current.resource_id);
        let flight = self.memory_mut().follow(key);
        let _flight = flight.lock().await;
        let held = self.memory().config(key);
        if held.as_ref().is_some_and(|held| held.order() >= current.order()) {
            self.memory_mut().confirm(&current, (self.clock)());
            return Ok(false);
        }
        match self.load(current, held).await {
            Ok(mut config) => {
                config.trace = trace;
                Ok(self.install(Arc::new(config)))
            }
            Err(error) => {
                self.memory_mut().failed(key, &error);
                Err(error)
            }
        }
    }

    async fn load(&self, current: Current, held: Option<Arc<Config>>) -> Result<Config, ReplicaError> {
        if let Some(held) = held.filter(|held| held.digest == current.digest && held.manifest_digest == current.manifest_digest) {
            return Ok(held.renumbered(current));
        }
        let (body, manifest) = tokio::try_join!(self.replica.load(&current), self.replica.manifest(&current))?;
        Ok(Config::new(current, body, manifest))
    }

    fn install(&self, config: Arc<Config>) -> bool {
        let mut memory = self.memory_mut();
        memory.name(config.workspace_id, config.resource_type, config.slug.clone(), config.resource_id);
        let changed = memory.install(config.clone(), (self.clock)());
        drop(memory);
        if changed {
            // Nobody needs to listen.
            let _ = self.changes.send(config);
        }
        changed
    }

    pub(crate) fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn memory_mut(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn fail(&self, key: Key, error: impl ToString) {
        self.memory_mut().failed(key, error);
    }
}

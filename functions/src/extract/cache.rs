//! Identities that were asked for lately.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::digest::Digest;
use uuid::Uuid;

use super::caller::Identity;

/// The secret, and the workspace that was named with it.
pub(super) type CacheKey = (Digest, Option<String>);

/// Identities that were asked for lately, for reads. At most a minute old, so that a revocation holds within that.
#[derive(Debug, Default)]
pub struct CallerCache(Mutex<HashMap<CacheKey, (Instant, Arc<Identity>)>>);

const CACHE_FOR: Duration = Duration::from_secs(60);
const CACHE_ENTRIES: usize = 10_000;

impl CallerCache {
    pub(super) fn get(&self, key: &CacheKey) -> Option<Arc<Identity>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|(at, _)| at.elapsed() < CACHE_FOR).map(|(_, identity)| identity.clone())
    }

    pub(super) fn put(&self, key: CacheKey, identity: Arc<Identity>) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= CACHE_ENTRIES {
            entries.retain(|_, (at, _)| at.elapsed() < CACHE_FOR);
            if entries.len() >= CACHE_ENTRIES {
                entries.clear();
            }
        }
        entries.insert(key, (Instant::now(), identity));
    }

    /// The same for a session that its own cookie ended.
    pub fn forget_secret(&self, secret: Digest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _), _| *known != secret);
    }

    /// Somebody who belongs to more, to less or as something else than before.
    pub fn forget_user(&self, user: Option<Uuid>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (_, identity)| user.is_none() || identity.user != user);
    }

    /// A revoked credential is forgotten here at once; other instances follow within the minute.
    pub fn forget(&self, credential: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (_, identity)| identity.credential != credential);
    }
}

//! The poll: what keeps a worker current when no notification reaches it.

use std::time::Duration;

use futures::{StreamExt, stream};
use replica::{Current, Read};
use tokio::sync::watch;

use crate::DynamoConfigStore;
use crate::memory::Key;
use crate::shutdown::asked;

/// The promised staleness: a worker runs a publish at most this long, and the time of one poll, after it reached the replica.
pub const DEFAULT_POLL_INTERVAL: Duration = Duration::from_secs(5);

/// Bodies loaded at a time, so that a bulk publish neither queues up nor takes all memory.
const LOADS_AT_ONCE: usize = 8;

/// What one poll did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Poll {
    /// Resources looked at.
    pub followed: usize,
    pub changed: usize,
    /// Resources (and followed workspaces) that could not be read: their last good values stay.
    pub failed: usize,
}

impl DynamoConfigStore {
    /// Polls until asked to stop, at once and then with at most `interval` between two polls: it is drawn between half of it
    /// and all of it, so that a fleet that started together doesn't poll together.
    pub async fn run(&self, interval: Duration, mut shutdown: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                biased;
                () = asked(&mut shutdown) => return,
                poll = self.poll() => {
                    if poll.failed > 0 {
                        tracing::warn!(?poll, "not everything could be refreshed");
                    }
                }
            }
            tokio::select! {
                () = asked(&mut shutdown) => return,
                () = tokio::time::sleep(self.jitter.between(interval / 2, interval)) => {}
            }
        }
    }

    /// Looks once at everything that is followed and takes in what is newer.
    pub async fn poll(&self) -> Poll {
        let mut poll = Poll { failed: self.discover().await, ..Poll::default() };
        let followed = self.memory().followed();
        poll.followed = followed.len();
        // Eventual reads, at half the price: a lag of the replica's is caught by the next poll.
        let mut currents = match self.replica.current_many(&followed, Read::Eventual).await {
            Ok(currents) => currents,
            Err(error) => {
                poll.failed += followed.len();
                followed.into_iter().for_each(|key| self.fail(key, &error));
                return poll;
            }
        };
        let refreshed = followed.into_iter().map(|key| (key, currents.remove(&key))).map(|(key, current)| self.refresh(key, current));
        let mut outcomes = stream::iter(refreshed).buffer_unordered(LOADS_AT_ONCE);
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                Some(changed) => poll.changed += usize::from(changed),
                None => poll.failed += 1,
            }
        }
        poll
    }

    /// Follows what the followed workspaces have by now. Answers how many of them could not be listed.
    async fn discover(&self) -> usize {
        let mut failed = 0;
        let workspaces = self.memory().workspaces();
        for workspace in workspaces {
            match self.replica.list(workspace).await {
                Ok(listed) => {
                    let mut memory = self.memory_mut();
                    listed.into_iter().for_each(|one| memory.learn(workspace, one));
                }
                Err(error) => {
                    failed += 1;
                    tracing::warn!(%workspace, %error, "a workspace can't be listed");
                }
            }
        }
        failed
    }

    /// Whether a resource changed; `None` if it could not be read, which its status then tells.
    async fn refresh(&self, key: Key, current: Option<Current>) -> Option<bool> {
        match current {
            Some(current) => self
                .adopt(current, None)
                .await
                .inspect_err(|error| tracing::warn!(workspace = %key.0, resource = %key.1, %error, "the last good version stays"))
                .ok(),
            // Its slug may be there a moment before its first version is.
            None if self.memory().config(key).is_none() => Some(false),
            None => {
                self.fail(key, "the replica has no CURRENT for it that can be read");
                None
            }
        }
    }
}

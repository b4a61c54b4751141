//! Flows that this instance has evaluated: which version it saw active, and graphs that are compiled already.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::digest::Digest;
use uuid::Uuid;

/// The version that was active when this instance last asked. It may have been superseded since: `record_run` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Active {
    pub slug: String,
    pub version_id: i64,
    pub version: i32,
    pub digest: Digest,
}

/// A compiled graph. Its type is known to those who evaluate alone: every function shares this cache's code, and would link the
/// decision engine with it.
type Compiled = Arc<dyn Any + Send + Sync>;

#[derive(Default)]
pub struct Graphs(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// By workspace, and slug or id as callers write it.
    flows: HashMap<(Uuid, String), Active>,
    /// By content, which never changes: a rollback and a clean draft find theirs here.
    graphs: HashMap<Digest, Kept>,
    bytes: usize,
    uses: u64,
}

struct Kept {
    graph: Compiled,
    /// Of the body that it was compiled from; compiled it takes a few times as much.
    bytes: usize,
    last_use: u64,
}

const MAX_FLOWS: usize = 10_000;
const MAX_GRAPHS: usize = 1_000;
const MAX_BYTES: usize = 32 << 20;

impl Graphs {
    /// The flow as it was seen last.
    pub fn active(&self, workspace: Uuid, reference: &str) -> Option<Active> {
        self.lock().flows.get(&(workspace, reference.to_owned())).cloned()
    }

    pub fn saw(&self, workspace: Uuid, reference: &str, active: Active) {
        let mut inner = self.lock();
        if inner.flows.len() >= MAX_FLOWS {
            inner.flows.clear();
        }
        inner.flows.insert((workspace, reference.to_owned()), active);
    }

    pub fn get<G: Any + Send + Sync + Clone>(&self, digest: Digest) -> Option<G> {
        let mut inner = self.lock();
        inner.uses += 1;
        let now = inner.uses;
        let kept = inner.graphs.get_mut(&digest)?;
        kept.last_use = now;
        kept.graph.downcast_ref::<G>().cloned()
    }

    /// Keeps a graph, and lets go of those that were not used for longest.
    pub fn keep<G: Any + Send + Sync>(&self, digest: Digest, graph: G, bytes: usize) {
        let mut inner = self.lock();
        inner.uses += 1;
        let kept = Kept { graph: Arc::new(graph), bytes, last_use: inner.uses };
        inner.bytes += bytes;
        if let Some(before) = inner.graphs.insert(digest, kept) {
            inner.bytes -= before.bytes;
        }
        while inner.graphs.len() > MAX_GRAPHS || inner.bytes > MAX_BYTES {
            let oldest = inner.graphs.iter().min_by_key(|(_, kept)| kept.last_use).map(|(digest, _)| *digest);
            let Some(gone) = oldest.and_then(|digest| inner.graphs.remove(&digest)) else { break };
            inner.bytes -= gone.bytes;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(nth: usize) -> Digest {
        Digest::of(nth.to_string().as_bytes())
    }

    #[test]
    fn the_graphs_that_were_not_used_for_longest_go_first() {
        let graphs = Graphs::default();
        for nth in 0..MAX_GRAPHS {
            graphs.keep(digest(nth), nth, 1);
        }
        assert_eq!(graphs.get::<usize>(digest(0)), Some(0));
        graphs.keep(digest(MAX_GRAPHS), MAX_GRAPHS, 1);
        assert_eq!(graphs.get::<usize>(digest(1)), None);
        assert_eq!(graphs.get::<usize>(digest(0)), Some(0));
        assert_eq!(graphs.get::<usize>(digest(MAX_GRAPHS)), Some(MAX_GRAPHS));
    }

    #[test]
    fn all_together_they_stay_within_their_bytes() {
        let graphs = Graphs::default();
        for nth in 0..20 {
            graphs.keep(digest(nth), nth, 4 << 20);
            graphs.keep(digest(nth), nth, 4 << 20);
        }
        let inner = graphs.lock();
        assert_eq!((inner.graphs.len(), inner.bytes), (8, MAX_BYTES));
    }

    #[test]
    fn a_flow_is_known_in_its_workspace_alone() {
        let graphs = Graphs::default();
        let active = Active { slug: "pricing".into(), version_id: 7, version: 1, digest: digest(1) };
        graphs.saw(Uuid::nil(), "pricing", active.clone());
        assert_eq!(graphs.active(Uuid::nil(), "pricing"), Some(active));
        assert_eq!(graphs.active(Uuid::max(), "pricing"), None);
    }
}

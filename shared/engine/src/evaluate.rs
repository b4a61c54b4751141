//! One evaluation, under a time limit that holds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::time::timeout;
use zen_engine::{EvaluationError, EvaluationOptions, Variable};

use crate::compile::Graph;
use crate::ends;
use crate::extent::{Extent, weigh};
use crate::finding::shown;
use crate::meter::{MAX_VISITS, metered};
use crate::ranges::MAX_RANGE;
use crate::reach::{self, Circumstances};
use crate::reader;

/// How to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether to tell what each node took and gave.
    pub trace: bool,
    /// How long the caller waits for it, from when it begins.
    pub limit: Duration,
    /// How long it may wait to begin while others are under way.
    pub patience: Duration,
}

/// What an evaluation gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// What the graph decides.
    pub result: Value,
    /// In zen-engine's own shape, by node id; only when asked for.
    pub trace: Option<Value>,
    /// How long it took.
    pub duration: Duration,
}

/// Why an evaluation gave nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// An expression failed, the input doesn't fit its schema...
    #[error("{message}")]
    Failed {
        /// For people.
        message: String,
        /// The node that failed.
        node_id: Option<String>,
        /// How long it took.
        duration: Duration,
    },
    /// Past its time limit: the process that it runs in should be retired.
    #[error("the evaluation took longer than {limit:?}")]
    TimedOut {
        /// The limit that it passed.
        limit: Duration,
    },
    /// It never began: as many others as may run at once were under way all the time.
    #[error("other evaluations were under way for {patience:?}")]
    Busy {
        /// How long it waited.
        patience: Duration,
    },
}

/// Evaluations whose callers went away and that run on: while there is any, this process is best retired.
pub fn abandoned() -> usize {
    usize::try_from(ABANDONED.load(Ordering::Relaxed)).unwrap_or(0)
}

/// Below zero for the moment in which work ends before it was counted.
static ABANDONED: AtomicIsize = AtomicIsize::new(0);

/// Evaluations that may take long or much memory and run at once, abandoned ones included: what they may take, they take together.
static HEAVY: Semaphore = Semaphore::const_new(PLACES);
const PLACES: usize = 4;

/// The stack of a heavy evaluation: expressions are parsed on it, and values that nest are dropped.
const STACK: usize = 64 << 20;

/// Values in each other, in an input that is evaluated on the caller's stack.
const SHALLOW: usize = 64;

type Outcome = Result<Evaluation, Failure>;

impl Graph {
    /// Evaluates the graph: in place where it can't take long with such an input, else on a thread of its own, for no longer than the
    /// limit once that has begun.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn evaluate(&self, input: Value, options: Options) -> Outcome {
        let (weight, depth) = weigh(&input);
        if weight <= self.0.light && depth <= SHALLOW {
            return self.run(input, options.trace);
        }
        let Ok(Ok(place)) = timeout(options.patience, HEAVY.acquire()).await else {
            return Err(Failure::Busy { patience: options.patience });
        };
        match timeout(options.limit, self.heavy(place, input, options.trace)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::TimedOut { limit: options.limit }),
        }
    }

    async fn heavy(&self, place: SemaphorePermit<'static>, input: Value, trace: bool) -> Outcome {
        let started = Instant::now();
        let (sender, receiver) = oneshot::channel();
        let graph = self.clone();
        let ended = Arc::new(AtomicBool::new(false));
        let work_ends = Ends(Arc::clone(&ended));
        let work = move || {
            // Held until the end, also when the caller has gone.
            let _place = place;
            let outcome = graph.admit(&input, trace, started).and_then(|()| graph.run(input, trace));
            drop(work_ends);
            // Nobody listens where the time limit has passed.
            drop(sender.send(outcome));
        };
        if let Err(error) = thread::Builder::new().name("evaluation".into()).stack_size(STACK).spawn(work) {
            return Err(failed(format!("the evaluation could not be started: {error}"), None, started));
        }
        let _abandons = Abandons(ended);
        let outcome = receiver.await;
        outcome.unwrap_or_else(|_| Err(failed("the evaluation ended without an answer".into(), None, started)))
    }

    /// Whether what this evaluation can take is within bounds; known before the engine begins.
    fn admit(&self, input: &Value, trace: bool, started: Instant) -> Result<(), Failure> {
        let refused = |message: String, node| failed(message, node, started);
        let document = reader::read(&self.0.graph).map_err(|refusal| refused(refusal.to_string(), None))?;
        let input = Extent::of(input);
        let (reach, _) = metered(MAX_VISITS, || reach::reckon(&document, &input, Circumstances { trace, lenient: false }));
        reach.map_err(|excess| refused(excess.message, excess.node))?;
        Ok(())
    }

    fn run(&self, input: Value, trace: bool) -> Outcome {
        let started = Instant::now();
        let polled = catch_unwind(AssertUnwindSafe(|| self.poll(input, trace, started)));
        polled.unwrap_or_else(|_| Err(failed("the engine gave up on this input".into(), None, started)))
    }

    /// With input, output, table, expression and switch nodes, the engine's future is done at its first poll.
    fn poll(&self, input: Value, trace: bool, started: Instant) -> Outcome {
        let future = pin!(self.0.decision.evaluate_with_opts(Variable::from(input), EvaluationOptions { trace, max_depth: 1 }));
        let Poll::Ready(answer) = future.poll(&mut Context::from_waker(Waker::noop())) else {
            return Err(failed("the engine waits for something outside of the graph".into(), None, started));
        };
        match answer {
            Ok(response) => {
                let mut trace = response.trace.as_ref().and_then(|trace| serde_json::to_value(trace).ok());
                if let Some(Value::Object(nodes)) = &mut trace {
                    nodes.retain(|id, _| !ends::is_ours(id));
                }
                Ok(Evaluation { result: Value::from(response.result), trace, duration: started.elapsed() })
            }
            Err(error) => Err(self.explain(&error, started)),
        }
    }

    /// The engine's error with the name of the node that failed.
    fn explain(&self, error: &EvaluationError, started: Instant) -> Failure {
        let EvaluationError::NodeError { node_id, source, .. } = error else {
            return failed(error.to_string(), None, started);
        };
        let nodes = self.0.graph["nodes"].as_array().into_iter().flatten();
        let name = nodes.filter(|node| node["id"] == **node_id).find_map(|node| node["name"].as_str()).unwrap_or_default();
        let mut said: String = source.to_string().chars().take(MAX_MESSAGE).collect();
        if self.0.open_ranges.iter().any(|range| said.contains(range.as_ref())) {
            said.push_str(&format!(" (a range in it can have at most {MAX_RANGE} numbers)"));
        }
        failed(format!("node {:?}: {said}", shown(name)), Some(node_id.to_string()), started)
    }
}

/// What the engine says may repeat the input.
const MAX_MESSAGE: usize = 8_192;

/// Dropped with the work, however it ends. Whichever of the two is dropped last sees that the other was.
struct Ends(Arc<AtomicBool>);

impl Drop for Ends {
    fn drop(&mut self) {
        if self.0.swap(true, Ordering::AcqRel) {
            ABANDONED.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Dropped with the caller's future: work that isn't done by then is abandoned.
struct Abandons(Arc<AtomicBool>);

impl Drop for Abandons {
    fn drop(&mut self) {
        if !self.0.swap(true, Ordering::AcqRel) {
            ABANDONED.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn failed(message: String, node_id: Option<String>, started: Instant) -> Failure {
    Failure::Failed { message, node_id, duration: started.elapsed() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::compile;

    #[tokio::test]
    async fn waiting_for_others_is_told_apart_from_taking_long() {
        let nodes = json!([
            { "id": "in", "name": "in", "type": "inputNode" },
            { "id": "x", "name": "x", "type": "expressionNode", "content": { "expressions": [{ "id": "k", "key": "k", "value": "sum(map(items, # * 2))" }] } },
        ]);
        let graph = json!({ "nodes": nodes, "edges": [{ "id": "e", "sourceId": "in", "targetId": "x" }] });
        let graph = compile(graph.to_string().as_bytes()).unwrap();
        let input = json!({ "items": vec![1; 50_000] });
        let options = Options { trace: false, limit: Duration::from_secs(60), patience: Duration::from_secs(60) };
        let places = HEAVY.acquire_many(u32::try_from(PLACES).unwrap()).await.unwrap();
        let impatient = Options { patience: Duration::ZERO, ..options };
        assert_eq!(graph.evaluate(input.clone(), impatient).await, Err(Failure::Busy { patience: Duration::ZERO }));
        // With no time at all to evaluate, and all of it to wait.
        let mut waiting = pin!(graph.evaluate(input.clone(), Options { limit: Duration::ZERO, ..options }));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(places);
        assert!(!matches!(waiting.await, Err(Failure::Busy { .. })));
        assert_eq!(graph.evaluate(input, options).await.unwrap().result["k"], 100_000);
    }
}

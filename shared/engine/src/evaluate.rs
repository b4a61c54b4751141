//! One evaluation, under a time limit that holds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::oneshot;
use zen_engine::{Decision, EvaluationOptions, Variable};

use crate::compile::Graph;

/// How to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether to tell what each node took and gave.
    pub trace: bool,
    /// How long the caller waits.
    pub limit: Duration,
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
}

/// Evaluations whose callers went away, and which run on: while there is any, this process is best retired.
pub fn abandoned() -> usize {
    ABANDONED.load(Ordering::Relaxed)
}

static ABANDONED: AtomicUsize = AtomicUsize::new(0);

type Outcome = Result<Evaluation, Failure>;

impl Graph {
    /// Evaluates the graph.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn evaluate(&self, input: Value, options: Options) -> Outcome {
        let (sender, receiver) = oneshot::channel();
        let graph = self.clone();
        let work = move || {
            if sender.send(run(&graph.0.decision, input, options.trace)).is_err() {
                ABANDONED.fetch_sub(1, Ordering::Relaxed);
            }
        };
        let started = Instant::now();
        if let Err(error) = thread::Builder::new().name("evaluation".into()).stack_size(64 << 20).spawn(work) {
            return Err(failed(format!("the evaluation could not be started: {error}"), None, started));
        }
        match tokio::time::timeout(options.limit, receiver).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(failed("the evaluation ended without an answer".into(), None, started)),
            Err(_) => {
                ABANDONED.fetch_add(1, Ordering::Relaxed);
                Err(Failure::TimedOut { limit: options.limit })
            }
        }
    }
}

fn run(decision: &Decision, input: Value, trace: bool) -> Outcome {
    let started = Instant::now();
    let polled = catch_unwind(AssertUnwindSafe(|| poll(decision, input, trace, started)));
    polled.unwrap_or_else(|_| Err(failed("the engine can't evaluate this".into(), None, started)))
}

/// With input, output, table, expression and switch nodes, the engine's future is done at its first poll.
fn poll(decision: &Decision, input: Value, trace: bool, started: Instant) -> Outcome {
    let future = pin!(decision.evaluate_with_opts(Variable::from(input), EvaluationOptions { trace, max_depth: 1 }));
    let Poll::Ready(answer) = future.poll(&mut Context::from_waker(Waker::noop())) else {
        return Err(failed("the engine waits for something outside of the graph".into(), None, started));
    };
    match answer {
        Ok(response) => {
            let trace = response.trace.as_ref().and_then(|trace| serde_json::to_value(trace).ok());
            Ok(Evaluation { result: Value::from(response.result), trace, duration: started.elapsed() })
        }
        Err(error) => Err(failed(error.to_string(), None, started)),
    }
}

fn failed(message: String, node_id: Option<String>, started: Instant) -> Failure {
    Failure::Failed { message, node_id, duration: started.elapsed() }
}

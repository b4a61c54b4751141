//! The Lambda runtime's interface, as far as one event takes it: a function asks for an event, gets one, and posts its answer.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(30);
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// Serves one function at a time.
pub struct Runtime {
    address: SocketAddr,
    event: Arc<Mutex<Option<Value>>>,
    answers: Mutex<mpsc::UnboundedReceiver<(Instant, Bytes)>>,
    _serving: JoinSet<()>,
}

/// What one start took.
pub struct Start {
    /// From just before the process is made until its answer has come in.
    pub took: Duration,
    /// The most that was resident by then.
    pub peak_megabytes: f64,
    pub answer: Value,
}

#[derive(Clone)]
struct Interface {
    event: Arc<Mutex<Option<Value>>>,
    answered: mpsc::UnboundedSender<(Instant, Bytes)>,
}

impl Runtime {
    pub async fn serve() -> Result<Runtime> {
        let (answered, answers) = mpsc::unbounded_channel();
        let event = Arc::new(Mutex::new(None));
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(take))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(take))
            .route("/2018-06-01/runtime/init/error", post(take))
            .with_state(Interface { event: event.clone(), answered });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the runtime's interface ended");
            }
        });
        Ok(Runtime { address, event, answers: Mutex::new(answers), _serving: serving })
    }

    /// Starts the binary, gives it the event, and ends it once it has answered.
    pub async fn start(&self, binary: &Path, env: &BTreeMap<&str, String>, event: &Value) -> Result<Start> {
        *self.event.lock().await = Some(event.clone());
        let mut command = Command::new(binary);
        command.env_clear().envs(env).env("AWS_LAMBDA_RUNTIME_API", self.address.to_string());
        for (name, value) in [
            ("FUNCTION_NAME", "bench"),
            ("FUNCTION_MEMORY_SIZE", "512"),
            ("FUNCTION_VERSION", "$LATEST"),
            ("LOG_GROUP_NAME", "bench"),
            ("LOG_STREAM_NAME", "bench"),
        ] {
            command.env(format!("AWS_LAMBDA_{name}"), value);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let mut answers = self.answers.lock().await;
        let begun = Instant::now();
        let mut process = command.spawn().with_context(|| format!("can't start {}", binary.display()))?;
        let (answered, body) = tokio::select! {
            answer = answers.recv() => answer.context("the runtime's interface ended")?,
            ended = process.wait() => bail!("{} ended without an answer ({})", binary.display(), ended?),
            () = tokio::time::sleep(PATIENCE) => bail!("{} did not answer within {PATIENCE:?}", binary.display()),
        };
        let peak_megabytes = process.id().and_then(peak_megabytes).context("what the kernel knows of the process can't be read")?;
        process.kill().await?;
        let answer = serde_json::from_slice(&body).context("an answer that is no JSON")?;
        Ok(Start { took: answered - begun, peak_megabytes, answer })
    }
}

async fn next(State(interface): State<Interface>) -> (HeaderMap, String) {
    let event = interface.event.lock().await.take();
    // There is one; who asks again waits until it is ended.
    let Some(event) = event else { return std::future::pending().await };
    let deadline = functions::app::clock().timestamp_millis() + 60_000;
    let headers = [
        ("lambda-runtime-aws-request-id", REQUEST_ID.to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    let headers = headers.into_iter().filter_map(|(name, value)| Some((HeaderName::from_static(name), value.parse().ok()?))).collect();
    (headers, event.to_string())
}

async fn take(State(interface): State<Interface>, body: Bytes) -> StatusCode {
    let now = Instant::now();
    // Nobody waits any longer when a start was given up.
    let _ = interface.answered.send((now, body));
    StatusCode::ACCEPTED
}

fn peak_megabytes(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kilobytes: f64 = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

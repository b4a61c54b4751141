//! What each binary runs: one endpoint of the table, or one job.
//!
//! A binary names its own handler and not the table, so that it holds that one operation's code and nothing of the others': a
//! function that needs no AWS client links none.

pub mod jobs;

use std::process::ExitCode;

use axum::Router;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use wire::problem::Code;

use crate::app::App;
use crate::gateway;
use crate::open::not_found::not_found;
use crate::problem::Problem;
use crate::settings::Settings;

/// Serves one endpoint: `serve(routes!(functions::connectors::publish_connector::publish_connector))`.
pub fn serve(endpoint: UtoipaMethodRouter<App>) -> ExitCode {
    let router: Router<App> = OpenApiRouter::new().routes(endpoint).into();
    run(serve_router(router.fallback(misrouted).method_not_allowed_fallback(misrouted)))
}

/// Serves the `$default` route.
pub fn serve_not_found() -> ExitCode {
    run(serve_router(Router::new().fallback(not_found)))
}

async fn serve_router(router: Router<App>) -> anyhow::Result<()> {
    let app = App::new(Settings::from_env()?)?;
    lambda_http::run(gateway::wrap(router, app)).await.map_err(|error| anyhow::anyhow!(error))
}

/// The gateway sends here only what the endpoint takes: the two tables of routes differ.
async fn misrouted(method: axum::http::Method, uri: axum::http::Uri) -> Problem {
    tracing::error!(%method, path = uri.path(), "the gateway sent a request that this function does not serve: is infra/template.yaml stale?");
    Problem::new(Code::NotFound, format!("There is nothing at {}. GET /openapi.json lists what there is.", uri.path()))
}

/// Answers events with a job's result. `state` is made once a process, at its start.
fn consume<S, W>(state: impl FnOnce() -> anyhow::Result<S>, job: impl Fn(S, Value) -> W) -> ExitCode
where
    S: Clone,
    W: Future<Output = anyhow::Result<Value>>,
{
    run(async {
        let state = state()?;
        let handler = service_fn(|event: LambdaEvent<Value>| {
            let work = job(state.clone(), event.payload);
            // The whole chain of causes: the runtime would log the outermost alone.
            async { work.await.map_err(|error| format!("{error:#}")) }
        });
        lambda_runtime::run(handler).await.map_err(|error| anyhow::anyhow!(error))
    })
}

/// One request at a time needs one thread.
fn run(work: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().json().with_env_filter(filter).with_target(false).init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(work)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

//! What each binary runs: one endpoint of the table, or one job.
//!
//! A binary names its own handler and not the table, so that it holds that one operation's code and nothing of the others': a
//! function that needs no AWS client links none.

pub mod custom_resource;
pub mod jobs;

use std::process::ExitCode;
use std::task::{Context, Poll};

use axum::Router;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use lambda_http::Adapter;
use lambda_runtime::{LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde_json::Value;
use tower::Service;
use tower::layer::layer_fn;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use wire::problem::Code;

use crate::app::App;
use crate::gateway;
use crate::open::not_found::not_found;
use crate::problem::Problem;
use crate::routes;
use crate::settings::Settings;

/// Serves one endpoint: `serve(|| routes!(functions::connectors::publish_connector::publish_connector))`.
///
/// It asks the database who calls, so it connects while it gets ready for the first call.
pub fn serve(endpoint: fn() -> UtoipaMethodRouter<App>) -> ExitCode {
    run(async move {
        let app = App::new(Settings::from_env()?)?;
        let connecting = app.clone();
        tokio::spawn(async move { connecting.db.connect().await });
        // Until Postgres has something to answer, and the rest of this has time.
        tokio::task::yield_now().await;
        serve_router(endpoint_alone(endpoint()), app).await
    })
}

/// Serves one endpoint that anybody may call, and that may need no database.
pub fn serve_open(endpoint: fn() -> UtoipaMethodRouter<App>) -> ExitCode {
    run(async move { serve_router(endpoint_alone(endpoint()), App::new(Settings::from_env()?)?).await })
}

/// Serves the `$default` route.
pub fn serve_not_found() -> ExitCode {
    run(async { serve_router(Router::new().fallback(not_found), App::new(Settings::from_env()?)?).await })
}

fn endpoint_alone(endpoint: UtoipaMethodRouter<App>) -> Router<App> {
    routes::named(OpenApiRouter::new().routes(endpoint)).fallback(misrouted).method_not_allowed_fallback(misrouted)
}

async fn serve_router(router: Router<App>, app: App) -> anyhow::Result<()> {
    let runtime =
        Runtime::new(Adapter::from(gateway::wrap(router, app.clone()))).layer(layer_fn(move |inner| Retiring { inner, app: app.clone() }));
    runtime.run().await.map_err(|error| anyhow::anyhow!(error))
}

/// Around the runtime's own service, which has sent the answer when it is done: an instance that an endless evaluation keeps busy ends
/// then, between two requests, and Lambda starts another for the next one.
struct Retiring<S> {
    inner: S,
    app: App,
}

impl<S> Service<LambdaInvocation> for Retiring<S>
where
    S: Service<LambdaInvocation, Response = (), Error = lambda_runtime::Error>,
    S::Future: 'static,
{
    type Response = ();
    type Error = lambda_runtime::Error;
    type Future = LocalBoxFuture<'static, Result<(), lambda_runtime::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let (answered, app) = (self.inner.call(invocation), self.app.clone());
        async move {
            answered.await?;
            if app.is_retiring() {
                // Not by returning: the runtime of main would wait for the thread that never ends.
                std::process::exit(0);
            }
            Ok(())
        }
        .boxed_local()
    }
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

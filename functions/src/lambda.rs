//! What each binary runs: one endpoint of the table, or one job.

use std::process::ExitCode;

use axum::Router;

use crate::app::App;
use crate::gateway;
use crate::routes::Endpoint;
use crate::settings::Settings;

/// Serves one endpoint of the table under the Lambda runtime.
pub fn serve(operation: &str) -> ExitCode {
    run(async {
        let endpoint = Endpoint::by_name(operation).ok_or_else(|| anyhow::anyhow!("{operation} is not in the table"))?;
        serve_router(endpoint.axum_router()).await
    })
}

/// Serves the `$default` route.
pub fn serve_not_found() -> ExitCode {
    run(serve_router(Router::new()))
}

async fn serve_router(router: Router<App>) -> anyhow::Result<()> {
    let app = App::new(Settings::from_env()?)?;
    lambda_http::run(gateway::wrap(router, app)).await.map_err(|error| anyhow::anyhow!(error))
}

/// One request at a time needs one thread.
pub(crate) fn run(work: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    tracing_subscriber::fmt().json().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).with_target(false).init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(work)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

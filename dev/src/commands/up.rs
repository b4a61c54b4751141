//! `cargo dev up`: everything, on this machine, until Ctrl-C.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use functions::app::App;
use functions::jobs::{dispatch_outbox, reconcile_replica, roll_up_runs, sweep};
use replica::{Jitter, aws};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use worker::{Consumer, DEFAULT_POLL_INTERVAL, DynamoConfigStore};

use crate::home::Home;
use crate::ministack::{CLIENT_ENV, MiniStack};
use crate::postgres::{Options, Postgres};
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::stack::cloud::Cloud;
use crate::stack::database::{Database, ensure_roles};
use crate::stack::{console, dev_env, examples};

use super::demo::people;

/// Serve the whole stack on this machine: Postgres, an AWS emulator, every endpoint, the dispatcher, a worker and the console.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  FETCHCATCH_PORT=4100 FETCHCATCH_HOME=/tmp/second cargo dev up")]
pub struct Arguments {}

const TABLE: &str = "fetchcatch-replica";
/// As many requests as the local gateway carries out at the same time.
const DATABASE_CONNECTIONS: u32 = 24;

/// Serves until it is told to stop; then ends every child.
///
/// # Errors
/// When a part does not start; the message names it and what to do.
pub async fn run(settings: &Settings, _arguments: Arguments) -> Result<ExitCode> {
    let mut shutdown = Shutdown::catch()?;
    let home = Home::open(settings)?;
    // Before anything is started: a taken port is said at once.
    let listener = listen(settings.port).await?;
    let (stop, stopping) = watch::channel(false);
    let served = tokio::select! {
        ended = serve(&home, listener, stopping) => ended.map(|()| ExitCode::SUCCESS),
        _ = shutdown.requested() => Ok(ExitCode::SUCCESS),
    };
    let _ = stop.send(true);
    crate::children::end_recorded(home.dir())?;
    served
}

async fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("can't serve on port {port}: something else listens there. Choose another with FETCHCATCH_PORT (and FETCHCATCH_HOME, for a second stack)"))
}

async fn serve(home: &Home, listener: TcpListener, stopping: watch::Receiver<bool>) -> Result<()> {
    println!("starting Postgres and the AWS emulator under {}", home.dir().display());
    let (postgres, ministack, files) =
        tokio::try_join!(Postgres::start(home, Options { durable: true }), MiniStack::start(home), console::build(home.settings()))?;
    ensure_roles(&postgres.admin_url).await?;
    let database = Database::create(&postgres.admin_url, &format!("fetchcatch_{}", home.id()), None).await?;
    database.migrate_stack(home.dir()).await?;
    let cloud = Cloud::at(&ministack.endpoint).await;
    let table = cloud.table(TABLE).await?;
    let (fleet_queue, example_queue) = (cloud.queue("fetchcatch-workers").await?, cloud.queue("fetchcatch-example-worker").await?);
    let url = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    let demo = people(home, &database.owner_url).await?;

    let wake = Arc::new(Notify::new());
    let app = App::with_local_dispatcher(
        functions::settings::Settings {
            database_url: database.app_url.clone(),
            jobs_database_url: Some(database.jobs_url.clone()),
            database_connections: DATABASE_CONNECTIONS,
            aws: cloud.settings.clone(),
            replica_table: Some(TABLE.to_owned()),
            worker_queue_urls: vec![fleet_queue.clone(), example_queue.clone()],
            dispatch_queue_url: None,
            console_url: url.clone(),
            identity_provider: home.settings().identity_provider.clone(),
            evaluation_limit: functions::settings::EVALUATION_LIMIT,
            evaluation_patience: functions::settings::EVALUATION_PATIENCE,
            run_retention_days: functions::settings::RUN_RETENTION_DAYS,
        },
        wake.clone(),
    )?;
    store::outbox::end_leases(app.jobs_db().await?).await?;

    let mut tasks = JoinSet::new();
    let router = console::serve(functions::gateway::router(app.clone()), files)?;
    tasks.spawn(async move { axum::serve(listener, router).await.map_err(anyhow::Error::from) });
    tasks.spawn({
        let (app, wake) = (app.clone(), wake.clone());
        async move {
            dispatch_outbox::run_forever(&app, &wake).await;
            Ok(())
        }
    });
    tasks.spawn(schedules(app.clone()));
    tasks.spawn({
        let config = DynamoConfigStore::new(table, jitter(&app), Arc::new(functions::app::clock));
        let sqs = aws::sqs_long_poll(&aws::sdk_config(&cloud.settings).await);
        let consumer = Consumer::new(sqs, example_queue, config.clone(), jitter(&app));
        let workspaces = BTreeMap::from([(demo.workspace, demo.workspace_slug.to_owned())]);
        async move {
            worker::run_example(config, Some(consumer), workspaces, DEFAULT_POLL_INTERVAL, stopping, |line| println!("{line}")).await;
            Ok(())
        }
    });

    examples::seed(&crate::http::client()?, &url, &demo.token).await?;
    reconcile_replica::run(&app, reconcile_replica::Options::default()).await?;
    drained(&app).await?;
    let login_url = format!("{url}/auth/login?code={}", demo.login_code);
    let variables = [
        ("FETCHCATCH_URL", url.as_str()),
        ("FETCHCATCH_LOGIN_URL", &login_url),
        ("DATABASE_URL", &database.app_url),
        ("AWS_ENDPOINT_URL", &ministack.endpoint),
        ("REPLICA_TABLE", TABLE),
        ("WORKER_QUEUE_URL", &fleet_queue),
    ];
    let demo_variables = demo.variables();
    let all: Vec<(&str, &str)> =
        variables.into_iter().chain(CLIENT_ENV).chain(demo_variables.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    dev_env::write(home, &all)?;
    println!("sign in (once): {login_url}");
    println!("ready: {url} (tokens and addresses: {})", home.path(dev_env::FILE).display());

    match tasks.join_next().await {
        Some(Ok(Ok(()))) | None => bail!("a part of the stack ended by itself"),
        Some(Ok(Err(error))) => Err(error),
        Some(Err(panicked)) => Err(panicked.into()),
    }
}

/// What the schedules of a deployment start. One that fails is said, and the next one tries again.
async fn schedules(app: App) -> Result<()> {
    let mut reconcile = tokio::time::interval(Duration::from_secs(15 * 60));
    let mut minutely = tokio::time::interval(Duration::from_secs(60));
    let mut hourly = tokio::time::interval(Duration::from_secs(60 * 60));
    loop {
        let failed = tokio::select! {
            _ = reconcile.tick() => reconcile_replica::run(&app, reconcile_replica::Options::default()).await.err(),
            _ = minutely.tick() => roll_up_runs::run(&app).await.err(),
            _ = hourly.tick() => sweep::run(&app).await.err(),
        };
        if let Some(error) = failed {
            tracing::error!("a schedule failed: {error:#}");
        }
    }
}

/// Waits until the replica has everything that was published before. What can't be delivered is not waited for for ever: the
/// dispatcher goes on with it, and the outbox shows it.
async fn drained(app: &App) -> Result<()> {
    for _ in 0..300 {
        if store::outbox::backlog(app.jobs_db().await?).await?.0.is_none() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tracing::warn!("some published versions are not in the replica yet; GET /v1/replica/outbox lists them");
    Ok(())
}

fn jitter(app: &App) -> Jitter {
    let random = app.random();
    Jitter::seeded(u64::from_le_bytes([random[0], random[1], random[2], random[3], random[4], random[5], random[6], random[7]]))
}

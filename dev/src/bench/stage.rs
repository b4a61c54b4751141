//! What the measurements run on: a durable Postgres, an AWS emulator, one workspace, and a gateway when asked for.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Result, ensure};
use functions::app::App;
use functions::jobs::dispatch_outbox;
use replica::Replica;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::home::Home;
use crate::ministack::{CLIENT_ENV, MiniStack};
use crate::postgres::{Options, Postgres};
use crate::stack::cloud::Cloud;
use crate::stack::database::{Database, ensure_roles};
use crate::stack::tenants::{ALL_SCOPES, Credential, Seeder, Tenant, new_secret};

const TABLE: &str = "bench-replica";
/// As in the local stack.
const DATABASE_CONNECTIONS: u32 = 24;

pub struct Stage<'a> {
    pub home: &'a Home,
    pub database: Database,
    /// As the superuser.
    pub admin: PgPool,
    /// As the owner of the tables.
    pub owner: PgPool,
    pub replica: Replica,
    pub workspace: Uuid,
    /// CI's, with all scopes.
    pub token: String,
    cloud: Cloud,
    queue: String,
    postgres: Postgres,
    ministack: MiniStack,
}

/// A gateway; dropping it ends it.
pub struct Server {
    pub address: SocketAddr,
    _tasks: JoinSet<()>,
}

/// What a gateway is to be like.
pub struct Serving {
    pub database_url: String,
    pub database_connections: u32,
    /// Whether publishes wake a dispatcher.
    pub dispatching: bool,
}

impl Stage<'_> {
    pub async fn set(home: &Home) -> Result<Stage<'_>> {
        let (postgres, ministack) = tokio::try_join!(Postgres::start(home, Options { durable: true }), MiniStack::start(home))?;
        ensure_roles(&postgres.admin_url).await?;
        let name = format!("bench_{}", home.id());
        let database = Database::create(&postgres.admin_url, &name, None).await?;
        database.migrate().await?;
        let admin = pool(postgres.admin_url.parse::<PgConnectOptions>()?.database(&name)).await?;
        let owner = pool(database.owner_url.parse()?).await?;
        let durable: (String, String, String) =
            sqlx::query_as("SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('server_version')")
                .fetch_one(&admin)
                .await?;
        ensure!(
            durable.0 == "on" && durable.1 == "on",
            "this Postgres has fsync {} and synchronous_commit {}: nothing measured on it would mean anything",
            durable.0,
            durable.1
        );
        println!("Postgres {}, fsync and synchronous_commit on", durable.2);

        let mut seeder = Seeder::connect(&database.owner_url).await?;
        let seated = seeder
            .tenant(&Tenant {
                slug: "bench",
                name: "Bench",
                workspace: "bench",
                owner_email: "owner@bench.example",
                owner_name: "Bench Owner",
            })
            .await?;
        let credential = Credential::service(seated.workspace, "ci@bench.example", ALL_SCOPES);
        let token = new_secret(credential.token_kind());
        seeder.credential(&token, &credential).await?;

        let cloud = Cloud::at(&ministack.endpoint).await;
        let (replica, queue) = (cloud.table(TABLE).await?, cloud.queue("bench-workers").await?);
        Ok(Stage { home, database, admin, owner, replica, workspace: seated.workspace, token, cloud, queue, postgres, ministack })
    }

    /// A gateway as the local stack serves it, on a port of its own.
    pub async fn serve(&self, serving: Serving) -> Result<Server> {
        let settings = functions::settings::Settings {
            database_url: serving.database_url,
            jobs_database_url: Some(self.database.jobs_url.clone()),
            database_connections: serving.database_connections,
            aws: self.cloud.settings.clone(),
            replica_table: Some(TABLE.to_owned()),
            worker_queue_urls: vec![self.queue.clone()],
            dispatch_queue_url: None,
            console_url: String::new(),
            identity_provider: None,
            evaluation_limit: functions::settings::EVALUATION_LIMIT,
            evaluation_patience: functions::settings::EVALUATION_PATIENCE,
            run_retention_days: functions::settings::RUN_RETENTION_DAYS,
        };
        let mut tasks = JoinSet::new();
        let app = if serving.dispatching {
            let wake = Arc::new(Notify::new());
            let app = App::with_local_dispatcher(settings, wake.clone())?;
            tasks.spawn({
                let app = app.clone();
                async move { dispatch_outbox::run_forever(&app, &wake).await }
            });
            app
        } else {
            App::new(settings)?
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let router = functions::gateway::router(app);
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the gateway ended");
            }
        });
        Ok(Server { address, _tasks: tasks })
    }

    /// What tells a function of its own process where AWS is, and its queues and table.
    pub fn aws_environment(&self) -> BTreeMap<&'static str, String> {
        let mut env: BTreeMap<_, _> = CLIENT_ENV.map(|(name, value)| (name, value.to_owned())).into();
        env.insert("AWS_ENDPOINT_URL", self.ministack.endpoint.clone());
        env.insert("REPLICA_TABLE", TABLE.to_owned());
        env.insert("WORKER_QUEUE_URLS", self.queue.clone());
        env.insert("DISPATCH_QUEUE_URL", self.queue.clone());
        env
    }

    /// Plans are made for the tables as they are, and no round pays for what the one before left: dead rows, dirty pages, a full outbox.
    pub async fn tidy(&self) -> Result<()> {
        sqlx::raw_sql("TRUNCATE outbox").execute(&self.owner).await?;
        sqlx::raw_sql("VACUUM (ANALYZE)").execute(&self.admin).await?;
        sqlx::raw_sql("CHECKPOINT").execute(&self.admin).await?;
        Ok(())
    }

    /// Shuts both servers down.
    pub async fn strike(self) -> Result<()> {
        self.admin.close().await;
        self.owner.close().await;
        self.ministack.stop().await?;
        self.postgres.stop().await
    }
}

impl Serving {
    /// As the local stack does, without the dispatcher.
    pub fn plain(stage: &Stage<'_>) -> Self {
        Serving { database_url: stage.database.app_url.clone(), database_connections: DATABASE_CONNECTIONS, dispatching: false }
    }

    pub fn dispatching(stage: &Stage<'_>) -> Self {
        Serving { dispatching: true, ..Self::plain(stage) }
    }
}

async fn pool(options: PgConnectOptions) -> Result<PgPool> {
    // What tidies up between rounds may take its time.
    let options = options.options([("client_min_messages", "warning")]).disable_statement_logging();
    Ok(PgPoolOptions::new().max_connections(2).connect_with(options).await?)
}

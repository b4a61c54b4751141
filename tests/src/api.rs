//! The system under test: one of its own for each test.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dev::deployment::Started;
use dev::stack::cloud::Cloud;
use dev::stack::database::Database;
use dev::stack::tenants::{self, ALL_SCOPES, Credential, Seeder, new_secret};
use functions::app::App;
use functions::jobs::dispatch_outbox::{self, Step};
use functions::settings::Settings;
use replica::Replica;
use reqwest::Method;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::database::{self, environment};
use crate::ground::{Deployed, Ground};
use crate::{Request, Tenant, invariants, until};

/// As many requests as the gateway of a test carries out at the same time.
const DATABASE_CONNECTIONS: u32 = 20;

/// A gateway with its database, table and queues, and two tenants: acme, whom `tenant` and `ci` belong to, and globex.
pub struct Api {
    pub app: App,
    /// `http://127.0.0.1:<port>`
    pub origin: String,
    pub tenant: Tenant,
    /// A service token of the first tenant, of the cli surface, with all scopes.
    pub ci: String,
    pub other_tenant: Tenant,
    pub cloud: Cloud,
    pub replica: Replica,
    /// The queues of the two fleets that every publish is told to.
    pub fleets: [String; 2],
    pub database: Database,
    /// As `fc_owner`, which sees all: for setting up and for looking.
    pub owner_db: PgPool,
    pub(crate) seeder: Mutex<Seeder>,
    http: reqwest::Client,
    wake: Arc<Notify>,
    tasks: JoinSet<()>,
    counter: AtomicUsize,
    name: String,
    deployed: Option<Deployed>,
    finished: bool,
}

/// A name that no other test, and no earlier run, has used.
#[expect(clippy::disallowed_methods, reason = "tests that share servers need names that differ")]
pub fn fresh() -> Uuid {
    Uuid::new_v4()
}

impl Api {
    pub async fn start() -> Api {
        let Ground { name, database, cloud, replica, fleets, deployed } = Ground::of_a_test().await;
        let mut seeder = Seeder::connect(&database.owner_url).await.unwrap();
        let tenant = tenant(&mut seeder, "acme").await;
        let other_tenant = self::tenant(&mut seeder, "globex").await;
        let service = Credential::service(tenant.workspace, "ci-bot@acme.example", ALL_SCOPES);
        let ci = new_secret(service.token_kind());
        seeder.credential(&ci, &service).await.unwrap();

        let wake = Arc::new(Notify::new());
        let settings = Settings {
            database_url: database.app_url.clone(),
            jobs_database_url: Some(database.jobs_url.clone()),
            database_connections: DATABASE_CONNECTIONS,
            aws: cloud.settings.clone(),
            replica_table: Some(replica.table().to_owned()),
            worker_queue_urls: fleets.to_vec(),
            dispatch_queue_url: None,
            console_url: dev::deployment::CONSOLE_URL.to_owned(),
            identity_provider: None,
            evaluation_limit: functions::settings::EVALUATION_LIMIT,
            evaluation_patience: functions::settings::EVALUATION_PATIENCE,
            run_retention_days: functions::settings::RUN_RETENTION_DAYS,
        };
        let app = App::with_local_dispatcher(settings, wake.clone()).unwrap();
        let mut http = dev::http::builder().redirect(reqwest::redirect::Policy::none());
        let mut tasks = JoinSet::new();
        let origin = match &deployed {
            Some(deployed) => {
                http = http.resolve(&deployed.deployment.host, deployed.deployment.address());
                deployed.deployment.origin()
            }
            None => serve(&app, &mut tasks).await,
        };
        Api {
            app,
            origin,
            tenant,
            ci,
            other_tenant,
            cloud,
            replica,
            fleets,
            owner_db: PgPoolOptions::new().max_connections(4).connect_lazy(&database.owner_url).unwrap(),
            database,
            seeder: Mutex::new(seeder),
            http: http.build().unwrap(),
            wake,
            tasks,
            counter: AtomicUsize::new(0),
            name,
            deployed,
            finished: false,
        }
    }

    pub fn is_behind_a_gateway(&self) -> bool {
        self.deployed.is_some()
    }

    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    /// As the first tenant's owner, on the designer surface, until it is told otherwise.
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(&self.http, method, &self.origin, path, &self.tenant.token)
    }

    /// Runs the dispatcher until nothing is due.
    pub async fn dispatch(&self) -> Step {
        dispatch_outbox::run(&self.app).await.unwrap()
    }

    /// Runs the dispatcher beside the test: as the local stack does, or by the nudges of a deployment.
    pub async fn dispatch_in_background(&mut self) {
        if let Some(deployed) = &self.deployed {
            return deployed.deployment.start_jobs(Started::ByNudges).await.unwrap();
        }
        let (app, wake) = (self.app.clone(), self.wake.clone());
        self.tasks.spawn(async move { dispatch_outbox::run_forever(&app, &wake).await });
    }

    /// Sets the governance mode of the first tenant's workspace, as its owner.
    pub async fn set_mode(&self, mode: &str) {
        let changed = self.patch(&format!("/v1/workspaces/{}", self.tenant.workspace)).json(json!({"governanceMode": mode})).await.ok();
        assert_eq!(changed["governanceMode"], mode);
    }

    /// Returns as soon as a session of the test's database waits for a lock that another holds.
    pub async fn a_lock_is_waited_for(&self) {
        let waiting =
            "SELECT true FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.datname = current_database() AND NOT l.granted";
        until("somebody to wait for a lock", || async {
            sqlx::query_scalar::<_, bool>(waiting).fetch_optional(&self.owner_db).await.unwrap()
        })
        .await;
    }

    /// A superuser, in the test's database: for what no role of ours may do.
    pub fn superuser_options(&self) -> PgConnectOptions {
        database::superuser_options(&self.name)
    }

    pub async fn superuser(&self) -> PgConnection {
        PgConnection::connect_with(&self.superuser_options()).await.unwrap()
    }

    /// The messages that wait in a fleet's queue; they are taken from it.
    pub async fn messages(&self, fleet: &str) -> Vec<replica::Notification> {
        let mut all = Vec::new();
        loop {
            let received = self.cloud.sqs.receive_message().queue_url(fleet).max_number_of_messages(10).send().await.unwrap();
            let Some(messages) = received.messages.filter(|messages| !messages.is_empty()) else { return all };
            for message in messages {
                all.push(serde_json::from_str(message.body().unwrap()).unwrap());
                let handle = message.receipt_handle().unwrap();
                self.cloud.sqs.delete_message().queue_url(fleet).receipt_handle(handle).send().await.unwrap();
            }
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// One that is at work has leased what it delivers.
    async fn end_deployed_dispatchers(&self) {
        let Some(deployed) = &self.deployed else { return };
        deployed.deployment.start_jobs(Started::ByNobody).await.unwrap();
        let leased = "SELECT true WHERE NOT EXISTS (SELECT FROM outbox WHERE lease_until > clock_timestamp() AND dead_at IS NULL)";
        until("the deployed dispatcher to end", || async {
            sqlx::query_scalar::<_, bool>(leased).fetch_optional(&self.owner_db).await.unwrap()
        })
        .await;
    }

    /// Drains the outbox, checks what must always hold, and removes what the test stood on.
    pub async fn finish(mut self) {
        self.finished = true;
        self.tasks.shutdown().await;
        self.end_deployed_dispatchers().await;
        invariants::drain(&self).await;
        invariants::check(&self).await;
        if self.deployed.is_none() {
            Ground::remove(&self.name, &self.cloud, &self.fleets).await;
        }
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        if self.finished && !std::thread::panicking() {
            return;
        }
        // A failed test cleans up too, in a runtime of its own because this one may have no turn left.
        let removed = self.deployed.is_none() && {
            let (name, fleets) = (self.name.clone(), self.fleets.clone());
            let removal = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { Ground::remove(&name, &Cloud::at(&environment("AWS_ENDPOINT_URL")).await, &fleets).await });
            });
            removal.join().is_ok()
        };
        assert!(std::thread::panicking(), "the test did not end with `api.finish().await` (what it stood on was removed: {removed})");
    }
}

/// Returns the origin that it serves at.
async fn serve(app: &App, tasks: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let router = functions::gateway::router(app.clone());
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    origin
}

async fn tenant(seeder: &mut Seeder, slug: &str) -> Tenant {
    let owner_email = format!("owner@{slug}.example");
    let tenant = tenants::Tenant { slug, name: slug, workspace: slug, owner_email: &owner_email, owner_name: "The Owner" };
    let seated = seeder.tenant(&tenant).await.unwrap();
    let credential = Credential::designer(seated.owner, &owner_email);
    let token = new_secret(credential.token_kind());
    seeder.credential(&token, &credential).await.unwrap();
    Tenant { workspace: seated.workspace, owner: seated.owner, owner_email, token }
}

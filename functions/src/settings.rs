//! The environment, read once.

use std::fmt;
use std::time::Duration;

use replica::aws::AwsSettings;
use serde_json::{Value, json};

pub const EVALUATION_LIMIT: Duration = Duration::from_secs(1);
pub const EVALUATION_PATIENCE: Duration = Duration::from_secs(3);
pub const RUN_RETENTION_DAYS: i32 = 90;

/// What a function needs to know of where it runs. Addresses that a function does not use may be missing.
#[derive(Debug, Clone)]
pub struct Settings {
    /// As the role `fc_app`.
    pub database_url: String,
    /// As the role `fc_jobs`; jobs only.
    pub jobs_database_url: Option<String>,
    /// 1 in a Lambda, which answers one request at a time.
    pub database_connections: u32,
    pub aws: AwsSettings,
    pub replica_table: Option<String>,
    /// A queue per fleet of workers.
    pub worker_queue_urls: Vec<String>,
    /// Where a publish nudges the dispatcher; without one the schedule finds the row.
    pub dispatch_queue_url: Option<String>,
    /// Where people find the console.
    pub console_url: String,
    /// Where people sign in with their organisation's account, if they do.
    pub identity_provider: Option<IdentityProvider>,
    /// An evaluation that takes longer is answered without its result. Tables decide in microseconds; a second is far beyond what a
    /// good graph needs, also on the smallest Lambda, and far below the 30 s at which API Gateway stops waiting.
    pub evaluation_limit: Duration,
    /// How long an evaluation that may take long waits for a place among those that run; then it is 503, and no run.
    pub evaluation_patience: Duration,
    /// Runs are kept for at least this many days, and go with their month.
    pub run_retention_days: i32,
}

/// An OpenID Connect provider, and what it knows us as.
#[derive(Clone)]
pub struct IdentityProvider {
    /// https, or on this machine.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityProvider").field("issuer", &self.issuer).field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl IdentityProvider {
    /// `None` where nothing is set; half of it is an error, which names the rest.
    ///
    /// # Errors
    /// When a variable is missing, or the issuer is reached in a way that others can change.
    pub fn new(
        issuer: Option<String>,
        client_id: Option<String>,
        client_secret: Option<String>,
    ) -> anyhow::Result<Option<IdentityProvider>> {
        let all = [("OIDC_ISSUER", &issuer), ("OIDC_CLIENT_ID", &client_id), ("OIDC_CLIENT_SECRET", &client_secret)];
        let missing: Vec<&str> = all.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        match (issuer, client_id, client_secret) {
            (None, None, None) => Ok(None),
            (Some(issuer), Some(client_id), Some(client_secret)) => {
                let local = ["http://127.0.0.1:", "http://localhost:"].iter().any(|local| issuer.starts_with(local));
                anyhow::ensure!(local || issuer.starts_with("https://"), "OIDC_ISSUER is {issuer:?}, and not an https address");
                Ok(Some(IdentityProvider { issuer, client_id, client_secret }))
            }
            _ => anyhow::bail!("an identity provider takes {} too", missing.join(" and ")),
        }
    }
}

impl Settings {
    /// From the environment of a Lambda that serves an endpoint. Fails naming the variable that is missing.
    pub fn from_env() -> anyhow::Result<Settings> {
        Settings::with_databases(required("DATABASE_URL")?, None)
    }

    /// From the environment of a job, which has no way into the database but the jobs' role.
    pub fn of_job_from_env() -> anyhow::Result<Settings> {
        let url = required("JOBS_DATABASE_URL")?;
        Settings::with_databases(url.clone(), Some(url))
    }

    fn with_databases(database_url: String, jobs_database_url: Option<String>) -> anyhow::Result<Settings> {
        Ok(Settings {
            database_url,
            jobs_database_url,
            database_connections: optional("DATABASE_CONNECTIONS").map(|text| text.parse()).transpose()?.unwrap_or(1),
            aws: AwsSettings {
                endpoint_url: optional("AWS_ENDPOINT_URL"),
                region: optional("AWS_REGION").unwrap_or_else(|| "us-east-1".into()),
                keys: None,
            },
            replica_table: optional("REPLICA_TABLE"),
            worker_queue_urls: optional("WORKER_QUEUE_URLS")
                .map(|urls| urls.split(',').map(|url| url.trim().to_owned()).collect())
                .unwrap_or_default(),
            dispatch_queue_url: optional("DISPATCH_QUEUE_URL"),
            console_url: optional("CONSOLE_URL").unwrap_or_default(),
            identity_provider: IdentityProvider::new(optional("OIDC_ISSUER"), optional("OIDC_CLIENT_ID"), optional("OIDC_CLIENT_SECRET"))?,
            evaluation_limit: match optional("EVALUATION_LIMIT_MS") {
                Some(text) => Duration::from_millis(text.parse()?),
                None => EVALUATION_LIMIT,
            },
            evaluation_patience: EVALUATION_PATIENCE,
            run_retention_days: optional("RUN_RETENTION_DAYS").map(|text| text.parse()).transpose()?.unwrap_or(RUN_RETENTION_DAYS),
        })
    }
}

/// The stack that a job's metrics belong to; without one they are not written.
pub fn metered_stack() -> Option<String> {
    optional("STACK_NAME")
}

/// What migrations take, and no other function.
#[derive(Clone)]
pub struct MigrationSettings {
    /// As the role `fc_owner`, over the direct writer endpoint.
    pub owner_database_url: String,
    /// What the other functions will connect with, as `fc_app` and as `fc_jobs`.
    pub app_database_url: String,
    pub jobs_database_url: String,
    /// Where the stack brings its own server: how the roles and the database come into being.
    pub own_server: Option<OwnServer>,
}

#[derive(Clone)]
pub struct OwnServer {
    /// As the server's first user, in any database of it.
    pub admin_database_url: String,
    pub owner_password: String,
    pub app_password: String,
    pub jobs_password: String,
}

impl MigrationSettings {
    pub fn from_env() -> anyhow::Result<MigrationSettings> {
        let own_server = match optional("ADMIN_DATABASE_URL") {
            Some(admin_database_url) => Some(OwnServer {
                admin_database_url,
                owner_password: required("OWNER_PASSWORD")?,
                app_password: required("APP_PASSWORD")?,
                jobs_password: required("JOBS_PASSWORD")?,
            }),
            None => None,
        };
        Ok(MigrationSettings {
            owner_database_url: required("OWNER_DATABASE_URL")?,
            app_database_url: required("DATABASE_URL")?,
            jobs_database_url: required("JOBS_DATABASE_URL")?,
            own_server,
        })
    }

    /// By the names that the template reads them by.
    pub fn of_functions(&self) -> Value {
        json!({"AppUrl": self.app_database_url, "JobsUrl": self.jobs_database_url})
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where a function reads its environment")]
fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn required(name: &str) -> anyhow::Result<String> {
    optional(name).ok_or_else(|| anyhow::anyhow!("the environment variable {name} is not set"))
}

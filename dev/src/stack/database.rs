//! A migrated database and the three ways into it.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use store::admin::{self, RolePasswords};

/// A database, as each of the roles that log in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Database {
    pub owner_url: String,
    pub app_url: String,
    pub jobs_url: String,
}

/// Makes the roles, unless they exist; their passwords follow from the server's own, so that stacks which share a server agree.
pub async fn ensure_roles(admin_url: &str) -> Result<()> {
    let (owner, app, jobs) = (password(admin_url, "fc_owner"), password(admin_url, "fc_app"), password(admin_url, "fc_jobs"));
    let passwords = RolePasswords { owner: &owner, app: &app, jobs: &jobs };
    admin::ensure_roles(&admin_url.parse()?, &passwords).await.context("can't make the database roles")
}

impl Database {
    /// Makes the database if it isn't there, a copy of the template where one is named.
    pub async fn create(admin_url: &str, name: &str, template: Option<&str>) -> Result<Database> {
        let options: PgConnectOptions = admin_url.parse().context("the admin database URL")?;
        admin::create_database(&options, name, template).await.with_context(|| format!("can't make the database {name}"))?;
        let url =
            |role: &str| plain(options.clone().username(role).password(&password(admin_url, role)).database(name).to_url_lossy().as_str());
        Ok(Database { owner_url: url("fc_owner"), app_url: url("fc_app"), jobs_url: url("fc_jobs") })
    }

    /// Brings the schema up to date, as a deployment does.
    pub async fn migrate(&self) -> Result<()> {
        functions::jobs::migrate::run(&self.owner_url).await.context("can't migrate the database")?;
        Ok(())
    }

    /// Brings the schema of a local stack up to date, or says how to begin anew: until a release its migrations are still edited.
    pub async fn migrate_stack(&self, home: &Path) -> Result<()> {
        self.migrate().await.map_err(|error| match error.downcast_ref() {
            Some(store::Error::ForeignSchema(why) | store::Error::LaterSchema(why)) => anyhow!(
                "the state in {home} was made by another version of FetchCatch: {why}. To begin with an empty stack, remove that folder \
                 (its drafts and versions go with it) and start again; to keep it, set FETCHCATCH_HOME to another one",
                home = home.display()
            ),
            _ => error,
        })
    }
}

/// Without the parameter that only sqlx knows: psql and other clients refuse the whole address for it.
fn plain(url: &str) -> String {
    let Some((address, parameters)) = url.split_once('?') else { return url.to_owned() };
    let kept: Vec<&str> = parameters.split('&').filter(|parameter| !parameter.starts_with("statement-cache-capacity=")).collect();
    if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) }
}

fn password(admin_url: &str, role: &str) -> String {
    Sha256::digest(format!("{role} of {admin_url}")).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

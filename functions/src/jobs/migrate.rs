//! Brings the schema up to date, and the verdicts of all drafts when the checker has changed: before traffic moves.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use domain::digest::Digest;
use domain::token::{self, TokenKind};
use serde::{Deserialize, Serialize};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use store::Db;
use store::admin::{self, RolePasswords};

use super::renew_verdicts;
use crate::settings::{MigrationSettings, OwnServer};
use crate::{connectors, flows};

/// What a deployment or an operator says.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Options {
    /// Who owns the first workspace, where there is no tenant yet.
    #[serde(default, rename = "OwnerEmail")]
    pub owner_email: Option<String>,
    /// Whom to make a one-time link for.
    #[serde(default)]
    pub sign_in: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Migrated {
    /// Drafts that this release's checker looked at for the first time.
    pub drafts_checked: usize,
    /// Whether the first tenant was made, with its workspace and its owner.
    pub founded: bool,
    /// The path of the link that was asked for: it signs in once, within a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<String>,
}

/// All that a deployment needs of its database, or what an operator asks for. `random` is from the operating system.
pub async fn release(settings: &MigrationSettings, options: &Options, random: [u8; 32]) -> anyhow::Result<Migrated> {
    let url = &settings.owner_database_url;
    if let Some(server) = &settings.own_server {
        prepare(server, url).await?;
    }
    let brought = run(url).await?;
    if let Some(server) = &settings.own_server {
        // Last: a deployment that fails before leaves the functions that serve with passwords that are right.
        admin::ensure_roles(&server.admin_database_url.parse()?, &passwords(server)).await.context("can't set the roles' passwords")?;
    }
    // An operator who wants to sign in is not kept from it by what ails the functions.
    if options.sign_in.is_none() {
        for url in [&settings.app_database_url, &settings.jobs_database_url] {
            reach(url).await?;
        }
    }
    let admitted = admit(url, options, random).await?;
    Ok(Migrated { drafts_checked: brought.drafts_checked, ..admitted })
}

/// A proxy that was just made knows its database after some minutes.
const PROXY_PATIENCE: Duration = Duration::from_secs(300);
const BETWEEN_TRIES: Duration = Duration::from_secs(2);

/// What functions will connect with has to work before they do. A server that refuses does so at once; a proxy may only be on its way.
async fn reach(url: &str) -> anyhow::Result<()> {
    let options: PgConnectOptions = url.parse()?;
    let patience = if store::is_rds_proxy(options.get_host()) { PROXY_PATIENCE } else { Duration::ZERO };
    let begun = Instant::now();
    loop {
        let error = match PgConnection::connect_with(&options).await {
            Ok(connection) => return Ok(connection.close().await?),
            Err(error) => error,
        };
        if begun.elapsed() >= patience {
            return Err(error)
                .with_context(|| format!("the functions can't connect as {} to {}", options.get_username(), options.get_host()));
        }
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
}

/// Makes the roles and the database on a server that the stack brought along; a second call finds them.
async fn prepare(server: &OwnServer, owner_url: &str) -> anyhow::Result<()> {
    let admin = server.admin_database_url.parse()?;
    admin::ensure_roles_for_migrations(&admin, &passwords(server)).await.context("can't make the database roles")?;
    let owner: PgConnectOptions = owner_url.parse()?;
    let name = owner.get_database().context("OWNER_DATABASE_URL names no database")?;
    admin::create_database(&admin, name, None).await.with_context(|| format!("can't make the database {name}"))
}

fn passwords(server: &OwnServer) -> RolePasswords<'_> {
    RolePasswords { owner: &server.owner_password, app: &server.app_password, jobs: &server.jobs_password }
}

/// As `fc_owner`, over the direct writer endpoint.
pub async fn run(owner_url: &str) -> anyhow::Result<Migrated> {
    admin::migrate(&owner_url.parse()?).await?;
    let db = Db::connect_lazily(owner_url, 1)?;
    // Also where the schema was up to date: the months ahead are there before the first sweep.
    store::jobs::make_run_partitions(&db, 3).await?;
    let mut migrated = Migrated::default();
    for kind in [connectors::KIND, flows::KIND] {
        migrated.drafts_checked += renew_verdicts::run(&db, kind).await?;
    }
    Ok(migrated)
}

/// The first people, where they are missing.
async fn admit(owner_url: &str, options: &Options, random: [u8; 32]) -> anyhow::Result<Migrated> {
    let db = Db::connect_lazily(owner_url, 1)?;
    let mut migrated = Migrated::default();
    if let Some(email) = options.owner_email.as_deref().filter(|email| !email.is_empty()) {
        anyhow::ensure!(email.contains('@'), "OwnerEmail is {email:?}, which is no address");
        migrated.founded = store::founding::first_owner(&db, email).await?;
    }
    if let Some(email) = &options.sign_in {
        let code = token::mint(TokenKind::Session, random);
        let known = store::founding::offer_sign_in(&db, email, Digest::of(code.as_bytes())).await?;
        anyhow::ensure!(known, "nobody has the address {email}: whom does `list_members` name?");
        migrated.sign_in = Some(format!("/auth/login?code={code}"));
    }
    Ok(migrated)
}

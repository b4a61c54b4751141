//! What is done once a cluster or a release: roles, the database, migrations. Takes the direct writer endpoint, never a proxy.

use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};

use crate::db::LIMITS;
use crate::{Error, Result, backfill};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Passwords of the roles that log in.
#[derive(Debug, Clone)]
pub struct RolePasswords<'a> {
    pub owner: &'a str,
    pub app: &'a str,
    pub jobs: &'a str,
}

/// Makes the four roles, or sets their passwords anew.
pub async fn ensure_roles(admin: &PgConnectOptions, passwords: &RolePasswords<'_>) -> Result<()> {
    roles(admin, passwords, &["fc_owner", "fc_app", "fc_jobs"]).await
}

/// Makes the four roles. Of those that are there only fc_owner gets the password that is given, which migrates with it: functions that
/// serve meanwhile know the others' from before.
pub async fn ensure_roles_for_migrations(admin: &PgConnectOptions, passwords: &RolePasswords<'_>) -> Result<()> {
    roles(admin, passwords, &["fc_owner"]).await
}

/// CREATE ROLE races when several databases are set up at once, hence the lock. `rotated` are those whose password is set where they exist.
async fn roles(admin: &PgConnectOptions, passwords: &RolePasswords<'_>, rotated: &[&str]) -> Result<()> {
    let mut connection = connect(admin).await?;
    let mut tx = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('fetchcatch roles', 7))").execute(&mut *tx).await?;
    for (role, password) in
        [("fc_owner", Some(passwords.owner)), ("fc_app", Some(passwords.app)), ("fc_jobs", Some(passwords.jobs)), ("fc_mint", None)]
    {
        let exists: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)").bind(role).fetch_one(&mut *tx).await?;
        if !exists {
            sqlx::query(AssertSqlSafe(format!("CREATE ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT"))).execute(&mut *tx).await?;
        }
        if let Some(password) = password.filter(|_| !exists || rotated.contains(&role)) {
            let statement: String = sqlx::query_scalar("SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)")
                .bind(role)
                .bind(password)
                .fetch_one(&mut *tx)
                .await?;
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
        }
    }
    for role in ["fc_app", "fc_jobs"] {
        for (name, value) in LIMITS {
            sqlx::query(AssertSqlSafe(format!("ALTER ROLE {role} SET {name} = '{value}'"))).execute(&mut *tx).await?;
        }
    }
    // fc_owner hands the definer functions to fc_mint; the admin makes databases that fc_owner owns.
    sqlx::raw_sql("GRANT fc_mint TO fc_owner; GRANT fc_owner TO CURRENT_USER").execute(&mut *tx).await?;
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}

/// Makes a database that fc_owner owns, from a template when one is named. Keeps one that exists.
pub async fn create_database(admin: &PgConnectOptions, name: &str, template: Option<&str>) -> Result<()> {
    let mut connection = connect(admin).await?;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)").bind(name).fetch_one(&mut connection).await?;
    if !exists {
        let statement: String = sqlx::query_scalar("SELECT format('CREATE DATABASE %I OWNER fc_owner TEMPLATE %I', $1::text, $2::text)")
            .bind(name)
            .bind(template.unwrap_or("template1"))
            .fetch_one(&mut connection)
            .await?;
        sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// The files between which the history is labelled, in batches.
const PROVENANCE: i64 = 1_748_300_000;
const BACKFILL: i64 = 1_748_400_000;

/// Brings the schema up to date, as fc_owner. A second call does nothing, and one that was interrupted is taken up where it ended.
///
/// # Errors
/// [`Error::ForeignSchema`] when the database was migrated by other files than these, [`Error::LaterSchema`] when by more.
pub async fn migrate(owner: &PgConnectOptions) -> Result<()> {
    // A statement that waits for a lock holds up all who come after it: better to give up, and to be called again.
    let mut connection = connect(&owner.clone().options([("lock_timeout", "10s")])).await?;
    take_turns(&mut connection).await?;
    MIGRATOR.run_to(PROVENANCE, &mut connection).await.map_err(explained)?;
    let applied = "SELECT EXISTS (SELECT FROM _sqlx_migrations WHERE version = $1)";
    if !sqlx::query_scalar::<_, bool>(applied).bind(BACKFILL).fetch_one(&mut connection).await? {
        backfill::run(&mut connection).await?;
    }
    MIGRATOR.run(&mut connection).await.map_err(explained)?;
    connection.close().await?;
    Ok(())
}

/// One migrates at a time; the lock ends with the connection. Asked for again and again, because an index that is built
/// concurrently waits for every statement that is under way: one that waited here would wait for it in turn.
async fn take_turns(connection: &mut PgConnection) -> Result<()> {
    let lock = "SELECT pg_try_advisory_lock(hashtextextended('fetchcatch migrate', 7))";
    while !sqlx::query_scalar::<_, bool>(lock).fetch_one(&mut *connection).await? {
        tracing::info!("another migration is under way; waiting for it");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

fn explained(error: MigrateError) -> Error {
    let file = |version: i64| {
        let named = MIGRATOR.iter().find(|one| one.version == version);
        named.map_or_else(|| version.to_string(), |one| format!("{version}_{}", one.description.replace(' ', "_")))
    };
    match error {
        MigrateError::VersionMismatch(version) => Error::ForeignSchema(format!(
            "this database was migrated with another text of migrations/{}.sql than this release has. A file that was deployed never \
             changes: put its text back, and what is to change into a new file",
            file(version)
        )),
        MigrateError::VersionMissing(version) => Error::LaterSchema(format!(
            "this database was migrated with a file {version} that this release doesn't have: deploy the release that does, or a later one"
        )),
        MigrateError::ExecuteMigration(error, version) => {
            Error::Unexpected(format!("migrations/{}.sql with an error: {error}", file(version)))
        }
        other => Error::Unexpected(format!("a migration with an error: {other}")),
    }
}

/// What is idempotent remarks on everything that is there, or not there, already: nobody needs to read that.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    Ok(PgConnection::connect_with(&options.clone().options([("client_min_messages", "warning")])).await?)
}

//! What is done once a cluster or a release: roles, the database, migrations. Takes the direct writer endpoint, never a proxy.

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};

use crate::{Error, Result};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Passwords of the roles that log in.
#[derive(Debug, Clone)]
pub struct RolePasswords<'a> {
    pub owner: &'a str,
    pub app: &'a str,
    pub jobs: &'a str,
}

/// Makes the four roles, or sets their passwords anew. CREATE ROLE races when several databases are set up at once, hence the lock.
pub async fn ensure_roles(admin: &PgConnectOptions, passwords: &RolePasswords<'_>) -> Result<()> {
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
        if let Some(password) = password {
            let statement: String = sqlx::query_scalar("SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)")
                .bind(role)
                .bind(password)
                .fetch_one(&mut *tx)
                .await?;
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
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

/// Brings the schema up to date, as fc_owner. A second call does nothing.
pub async fn migrate(owner: &PgConnectOptions) -> Result<()> {
    let mut connection = connect(owner).await?;
    MIGRATOR.run(&mut connection).await.map_err(|error| Error::Unexpected(format!("a migration failed: {error}")))?;
    connection.close().await?;
    Ok(())
}

/// What is idempotent remarks on everything that is there, or not there, already: nobody needs to read that.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    Ok(PgConnection::connect_with(&options.clone().options([("client_min_messages", "warning")])).await?)
}

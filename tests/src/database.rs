//! A database a test, cloned from a template that is migrated once a server: several test programs share one.

use dev::stack::database::{Database, ensure_roles};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::OnceCell;

use crate::api::fresh;

/// The lock under which one of them makes it.
const LOCK: i64 = 7_015_443_201;

/// Its name says what is in it: the migrations, by their checksums.
fn template_name() -> String {
    let checksums = sqlx::migrate!("../migrations").iter().flat_map(|migration| migration.checksum.to_vec()).collect::<Vec<_>>();
    format!("fc_template_{}", &domain::Digest::of(&checksums).to_string()[..16])
}

#[expect(clippy::disallowed_methods, reason = "where a test's server is can only come from outside")]
pub fn environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with `cargo dev test`"))
}

async fn admin() -> PgConnection {
    PgConnection::connect(&environment("FETCHCATCH_TEST_ADMIN_URL")).await.unwrap()
}

/// The template's name; it is there and migrated.
async fn template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let admin_url = environment("FETCHCATCH_TEST_ADMIN_URL");
            let name = template_name();
            let mut admin = admin().await;
            sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut admin).await.unwrap();
            let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
                .bind(&name)
                .fetch_one(&mut admin)
                .await
                .unwrap();
            ensure_roles(&admin_url).await.unwrap();
            if !exists {
                // Renamed when it is complete: a run that is killed halfway leaves no half template.
                let unfinished = format!("{name}_{}", fresh());
                Database::create(&admin_url, &unfinished, None).await.unwrap().migrate().await.unwrap();
                rename_when_unused(&mut admin, &unfinished, &name).await;
            }
            // Closing the session gives the lock back.
            admin.close().await.unwrap();
            name
        })
        .await
}

/// The migrations' connections may take a moment to go.
async fn rename_when_unused(admin: &mut PgConnection, from: &str, to: &str) {
    nobody_is_connected(admin, from).await;
    sqlx::raw_sql(AssertSqlSafe(format!("ALTER DATABASE \"{from}\" RENAME TO \"{to}\""))).execute(admin).await.unwrap();
}

async fn nobody_is_connected(admin: &mut PgConnection, name: &str) {
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1";
    sqlx::query(end).bind(name).execute(admin).await.unwrap();
}

/// A fresh copy of the template.
pub async fn create(name: &str) -> Database {
    let template = template().await;
    Database::create(&environment("FETCHCATCH_TEST_ADMIN_URL"), name, Some(template)).await.unwrap()
}

/// A database without any table, for what makes its own.
pub struct Scratch {
    pub database: Database,
    name: String,
}

pub async fn scratch_database() -> Scratch {
    template().await;
    let name = format!("fc_scratch_{}", fresh().simple());
    let database = Database::create(&environment("FETCHCATCH_TEST_ADMIN_URL"), &name, None).await.unwrap();
    Scratch { database, name }
}

impl Scratch {
    /// What the database holds now, as a backup would. Nobody may be connected to it.
    pub async fn copied(&self) -> Scratch {
        let mut admin = admin().await;
        nobody_is_connected(&mut admin, &self.name).await;
        let name = format!("fc_scratch_{}", fresh().simple());
        let database = Database::create(&environment("FETCHCATCH_TEST_ADMIN_URL"), &name, Some(&self.name)).await.unwrap();
        Scratch { database, name }
    }

    pub async fn remove(self) {
        drop(&self.name).await;
    }
}

/// The superuser, in this database: for what no role of ours may do.
pub fn superuser_options(name: &str) -> PgConnectOptions {
    environment("FETCHCATCH_TEST_ADMIN_URL").parse::<PgConnectOptions>().unwrap().database(name)
}

/// Sessions that are still open end with it.
pub async fn drop(name: &str) {
    let mut admin = admin().await;
    sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
}

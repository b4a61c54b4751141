//! The database's passwords change while functions run. On a server of its own: roles belong to a whole server.

use std::time::Duration;

use dev::postgres::{Options, Postgres};
use dev::scratch::Scratch;
use dev::settings::Settings;
use dev::stack::database::Database;
use functions::jobs::{dispatch_outbox, migrate};
use functions::lambda::custom_resource;
use functions::settings::{MigrationSettings, OwnServer};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tests::{Site, config};

use crate::migrating::cloudformation;
use crate::{settings, stories};

/// What Secrets Manager holds: the roles' passwords of one generation.
struct Secrets<'a> {
    admin_url: &'a str,
    generation: &'a str,
}

impl Secrets<'_> {
    fn password(&self, role: &str) -> String {
        format!("{role}{}", self.generation)
    }

    fn url(&self, role: &str) -> String {
        let options: PgConnectOptions = self.admin_url.parse().unwrap();
        options.username(role).password(&self.password(role)).database("fetchcatch").to_url_lossy().to_string()
    }

    fn database(&self) -> Database {
        Database { owner_url: self.url("fc_owner"), app_url: self.url("fc_app"), jobs_url: self.url("fc_jobs") }
    }

    /// As the template gives them to the migrations.
    fn of_migrations(&self) -> MigrationSettings {
        let own_server = OwnServer {
            admin_database_url: self.admin_url.to_owned(),
            owner_password: self.password("fc_owner"),
            app_password: self.password("fc_app"),
            jobs_password: self.password("fc_jobs"),
        };
        let Database { owner_url, app_url, jobs_url } = self.database();
        MigrationSettings {
            owner_database_url: owner_url,
            app_database_url: app_url,
            jobs_database_url: jobs_url,
            own_server: Some(own_server),
        }
    }

    /// A site of a release, up to where traffic moves.
    async fn deploy(&self, kind: &str) {
        let answer = self.try_to_deploy(kind).await;
        assert_eq!((&answer["Status"], answer.get("Reason")), (&json!("SUCCESS"), None));
    }

    /// What CloudFormation is told.
    async fn try_to_deploy(&self, kind: &str) -> Value {
        let mut waiting = cloudformation().await;
        let settings = self.of_migrations();
        let work = async |options: migrate::Options| Ok(json!(migrate::release(&settings, &options, [7; 32]).await?));
        let event = waiting.event(kind, json!({"Release": self.generation}));
        custom_resource::answer(event, Duration::from_secs(600), &settings.of_functions(), work).await.unwrap();
        waiting.answer()
    }
}

#[tokio::test]
async fn a_release_with_new_passwords_ends_the_old_ones_and_no_connection_that_is_open() {
    let home = Scratch::open(&Settings { admin_database_url: None, ..settings() }, "test-rotation-").unwrap();
    let server = Postgres::start(&home, Options { durable: false }).await.unwrap();
    let [old, new] = ["1", "2"].map(|generation| Secrets { admin_url: &server.admin_url, generation });
    old.deploy("Create").await;
    let site = Site::over(&old.database()).await;
    let warm = site.instance(&old.database()).await;
    stories::tell(&site, &warm, "old").await;

    // A release whose migrations fail is rolled back: what serves goes on, what starts anew too.
    let mut superuser =
        PgConnection::connect_with(&server.admin_url.parse::<PgConnectOptions>().unwrap().database("fetchcatch")).await.unwrap();
    let checksums =
        "UPDATE _sqlx_migrations SET checksum = checksum || '\\x00' WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    sqlx::query(checksums).execute(&mut superuser).await.unwrap();
    assert_eq!(new.try_to_deploy("Update").await["Status"], "FAILED");
    for role in ["fc_app", "fc_jobs"] {
        PgConnection::connect(&old.url(role)).await.unwrap().close().await.unwrap();
    }
    let back = "UPDATE _sqlx_migrations SET checksum = substr(checksum, 1, length(checksum) - 1) WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    sqlx::query(back).execute(&mut superuser).await.unwrap();
    superuser.close().await.unwrap();

    new.deploy("Update").await;
    // Traffic has not moved yet. What is connected goes on.
    warm.post("/api/connectors").json(json!({"slug": "crm", "name": "CRM", "config": config()})).await.with_status(201);
    warm.post("/api/connectors/crm/publish").json(json!({"base_version": 0})).await.ok();
    warm.dispatch().await;
    // What connects anew, before its function is replaced, says that it passes.
    let cold = site.instance(&old.database()).await;
    let refused = cold.get("/api/connectors").await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.problem(503, "unavailable");
    assert!(dispatch_outbox::run(&cold.app).await.is_err());
    for role in ["fc_owner", "fc_app", "fc_jobs"] {
        assert!(PgConnection::connect(&old.url(role)).await.is_err(), "{role} still gets in");
    }

    let replaced = site.instance(&new.database()).await;
    stories::tell(&site, &replaced, "new").await;
    drop((warm, cold, replaced));
    site.remove().await;
    server.stop().await.unwrap();
}

//! While a release is rolled out, taken back or met by a restored database, code and schema of two releases meet.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use functions::jobs::migrate::{self, Options};
use functions::lambda::custom_resource;
use futures::FutureExt;
use serde_json::json;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tests::{Scratch, Site, scratch_database};

use crate::migrating::{self, cloudformation};
use crate::{expansion, root, stories};

const LONG: Duration = Duration::from_secs(600);

async fn owner(scratch: &Scratch) -> PgConnection {
    PgConnection::connect(&scratch.database.owner_url).await.unwrap()
}

/// A database as the last release left it.
async fn released() -> Scratch {
    let scratch = scratch_database().await;
    let mut owner = owner(&scratch).await;
    sqlx::migrate!("../migrations").run_to(expansion::released(), &mut owner).await.unwrap();
    owner.close().await.unwrap();
    scratch
}

async fn of_today() -> Scratch {
    let scratch = scratch_database().await;
    migrate::run(&scratch.database.owner_url).await.unwrap();
    scratch
}

async fn remove(scratch: Scratch, site: Site) {
    site.remove().await;
    scratch.remove().await;
}

#[tokio::test]
async fn this_releases_code_works_on_the_last_ones_schema_and_goes_on_while_it_is_migrated() {
    let scratch = released().await;
    let site = Site::over(&scratch.database).await;
    let instance = site.instance(&scratch.database).await;
    stories::tell(&site, &instance, "before").await;
    // Under an instance whose statements are prepared and whose functions have their plans.
    migrate::run(&scratch.database.owner_url).await.unwrap();
    stories::tell(&site, &instance, "after").await;
    drop(instance);
    remove(scratch, site).await;
}

#[tokio::test]
async fn this_releases_code_works_on_the_next_ones_schema_and_its_migrations_let_that_be() {
    let scratch = of_today().await;
    let site = Site::over(&scratch.database).await;
    let warm = site.instance(&scratch.database).await;
    stories::tell(&site, &warm, "before").await;
    let mut owner = owner(&scratch).await;
    let mut next = Migrator::new(root().join("tests/data/upgrade").as_path()).await.unwrap();
    next.set_ignore_missing(true).run(&mut owner).await.unwrap();
    stories::tell(&site, &warm, "warm").await;
    let cold = site.instance(&scratch.database).await;
    stories::tell(&site, &cold, "cold").await;
    let unfilled = "SELECT count(*) FROM resource_versions WHERE digest_hex IS DISTINCT FROM encode(digest, 'hex') AND created_at > $1";
    let expanded = "SELECT installed_on FROM _sqlx_migrations WHERE version = 9000000000";
    let expanded: chrono::DateTime<chrono::Utc> = sqlx::query_scalar(expanded).fetch_one(&mut owner).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(unfilled).bind(expanded).fetch_one(&mut owner).await.unwrap(), 0);

    // The site of the next release is rolled back: this one's migrations run on what it left.
    let mut waiting = cloudformation().await;
    let settings = migrating::settings(&scratch, false);
    let work = async |options: Options| Ok(json!(migrate::release(&settings, &options, [7; 32]).await?));
    custom_resource::answer(waiting.event("Update", json!({"Release": "1"})), LONG, &settings.of_functions(), work).await.unwrap();
    assert_eq!(waiting.answer()["Status"], "SUCCESS");
    stories::tell(&site, &cold, "back").await;
    owner.close().await.unwrap();
    drop((warm, cold));
    remove(scratch, site).await;
}

/// Each belongs into a release after the one whose code does without.
const CONTRACTIONS: [&str; 4] = [
    "ALTER TABLE resource_drafts DROP COLUMN foreign_since",
    "ALTER TABLE outbox RENAME COLUMN next_attempt_at TO due_at",
    "ALTER TABLE resource_versions ADD COLUMN ticket text NOT NULL DEFAULT ''; ALTER TABLE resource_versions ALTER COLUMN ticket DROP DEFAULT",
    "CREATE FUNCTION keep_content(p_workspace uuid, p_digest bytea, p_body bytea, p_days int DEFAULT 90) RETURNS void LANGUAGE sql AS $$ $$",
];

#[tokio::test]
async fn a_contraction_that_comes_too_early_is_noticed() {
    for contraction in CONTRACTIONS {
        let scratch = of_today().await;
        let site = Site::over(&scratch.database).await;
        let mut owner = owner(&scratch).await;
        sqlx::raw_sql(AssertSqlSafe(contraction)).execute(&mut owner).await.unwrap();
        owner.close().await.unwrap();
        let instance = site.instance(&scratch.database).await;
        let told = AssertUnwindSafe(stories::tell(&site, &instance, "early")).catch_unwind().await;
        assert!(told.is_err(), "the stories went well in spite of: {contraction}");
        drop(instance);
        remove(scratch, site).await;
    }
}

#[test]
fn files_after_the_last_release_only_expand() {
    let folder = root().join("migrations");
    for file in expansion::files(&folder).into_iter().filter(|file| file.version > expansion::released()) {
        assert_eq!(file.contractions(), [""; 0], "{}: see \"Upgrade\" in docs/guides/operations.md", file.name);
    }
    let next = expansion::files(&root().join("tests/data/upgrade"));
    assert_eq!(next.iter().flat_map(expansion::File::contractions).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_contracts_is_refused_unless_the_files_name_says_so() {
    let refused = [
        "ALTER TABLE outbox DROP COLUMN trace;",
        "alter table outbox\n    drop column if exists trace;",
        "DROP TABLE pulls;",
        "DROP FUNCTION mint_version(bytea);",
        "ALTER TABLE outbox RENAME COLUMN trace TO traced;",
        "ALTER TABLE outbox RENAME TO box;",
        "ALTER TABLE outbox ALTER COLUMN trace TYPE bytea;",
        "ALTER TABLE outbox ALTER trace SET NOT NULL;",
        "ALTER TABLE outbox ADD COLUMN IF NOT EXISTS trace text NOT NULL;",
        "ALTER TABLE outbox DROP CONSTRAINT outbox_event;",
        "DROP TRIGGER filled ON outbox;",
        "DO $$ BEGIN EXECUTE 'DROP TABLE pulls'; END $$;",
    ];
    for text in refused {
        let file = |name: &str| expansion::File::new(&format!("1900000000_{name}.sql"), text);
        assert_eq!(file("Next").contractions().len(), 1, "{text}");
        assert_eq!(file("ContractTraces").contractions(), [""; 0]);
    }
    let taken = [
        "-- DROP TABLE pulls;\nALTER TABLE outbox ADD COLUMN trace text;",
        "ALTER TABLE outbox DROP CONSTRAINT IF EXISTS outbox_event; ALTER TABLE outbox ADD CONSTRAINT outbox_event CHECK (true);",
        "ALTER TABLE outbox ADD COLUMN priority int NOT NULL DEFAULT 0;",
        "ALTER TABLE outbox ALTER COLUMN trace DROP NOT NULL;",
        "CREATE TABLE labels (name text NOT NULL);",
        "CREATE OR REPLACE FUNCTION drop_month() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE runs_2026'; END $$;",
    ];
    for text in taken {
        assert_eq!(expansion::File::new("1900000000_Next.sql", text).contractions(), [""; 0], "{text}");
    }
}

#[test]
fn the_last_release_is_one_of_the_files() {
    let files = expansion::files(Path::new(&root().join("migrations")));
    assert!(files.iter().any(|file| file.version == expansion::released()));
}

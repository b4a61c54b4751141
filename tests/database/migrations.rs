//! The files by hand: in their order, on a database from before governance, and again on what they left.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tests::{Api, config, scratch_database};
use uuid::Uuid;

/// Name and text of each file, in order.
pub fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

pub async fn run(owner: &mut PgConnection, name: &str, text: &str) {
    let mut tx = owner.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut *tx).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_second_run_by_hand_changes_nothing() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let schema = "SELECT md5(string_agg(d, E'\\n' ORDER BY d)) FROM (
            SELECT pg_get_constraintdef(oid) || conname AS d FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT pg_get_functiondef(oid) || coalesce(proacl::text, '') || proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT p::text FROM pg_policies p
            UNION ALL SELECT relname || coalesce(relacl::text, '') || relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT attrelid::regclass || attname || atttypid || attnotnull || coalesce(attacl::text, '') FROM pg_attribute
                       WHERE attrelid::regclass::text IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')) AS all_of_it";
    let before: String = sqlx::query_scalar(schema).fetch_one(&api.owner_db).await.unwrap();
    let mut owner = PgConnection::connect(&api.database.owner_url).await.unwrap();
    for _ in 0..2 {
        for (name, text) in files() {
            run(&mut owner, &name, &text).await;
        }
    }
    assert_eq!(sqlx::query_scalar::<_, String>(schema).fetch_one(&api.owner_db).await.unwrap(), before);
    api.database.migrate().await.unwrap();
    api.publish_next("crm", 2).await;
    api.finish().await;
}

/// A workspace as it was before governance: one connector with a published version, a snapshot and a draft, by somebody whose e-mail is known.
const BEFORE_GOVERNANCE: &str = r#"
    INSERT INTO tenants (id, slug, name) VALUES ('00000000-0000-7000-8000-000000000001', 'old', 'Old');
    INSERT INTO users (id, email, name) VALUES ('00000000-0000-7000-8000-000000000002', 'ada@old.example', 'Ada');
    INSERT INTO workspaces (id, tenant_id, slug, name) VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000001', 'old', 'Old');
    INSERT INTO contents (workspace_id, digest, body) SELECT '00000000-0000-7000-8000-000000000003', sha256(b), b
      FROM (VALUES (convert_to($body, 'UTF8')), (convert_to('[]', 'UTF8'))) AS bodies (b);
    INSERT INTO resources (id, workspace_id, type, slug, name, last_version)
    VALUES ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000003', 'connector', 'crm', 'CRM', 1);
    INSERT INTO resource_versions (workspace_id, resource_id, version, digest, created_by, published_at)
    SELECT workspace_id, '00000000-0000-7000-8000-000000000004', 1, digest, '00000000-0000-7000-8000-000000000002', now() FROM contents WHERE body <> '[]';
    INSERT INTO resource_versions (workspace_id, resource_id, digest, created_by)
    SELECT workspace_id, '00000000-0000-7000-8000-000000000004', digest, NULL FROM contents WHERE body <> '[]';
    UPDATE resources SET published_version_id = (SELECT id FROM resource_versions WHERE version = 1);
    INSERT INTO event_flow_manifests (connector_id, version, workspace_id, digest)
    SELECT '00000000-0000-7000-8000-000000000004', 1, workspace_id, digest FROM contents WHERE body = '[]';
    INSERT INTO resource_drafts (resource_id, workspace_id, digest, manifest_digest, base_version)
    SELECT '00000000-0000-7000-8000-000000000004', b.workspace_id, b.digest, m.digest, 1 FROM contents b, contents m WHERE b.body <> '[]' AND m.body = '[]';
"#;

type Row = (Option<i32>, String, String, String, Option<String>, Option<String>);

async fn history(owner: &mut PgConnection) -> Vec<Row> {
    let query = "SELECT version, source, surface, actor_kind, created_by_email, git_commit_sha FROM resource_versions ORDER BY id";
    sqlx::query_as(query).fetch_all(owner).await.unwrap()
}

fn row(version: Option<i32>, source: &str, email: Option<&str>) -> Row {
    (version, source.to_owned(), "designer".to_owned(), "human".to_owned(), email.map(str::to_owned), None)
}

#[tokio::test]
async fn a_database_from_before_governance_is_labelled_row_by_row_however_often_they_run() {
    let scratch = scratch_database().await;
    let mut owner = PgConnection::connect(&scratch.database.owner_url).await.unwrap();
    let files = files();
    let (foundation, later) = files.split_first().unwrap();
    run(&mut owner, &foundation.0, &foundation.1).await;
    let body = String::from_utf8(domain::Canonical::of(&config()).bytes).unwrap();
    run(&mut owner, "before governance", &BEFORE_GOVERNANCE.replace("$body", &format!("$body${body}$body$"))).await;

    // The columns alone, as while a deployment is under way: code from before still inserts without a source.
    run(&mut owner, &later[0].0, &later[0].1).await;
    let old_code =
        "INSERT INTO resource_versions (workspace_id, resource_id, digest) SELECT workspace_id, resource_id, digest FROM resource_drafts";
    run(&mut owner, "old code", old_code).await;
    let unlabelled = history(&mut owner).await;
    assert_eq!(unlabelled[0].1, "designer");
    assert_eq!(unlabelled[2].1, "designer-draft", "what old code writes is labelled at once");

    let expected =
        [row(Some(1), "designer-publish", Some("ada@old.example")), row(None, "designer-draft", None), row(None, "designer-draft", None)];
    for _ in 0..2 {
        for (name, text) in later {
            run(&mut owner, name, text).await;
        }
        assert_eq!(history(&mut owner).await, expected);
        let workspace: (String, String, Option<String>) =
            sqlx::query_as("SELECT governance_mode, environment_kind, git_repo_url FROM workspaces").fetch_one(&mut owner).await.unwrap();
        assert_eq!(workspace, ("Hybrid".to_owned(), "Development".to_owned(), None));
    }
    sqlx::query("INSERT INTO resource_versions (workspace_id, resource_id, digest, source) SELECT workspace_id, resource_id, digest, 'guess' FROM resource_drafts")
        .execute(&mut owner)
        .await
        .unwrap_err();

    // The migrate job takes the database over, and judges the drafts that no checker has seen.
    let migrated = functions::jobs::migrate::run(&scratch.database.owner_url).await.unwrap();
    assert_eq!(migrated.drafts_checked, 1);
    let verdict: (Uuid, bool) = sqlx::query_as("SELECT workspace_id, publishable FROM checks").fetch_one(&mut owner).await.unwrap();
    assert!(verdict.1);
    assert_eq!(functions::jobs::migrate::run(&scratch.database.owner_url).await.unwrap().drafts_checked, 0);
    assert_eq!(history(&mut owner).await, expected);
    owner.close().await.unwrap();
    scratch.remove().await;
}

//! Ten thousand versions from before governance, migrated by the job while old code goes on writing, and by hand.

use dev::stack::database::Database;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tests::{config, scratch_database, until};

use crate::migrations::{files, run};

/// Three workspaces with ten resources each, of both types, whose histories grow side by side; every third version is published.
/// Of five authors one is nobody, and one has left without a trace. A note says what label each version has to get.
const BEFORE_GOVERNANCE: &str = r#"
    INSERT INTO tenants (slug, name) VALUES ('old', 'Old'), ('older', 'Older');
    INSERT INTO users (id, email, name) SELECT gen_random_uuid(), 'person' || n || '@old.example', 'Person' FROM generate_series(1, 3) AS n;
    INSERT INTO workspaces (tenant_id, slug, name) SELECT t.id, t.slug || n, 'Old' FROM tenants t, generate_series(1, 2) AS n WHERE t.slug || n <> 'older2';
    INSERT INTO memberships (workspace_id, user_id, role) SELECT w.id, u.id, 'editor' FROM workspaces w, users u;
    INSERT INTO contents (workspace_id, digest, body) SELECT w.id, sha256(b), b FROM workspaces w,
        (VALUES (convert_to($body$$config$$body$, 'UTF8')), (convert_to('{"edges":[],"nodes":[]}', 'UTF8')), (convert_to('[]', 'UTF8'))) AS bodies (b);
    INSERT INTO resources (workspace_id, type, slug, name)
    SELECT w.id, CASE WHEN n % 2 = 0 THEN 'connector' ELSE 'flow' END, w.slug || '-' || n, 'Old' FROM workspaces w, generate_series(1, 10) AS n;

    CREATE TEMP TABLE kinds AS SELECT r.id, r.workspace_id, r.type, row_number() OVER (ORDER BY r.slug) - 1 AS place, sha256(convert_to(
        CASE r.type WHEN 'connector' THEN $body$$config$$body$ ELSE '{"edges":[],"nodes":[]}' END, 'UTF8')) AS digest FROM resources r;
    INSERT INTO resource_versions (workspace_id, resource_id, version, digest, note, created_by, created_at, published_at)
    SELECT k.workspace_id, k.id, CASE WHEN h.nth % 3 = 0 THEN h.nth / 3 + 1 END, k.digest,
           CASE WHEN h.nth % 3 = 0 THEN 'designer-publish ' ELSE 'designer-draft ' END || coalesce(u.email, 'nobody'),
           CASE WHEN h.nth % 5 = 4 THEN gen_random_uuid() ELSE u.id END, h.at, CASE WHEN h.nth % 3 = 0 THEN h.at END
      FROM (SELECT n, n / 30 AS nth, timestamptz '2026-01-01 00:00:00Z' + n * interval '1 minute' AS at FROM generate_series(0, 9999) AS n) AS h
      JOIN kinds k ON k.place = h.n % 30
      LEFT JOIN users u ON u.email = 'person' || h.nth % 5 || '@old.example'
     ORDER BY h.n;
    UPDATE resources r SET published_version_id = v.id, last_version = v.version
      FROM (SELECT DISTINCT ON (resource_id) * FROM resource_versions WHERE version IS NOT NULL ORDER BY resource_id, version DESC) AS v
     WHERE v.resource_id = r.id;
    INSERT INTO event_flow_manifests (connector_id, version, workspace_id, digest)
    SELECT v.resource_id, v.version, v.workspace_id, sha256('[]') FROM resource_versions v JOIN kinds k ON k.id = v.resource_id
     WHERE v.version IS NOT NULL AND k.type = 'connector';
    INSERT INTO resource_drafts (resource_id, workspace_id, digest, manifest_digest, base_version)
    SELECT r.id, r.workspace_id, k.digest, CASE r.type WHEN 'connector' THEN sha256('[]') END, r.last_version FROM resources r JOIN kinds k USING (id);
"#;

/// A query for a digest of all that there is: every column of now, of every table but what the checker says, and without the rows that
/// old code adds later (`late`).
const ALL_OF_NOW: &str = "
    SELECT format('SELECT md5(string_agg(row, chr(10) ORDER BY row)) FROM (%s) AS rows', string_agg(
               format('SELECT %L || ROW(%s)::text AS row FROM %I WHERE %s', c.table_name, c.columns, c.table_name, CASE c.table_name
                   WHEN 'resource_versions' THEN 'id <= 10000' WHEN 'resources' THEN 'slug NOT LIKE $$late$$' ELSE 'true' END), ' UNION ALL '))
      FROM (SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS columns
              FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'checks' GROUP BY table_name) AS c";

/// As code from before governance: it knows none of the new columns. Each call publishes `late` once and saves a snapshot.
const OLD_CODE: &str = "
    INSERT INTO resources (workspace_id, type, slug, name) SELECT workspace_id, 'flow', 'late', 'Late' FROM resources WHERE slug = 'old1-1' ON CONFLICT DO NOTHING;
    INSERT INTO resource_versions (workspace_id, resource_id, version, digest, note, created_by, published_at)
    SELECT r.workspace_id, r.id, CASE WHEN published THEN r.last_version + 1 END, c.digest,
           CASE WHEN published THEN 'designer-publish ' ELSE 'designer-draft ' END || u.email, u.id, CASE WHEN published THEN clock_timestamp() END
      FROM resources r, users u, contents c, (VALUES (true), (false)) AS kinds (published)
     WHERE r.slug = 'late' AND u.email LIKE 'person2%' AND c.workspace_id = r.workspace_id AND c.digest = sha256('[]');
    UPDATE resources r SET published_version_id = v.id, last_version = v.version FROM resource_versions v
     WHERE r.slug = 'late' AND v.resource_id = r.id AND v.version = r.last_version + 1";

struct Old {
    scratch: tests::Scratch,
    owner: PgConnection,
    /// The query of [`ALL_OF_NOW`], and what it answered before anything was migrated.
    all: String,
    before: String,
}

impl Old {
    /// The world before governance, made and looked at by a role without privileges over others.
    async fn world() -> Old {
        let scratch = scratch_database().await;
        let mut owner = PgConnection::connect(&scratch.database.owner_url).await.unwrap();
        let role = "SELECT rolname::text, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user";
        let role: (String, bool, bool) = sqlx::query_as(role).fetch_one(&mut owner).await.unwrap();
        assert_eq!(role, ("fc_owner".to_owned(), false, false));
        let (foundation, text) = &files()[0];
        run(&mut owner, foundation, text).await;
        let body = String::from_utf8(domain::Canonical::of(&config()).bytes).unwrap();
        run(&mut owner, "before governance", &BEFORE_GOVERNANCE.replace("$config$", &body)).await;
        let all: String = sqlx::query_scalar(ALL_OF_NOW).fetch_one(&mut owner).await.unwrap();
        let before = sqlx::query_scalar(AssertSqlSafe(all.clone())).fetch_one(&mut owner).await.unwrap();
        Old { scratch, owner, all, before }
    }

    fn database(&self) -> &Database {
        &self.scratch.database
    }

    async fn count(&mut self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&mut self.owner).await.unwrap()
    }

    /// Every version has the label that its note asks for, every resource's count is right, and nothing else changed.
    async fn is_labelled(&mut self) {
        let wrong = "SELECT count(*) FROM resource_versions
            WHERE (source || ' ' || coalesce(created_by_email, 'nobody'), surface, actor_kind) IS DISTINCT FROM (note, 'designer', 'human')
               OR num_nonnulls(client, host, git_commit_sha, git_branch, restored_from) > 0";
        assert_eq!(self.count(wrong).await, 0);
        let miscounted = "SELECT count(*) FROM resources WHERE (designer_publishes, last_designer_version_id) IS DISTINCT FROM (last_version::bigint, published_version_id)";
        assert_eq!(self.count(miscounted).await, 0);
        let drafts = "SELECT count(*) FROM resource_drafts d JOIN resources r ON r.id = d.resource_id LEFT JOIN resource_versions v ON v.id = r.published_version_id
            WHERE d.snapshot_id IS NULL OR (d.foreign_since IS NOT NULL) IS DISTINCT FROM (v.digest IS DISTINCT FROM d.digest)";
        assert_eq!(self.count(drafts).await, 0, "an edited draft of that time is the console's, and stands on its snapshot");
        let modes = "SELECT count(*) FROM workspaces WHERE (governance_mode, environment_kind) = ('Hybrid', 'Development') AND git_repo_url IS NULL";
        assert_eq!(self.count(modes).await, 3);
        let after: String = sqlx::query_scalar(AssertSqlSafe(self.all.clone())).fetch_one(&mut self.owner).await.unwrap();
        assert_eq!(after, self.before, "something else changed");
    }

    async fn remove(self) {
        self.owner.close().await.unwrap();
        self.scratch.remove().await;
    }
}

/// The session that waits for a lock which another one holds.
async fn waiting(url: &str) -> Option<i32> {
    let waits = "SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.datname = current_database() AND NOT l.granted";
    let mut watch = PgConnection::connect(url).await.unwrap();
    let pid = sqlx::query_scalar(waits).fetch_optional(&mut watch).await.unwrap();
    watch.close().await.unwrap();
    pid
}

#[tokio::test]
async fn the_job_labels_every_row_and_the_files_by_hand_find_nothing_left_to_do() {
    let mut old = Old::world().await;
    functions::jobs::migrate::run(&old.database().owner_url).await.unwrap();
    assert_eq!(old.count("SELECT count(*) FROM resource_versions").await, 10_000);
    old.is_labelled().await;
    let rows = "SELECT sum(xmin::text::bigint)::bigint FROM resource_versions WHERE id <= 10000";
    let written = old.count(rows).await;
    for _ in 0..2 {
        for (name, text) in &files()[1..3] {
            run(&mut old.owner, name, text).await;
        }
        old.is_labelled().await;
        assert_eq!(old.count(rows).await, written, "the files wrote no row again");
        run(&mut old.owner, "old code, after it", OLD_CODE).await;
        old.is_labelled().await;
    }
    assert_eq!(old.count("SELECT designer_publishes FROM resources WHERE slug = 'late'").await, 2);

    let views =
        "SELECT (SELECT count(*) FROM connector_config_drafts) + 1000 * (SELECT count(*) FROM connector_config_versions WHERE is_active)
        + 1000000 * (SELECT count(*) FROM flow_versions WHERE is_active AND created_at IS NOT NULL)";
    assert_eq!(old.count(views).await, 16_015_015, "15 connectors, 15 flows and the late one");
    old.remove().await;
}

#[tokio::test]
async fn the_files_alone_by_hand_do_the_same() {
    let mut old = Old::world().await;
    for _ in 0..2 {
        for (name, text) in &files()[1..3] {
            run(&mut old.owner, name, text).await;
        }
        old.is_labelled().await;
        run(&mut old.owner, "old code, after it", OLD_CODE).await;
    }
    functions::jobs::migrate::run(&old.database().owner_url).await.unwrap();
    old.is_labelled().await;
    old.remove().await;
}

#[tokio::test]
async fn the_history_is_labelled_in_batches_that_stop_nobody_and_an_interrupted_run_goes_on() {
    let mut old = Old::world().await;
    sqlx::migrate!("../migrations").run_to(1_748_300_000, &mut old.owner).await.unwrap();
    // Somebody holds a row of the third batch: the job has done two, and waits.
    let mut somebody = PgConnection::connect(&old.database().owner_url).await.unwrap();
    sqlx::raw_sql("BEGIN; SELECT FROM resource_versions WHERE id = 2500 FOR UPDATE").execute(&mut somebody).await.unwrap();
    let url = old.database().owner_url.clone();
    let labelled = "SELECT count(*) FROM resource_versions WHERE source <> 'designer' AND id <= 10000";
    let meanwhile = async {
        let pid = until("the job to wait for the row", || waiting(&url)).await;
        assert_eq!(old.count(labelled).await, 2000);
        assert_eq!(old.count("SELECT count(DISTINCT xmin::text) FROM resource_versions WHERE id <= 2000").await, 2);
        sqlx::raw_sql("SET lock_timeout = '10s'").execute(&mut old.owner).await.unwrap();
        run(&mut old.owner, "old code, while a batch is under way", OLD_CODE).await;
        sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&mut old.owner).await.unwrap();
    };
    let (interrupted, ()) = tokio::join!(functions::jobs::migrate::run(&url), meanwhile);
    interrupted.unwrap_err();
    sqlx::raw_sql("ROLLBACK").execute(&mut somebody).await.unwrap();
    assert_eq!(old.count(labelled).await, 2000, "what was done stays done");
    let first = "SELECT sum(xmin::text::bigint)::bigint FROM resource_versions WHERE id <= 2000";
    let first_run = old.count(first).await;

    functions::jobs::migrate::run(&old.database().owner_url).await.unwrap();
    old.is_labelled().await;
    assert_eq!(old.count(first).await, first_run, "and isn't done again");
    assert_eq!(old.count("SELECT count(DISTINCT xmin::text) FROM resource_versions WHERE id <= 10000").await, 10);
    run(&mut old.owner, "old code, after it", OLD_CODE).await;
    old.is_labelled().await;
    somebody.close().await.unwrap();
    old.remove().await;
}

#[tokio::test]
async fn an_index_whose_building_was_interrupted_is_built_again_and_the_queries_use_all_three() {
    let mut old = Old::world().await;
    let (name, text) = &files()[1];
    run(&mut old.owner, name, text).await;
    // What an interrupted build leaves behind: the name, and an index that no query may use.
    let fails = "CREATE UNIQUE INDEX CONCURRENTLY ix_flow_versions_flow_published_at ON resource_versions (workspace_id)";
    sqlx::raw_sql(fails).execute(&mut old.owner).await.unwrap_err();
    let valid = "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text IN
        ('ix_flow_versions_workspace_source_commit', 'ix_flow_versions_flow_published_at', 'ix_resource_versions_resource_version')";
    assert_eq!(old.count(valid).await, 0);
    functions::jobs::migrate::run(&old.database().owner_url).await.unwrap();
    assert_eq!(old.count(valid).await, 3);

    sqlx::raw_sql("VACUUM (ANALYZE) resource_versions").execute(&mut old.owner).await.unwrap();
    for (index, query) in [
        (
            "ix_flow_versions_flow_published_at",
            "EXPLAIN SELECT * FROM resource_versions WHERE resource_id = (SELECT min(id::text)::uuid FROM resources) AND version IS NOT NULL
              ORDER BY published_at DESC, id DESC LIMIT 50",
        ),
        (
            "ix_resource_versions_resource_version",
            "EXPLAIN SELECT id, version FROM resource_versions WHERE resource_id = (SELECT min(id::text)::uuid FROM resources) ORDER BY id DESC LIMIT 50",
        ),
        (
            "ix_flow_versions_workspace_source_commit",
            "EXPLAIN SELECT * FROM resource_versions WHERE workspace_id = (SELECT min(id::text)::uuid FROM workspaces) AND source = 'cli-publish' AND git_commit_sha = 'abcdef0'",
        ),
    ] {
        let plan: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut old.owner).await.unwrap();
        assert!(plan.iter().any(|line| line.contains(&format!("using {index} on"))), "{index}: {plan:#?}");
        assert!(!plan.iter().any(|line| line.contains("Sort")), "{index}: {plan:#?}");
    }
    old.remove().await;
}

#[tokio::test]
async fn a_database_that_another_text_made_is_left_alone_and_the_message_says_what_to_do() {
    let scratch = scratch_database().await;
    scratch.database.migrate().await.unwrap();
    let mut owner = PgConnection::connect(&scratch.database.owner_url).await.unwrap();
    let edited = "UPDATE _sqlx_migrations SET checksum = sha384('another text') WHERE version = 1748600000";
    sqlx::raw_sql(edited).execute(&mut owner).await.unwrap();
    let deployed = format!("{:#}", scratch.database.migrate().await.unwrap_err());
    assert!(deployed.contains("another text of migrations/1748600000_MintVersion.sql"), "{deployed}");
    let local = format!("{:#}", scratch.database.migrate_stack("/home/ada/.dev".as_ref()).await.unwrap_err());
    assert!(local.starts_with("the state in /home/ada/.dev was made by another version of FetchCatch"), "{local}");
    assert!(local.contains("remove that folder"), "{local}");

    sqlx::raw_sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999999999, 'later', true, '', 0)",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let newer = format!("{:#}", scratch.database.migrate().await.unwrap_err());
    assert!(newer.contains("a file 9999999999 that this release doesn't have"), "{newer}");
    owner.close().await.unwrap();
    scratch.remove().await;
}

//! `mint_version` is the only way to a published version.

use sqlx::{AssertSqlSafe, PgConnection};
use tests::{Api, config};
use uuid::Uuid;

/// Runs it as `fc_app` in the tenant's scope, and rolls back.
async fn as_app(api: &Api, superuser: &mut PgConnection, statement: &str) -> Result<u64, sqlx::Error> {
    let scope = format!("BEGIN; SET LOCAL app.workspace = '{}'; SET LOCAL ROLE fc_app", api.tenant.workspace);
    sqlx::raw_sql(AssertSqlSafe(scope)).execute(&mut *superuser).await.unwrap();
    let outcome = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut *superuser).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut *superuser).await.unwrap();
    outcome.map(|done| done.rows_affected())
}

#[tokio::test]
async fn the_application_can_not_insert_a_published_version() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let mut superuser = api.superuser().await;
    let insert = |columns: &str, values: &str| {
        format!(
            "INSERT INTO resource_versions (workspace_id, resource_id, digest, source{columns}) SELECT workspace_id, resource_id, digest, 'designer-draft'{values} FROM resource_drafts"
        )
    };
    as_app(&api, &mut superuser, &insert(", version, published_at", ", 1, now()")).await.unwrap_err();
    as_app(&api, &mut superuser, &insert(", published_at", ", now()")).await.unwrap_err();
    assert_eq!(as_app(&api, &mut superuser, &insert("", "")).await.unwrap(), 1, "a snapshot is the application's to write");
    api.finish().await;
}

#[tokio::test]
async fn nor_can_it_move_a_pointer_or_anything_else_that_a_publish_writes() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let mut superuser = api.superuser().await;
    let attempts = [
        "UPDATE resources SET published_version_id = (SELECT min(id) FROM resource_versions WHERE version IS NOT NULL)",
        "UPDATE resources SET last_version = 9",
        "UPDATE resources SET archived = true",
        "UPDATE resources SET slug = 'erp'",
        "INSERT INTO resources (workspace_id, type, slug, name, published_version_id, last_version) SELECT workspace_id, type, 'erp', 'x', published_version_id, 1 FROM resources",
        "INSERT INTO resources (workspace_id, type, slug, name, archived) SELECT workspace_id, type, 'erp', 'x', true FROM resources",
        "INSERT INTO event_flow_manifests (connector_id, version, workspace_id, digest) SELECT connector_id, 9, workspace_id, digest FROM event_flow_manifests",
        "INSERT INTO outbox (id, workspace_id, resource_id, version, event) SELECT gen_random_uuid(), workspace_id, id, 1, 'published' FROM resources",
        "UPDATE outbox SET version = 1",
        "DELETE FROM outbox",
        "INSERT INTO git_anchors (resource_id, workspace_id, version, digest, commit, at, designer_publishes) SELECT id, workspace_id, 1, '', 'abcdef0', now(), 0 FROM resources",
        "UPDATE workspaces SET governance_mode = 'Hybrid'",
        "UPDATE memberships SET role = 'owner'",
        "UPDATE credentials SET scopes = ARRAY['publish']",
        "UPDATE credentials SET expires_at = now() + interval '10 years'",
        "UPDATE replica_epoch SET epoch = 9",
        "DELETE FROM audit_log",
        "UPDATE audit_log SET action = 'x'",
        "SELECT adopt_restore(1)",
        "SELECT purge_workspace(current_setting('app.workspace')::uuid)",
        "ALTER TABLE resource_versions DISABLE TRIGGER ALL",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE fc_mint",
    ];
    for statement in attempts {
        // SET ROLE asks who began the session: that one is tried with a session of the application's own, below.
        if statement != "SET ROLE fc_mint" {
            let outcome = as_app(&api, &mut superuser, statement).await;
            assert!(outcome.is_err(), "{statement}: {outcome:?}");
        }
    }
    for role in ["fc_mint", "fc_owner", "fc_jobs", "postgres"] {
        let outcome = sqlx::raw_sql(AssertSqlSafe(format!("SET ROLE {role}"))).execute(api.app.db.pool()).await;
        assert!(outcome.is_err(), "SET ROLE {role}");
    }
    api.finish().await;
}

#[tokio::test]
async fn functions_that_run_with_other_rights_are_for_those_they_are_meant_for() {
    let api = Api::start().await;
    let definers: Vec<(String, bool, bool, bool, bool)> = sqlx::query_as(
        "SELECT p.proname, p.proconfig::text LIKE '%search_path=public, pg_temp%',
                EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0) OR p.proacl IS NULL,
                has_function_privilege('fc_app', p.oid, 'EXECUTE'), has_function_privilege('fc_jobs', p.oid, 'EXECUTE')
           FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace ORDER BY 1",
    )
    .fetch_all(&api.owner_db)
    .await
    .unwrap();
    assert!(definers.len() >= 6);
    for (name, path_is_set, public_may, app_may, jobs_may) in definers {
        assert!(path_is_set, "{name} sets no search_path");
        assert!(!public_may, "everybody may call {name}");
        let (for_app, for_jobs) = match name.as_str() {
            // Triggers ask for no right to call them.
            "purge_workspace" | "label_version_source" | "lost_standing" | "refuse_lost_standing" => (false, false),
            "adopt_restore" | "make_run_partitions" | "drop_run_partitions" => (false, true),
            _ => (true, false),
        };
        assert_eq!((app_may, jobs_may), (for_app, for_jobs), "{name}");
    }
    api.finish().await;
}

#[tokio::test]
async fn an_unpublished_resource_is_deleted_in_ones_own_workspace_alone() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let theirs = serde_json::json!({"slug": "erp", "name": "ERP"});
    let theirs = api.post("/api/connectors").as_(&api.other_tenant.token).json(theirs).await.with_status(201);
    let id: Uuid = theirs["id"].as_str().unwrap().parse().unwrap();
    let mut tx = api.app.db.begin(store::Scope { workspace: api.tenant.workspace, user: None, standing: None }).await.unwrap();
    let deleted = sqlx::query_scalar::<_, bool>("SELECT delete_unpublished_resource($1, $2)").bind(api.other_tenant.workspace).bind(id);
    let deleted = deleted.fetch_one(&mut *tx).await;
    tx.commit().await.unwrap();
    assert!(!matches!(deleted, Ok(true)), "a caller in another scope deleted it");
    api.get("/api/connectors/erp").as_(&api.other_tenant.token).await.ok();
    api.finish().await;
}

//! A statement that forgets its filter still sees one workspace.

use serde_json::json;
use sqlx::AssertSqlSafe;
use store::{Scope, Tx};
use tests::{Api, config};

async fn two_tenants_with_everything() -> Api {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let theirs = |request: tests::Request| request.as_(&api.other_tenant.token).idempotency_key("k");
    theirs(api.post("/api/connectors")).json(json!({"slug": "erp", "name": "ERP", "config": config()})).await.with_status(201);
    theirs(api.post("/api/connectors/erp/publish")).json(json!({"base_version": 0})).await.ok();
    let flow = json!({"slug": "pricing", "name": "Pricing", "graph": tests::pricing(1)});
    theirs(api.post("/v1/flows")).json(flow).await.with_status(201);
    api.evaluate_draft("pricing", json!({"amount": 1})).as_(&api.other_tenant.token).await.ok();
    functions::jobs::roll_up_runs::up_to(&api.app, 0).await.unwrap();
    theirs(api.post("/v1/tokens")).json(json!({"kind": "agent", "name": "x"})).await.with_status(201);
    api.dispatch().await;
    // A deleted one leaves its slug behind.
    let gone = api.post("/api/connectors").as_(&api.other_tenant.token).json(json!({"slug": "gone", "name": "x"}));
    gone.await.with_status(201);
    api.delete("/api/connectors/gone").as_(&api.other_tenant.token).await.with_status(204);
    api
}

/// As `fc_app`, in the first tenant's workspace.
async fn in_scope(api: &Api) -> Tx {
    api.app.db.begin(Scope { workspace: api.tenant.workspace, user: Some(api.tenant.owner), standing: None }).await.unwrap()
}

async fn tables(api: &Api) -> Vec<String> {
    let query = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id'
                  WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = 'public'::regnamespace AND has_table_privilege('fc_app', c.oid, 'SELECT') ORDER BY 1";
    sqlx::query_scalar(query).fetch_all(&api.owner_db).await.unwrap()
}

#[tokio::test]
async fn no_table_and_no_view_shows_another_workspaces_rows() {
    let api = two_tenants_with_everything().await;
    let tables = tables(&api).await;
    assert!(tables.len() >= 16, "{tables:?}");
    let mut seen_of_theirs = 0;
    for table in tables {
        let query = format!("SELECT count(*) FILTER (WHERE workspace_id = $1), count(*) FILTER (WHERE workspace_id = $2) FROM {table}");
        let query =
            || sqlx::query_as::<_, (i64, i64)>(AssertSqlSafe(query.clone())).bind(api.tenant.workspace).bind(api.other_tenant.workspace);
        let (_, theirs) = query().fetch_one(&api.owner_db).await.unwrap();
        seen_of_theirs += i64::from(theirs > 0);
        let mut tx = in_scope(&api).await;
        let (_, leaked) = query().fetch_one(&mut *tx).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(leaked, 0, "{table} shows {theirs} rows of another tenant");
        let unscoped: (i64, i64) = query().fetch_one(api.app.db.pool()).await.unwrap();
        assert_eq!(unscoped, (0, 0), "{table} shows rows without any scope");
    }
    assert!(seen_of_theirs >= 14, "the test needs rows to leak: {seen_of_theirs}");
    api.finish().await;
}

#[tokio::test]
async fn rows_of_another_workspace_can_not_be_written() {
    let api = two_tenants_with_everything().await;
    let (ours, theirs) = (api.tenant.workspace, api.other_tenant.workspace);
    let attempts = [
        format!("INSERT INTO contents (workspace_id, digest, body) VALUES ('{theirs}', sha256('x'), 'x')"),
        format!("INSERT INTO resources (workspace_id, type, slug, name) VALUES ('{theirs}', 'connector', 'x', 'x')"),
        format!(
            "INSERT INTO resource_versions (workspace_id, resource_id, digest, source) SELECT '{theirs}', resource_id, digest, 'designer-draft' FROM resource_drafts"
        ),
        format!(
            "INSERT INTO resource_drafts (workspace_id, resource_id, digest) SELECT '{theirs}', gen_random_uuid(), digest FROM resource_drafts"
        ),
        format!("INSERT INTO audit_log (workspace_id, action) VALUES ('{theirs}', 'x')"),
        format!(
            "INSERT INTO idempotency_keys (credential_id, operation, key, workspace_id, request_digest, answer) VALUES (gen_random_uuid(), 'x', 'x', '{theirs}', '', '{{}}')"
        ),
        format!(
            "INSERT INTO credentials (sha256, kind, surface, workspace_id, tenant_id, name, expires_at) SELECT sha256('x'), 'agent', 'agent', '{theirs}', tenant_id, 'x', now() FROM workspaces"
        ),
        format!(
            "INSERT INTO checks (workspace_id, type, digest, checker_version, publishable, diagnostics) SELECT '{theirs}', type, digest, 99, true, '{{}}' FROM checks"
        ),
        // In our own workspace, but of another's resource: the foreign keys carry the workspace.
        format!(
            "INSERT INTO resource_versions (workspace_id, resource_id, digest, source) SELECT '{ours}', $1, digest, 'designer-draft' FROM resource_drafts"
        ),
        format!("INSERT INTO resource_drafts (workspace_id, resource_id, digest) SELECT '{ours}', $1, digest FROM resource_drafts"),
    ];
    let foreign: uuid::Uuid = sqlx::query_scalar("SELECT id FROM resources WHERE slug = 'erp'").fetch_one(&api.owner_db).await.unwrap();
    for attempt in attempts {
        let statement = attempt.replace("$1", &format!("'{foreign}'"));
        let mut tx = in_scope(&api).await;
        let outcome = sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut *tx).await;
        tx.rollback().await.unwrap();
        let code = outcome.expect_err(&statement).into_database_error().unwrap().code().unwrap().into_owned();
        assert!(["42501", "23503", "23505"].contains(&code.as_str()), "{statement}: {code}");
    }
    api.finish().await;
}

#[tokio::test]
async fn updates_do_not_reach_another_workspace() {
    let api = two_tenants_with_everything().await;
    for statement in [
        "UPDATE resources SET name = 'x'",
        "UPDATE resource_drafts SET updated_by_email = 'x'",
        "UPDATE credentials SET revoked_at = now()",
    ] {
        let mut tx = in_scope(&api).await;
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
        let touched = "SELECT (SELECT count(*) FROM resources WHERE name = 'x') + (SELECT count(*) FROM resource_drafts WHERE updated_by_email = 'x')";
        let touched: i64 = sqlx::query_scalar(touched).fetch_one(&mut *tx).await.unwrap();
        assert!(touched <= 1, "{statement}");
        tx.rollback().await.unwrap();
    }
    // A workspace can not be left behind, either.
    let mut tx = in_scope(&api).await;
    let moved = sqlx::query("UPDATE resource_drafts SET workspace_id = $1").bind(api.other_tenant.workspace).execute(&mut *tx).await;
    tx.rollback().await.unwrap();
    moved.unwrap_err();
    api.finish().await;
}

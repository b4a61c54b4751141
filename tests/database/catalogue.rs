//! Rules that every table keeps, new ones included.

use tests::Api;

/// What the catalogue query finds wrong; there must be nothing.
async fn offenders(api: &Api, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(&api.owner_db).await.unwrap()
}

#[tokio::test]
async fn every_table_with_a_workspace_is_under_forced_row_level_security_with_policies_for_reading_and_writing() {
    let api = Api::start().await;
    let unforced = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
                     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";
    assert_eq!(offenders(&api, unforced).await, Vec::<String>::new());
    // Whoever may write a table as the application does so under a check of the workspace.
    let unchecked = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
                      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                        AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND 'fc_app' = ANY (p.roles) AND p.cmd = 'ALL'
                                          AND p.qual LIKE '%app.workspace%' AND p.with_check LIKE '%app.workspace%')";
    assert_eq!(offenders(&api, unchecked).await, Vec::<String>::new());
    let open = "SELECT p.tablename || '.' || p.policyname FROM pg_policies p WHERE p.roles && ARRAY['fc_app', 'public']::name[]
                   AND p.permissive = 'PERMISSIVE' AND NOT (coalesce(p.qual, p.with_check) LIKE '%app.%')";
    assert_eq!(offenders(&api, open).await, Vec::<String>::new());
    api.finish().await;
}

#[tokio::test]
async fn tables_without_a_workspace_are_few_and_hold_no_tenants_things() {
    let api = Api::start().await;
    let without = "SELECT c.relname::text FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id') ORDER BY 1";
    assert_eq!(offenders(&api, without).await, ["_sqlx_migrations", "replica_epoch", "run_stats_mark", "tenants", "users", "workspaces"]);
    let readable =
        "SELECT t FROM unnest(ARRAY['tenants', 'users', '_sqlx_migrations']) AS t WHERE has_table_privilege('fc_app', t, 'SELECT')";
    assert_eq!(offenders(&api, readable).await, Vec::<String>::new(), "people and tenants are reached through functions alone");
    api.finish().await;
}

#[tokio::test]
async fn foreign_keys_between_tenants_tables_carry_the_workspace() {
    let api = Api::start().await;
    let plain = "SELECT c.conname::text FROM pg_constraint c
                   JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attname = 'workspace_id'
                   JOIN pg_attribute t ON t.attrelid = c.confrelid AND t.attname = 'workspace_id'
                  WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
                    AND NOT EXISTS (SELECT FROM unnest(c.conkey, c.confkey) AS k (source, target) WHERE k.source = f.attnum AND k.target = t.attnum)";
    assert_eq!(offenders(&api, plain).await, Vec::<String>::new());
    let checked: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) = 2")
        .fetch_one(&api.owner_db)
        .await
        .unwrap();
    assert!(checked >= 6, "{checked}");
    api.finish().await;
}

#[tokio::test]
async fn views_ask_with_the_rights_of_who_reads_them() {
    let api = Api::start().await;
    let definers = "SELECT relname::text FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
                       AND NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false)";
    assert_eq!(offenders(&api, definers).await, Vec::<String>::new());
    let views = "SELECT relname::text FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace ORDER BY 1";
    let views = offenders(&api, views).await;
    for named in ["connector_config_drafts", "connector_config_versions", "flow_versions"] {
        assert!(views.iter().any(|view| view == named), "{named}");
    }
    api.finish().await;
}

#[tokio::test]
async fn no_role_of_ours_stands_above_the_rules() {
    let api = Api::start().await;
    let above = "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'fc\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)";
    assert_eq!(offenders(&api, above).await, Vec::<String>::new());
    let members = "SELECT m.rolname || ' in ' || r.rolname FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
                    WHERE m.rolname LIKE 'fc\\_%' ORDER BY 1";
    assert_eq!(offenders(&api, members).await, ["fc_owner in fc_mint"]);
    let owners = "SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(offenders(&api, owners).await, ["fc_owner"]);
    let logins = "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'fc\\_%' AND rolcanlogin ORDER BY 1";
    assert_eq!(offenders(&api, logins).await, ["fc_app", "fc_jobs", "fc_owner"]);
    api.finish().await;
}

#[tokio::test]
async fn the_indexes_have_their_names() {
    let api = Api::start().await;
    let indexes = "SELECT indexname::text FROM pg_indexes WHERE tablename = 'resource_versions'";
    let indexes = offenders(&api, indexes).await;
    for named in ["ix_flow_versions_workspace_source_commit", "ix_flow_versions_flow_published_at", "ix_resource_versions_resource_version"]
    {
        assert!(indexes.iter().any(|index| index == named), "{named}");
    }
    api.finish().await;
}

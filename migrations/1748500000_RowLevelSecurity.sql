-- Who may touch what. Every table with a workspace is under forced row-level security, its owner too (an owner without a
-- policy would update 0 rows and report success). The roles are made once a cluster, before the first migration. Idempotent.

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['memberships', 'credentials', 'contents', 'checks', 'resources', 'retired_slugs', 'resource_versions',
        'resource_drafts', 'event_flow_manifests', 'outbox', 'replica_receipts', 'git_anchors', 'idempotency_keys', 'audit_log']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', v_table);
        EXECUTE format('DROP POLICY IF EXISTS owner_all ON %I', v_table);
        EXECUTE format('CREATE POLICY owner_all ON %I TO fc_owner USING (true) WITH CHECK (true)', v_table);
        EXECUTE format('DROP POLICY IF EXISTS in_scope ON %I', v_table);
        EXECUTE format($policy$CREATE POLICY in_scope ON %I TO fc_app, fc_mint
            USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
            WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))$policy$, v_table);
    END LOOP;
END $$;

ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspaces FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS owner_all ON workspaces;
CREATE POLICY owner_all ON workspaces TO fc_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS in_scope ON workspaces;
CREATE POLICY in_scope ON workspaces TO fc_app
    USING (id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

-- A caller is known by a secret before any workspace is: the definer functions of fc_mint read these four unscoped.
DROP POLICY IF EXISTS resolves_callers ON workspaces;
CREATE POLICY resolves_callers ON workspaces FOR SELECT TO fc_mint USING (true);
DROP POLICY IF EXISTS resolves_callers ON memberships;
CREATE POLICY resolves_callers ON memberships FOR SELECT TO fc_mint USING (true);
DROP POLICY IF EXISTS resolves_callers ON credentials;
CREATE POLICY resolves_callers ON credentials FOR SELECT TO fc_mint USING (true);

-- Sessions begin and end inside functions of fc_mint; it makes and changes no other credential.
DROP POLICY IF EXISTS begins_sessions ON credentials;
CREATE POLICY begins_sessions ON credentials FOR INSERT TO fc_mint WITH CHECK (kind = 'session');
DROP POLICY IF EXISTS ends_sessions ON credentials;
CREATE POLICY ends_sessions ON credentials FOR UPDATE TO fc_mint USING (kind IN ('session', 'login')) WITH CHECK (kind IN ('session', 'login'));
-- Elsewhere fc_mint works inside the workspace that it resolved, but credentials it only reads.
DROP POLICY IF EXISTS in_scope ON credentials;
CREATE POLICY in_scope ON credentials TO fc_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

-- Tokens that span workspaces belong to their user.
DROP POLICY IF EXISTS own_credentials ON credentials;
CREATE POLICY own_credentials ON credentials TO fc_app
    USING (workspace_id IS NULL AND user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid))
    WITH CHECK (workspace_id IS NULL AND user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid));

-- Only mint_version publishes: for the application, history takes nothing but unpublished snapshots.
DROP POLICY IF EXISTS only_snapshots ON resource_versions;
CREATE POLICY only_snapshots ON resource_versions AS RESTRICTIVE FOR INSERT TO fc_app 
    WITH CHECK (version IS NULL AND published_at IS NULL AND source IN ('designer-draft', 'cli-apply'));
-- A redrive makes dead rows due again; what waits already is the dispatcher's alone.
DROP POLICY IF EXISTS only_dead_rows ON outbox;
CREATE POLICY only_dead_rows ON outbox AS RESTRICTIVE FOR UPDATE TO fc_app USING (dead_at IS NOT NULL) WITH CHECK (dead_at IS NULL);
-- Tokens may be made and revoked, never revived; sessions begin elsewhere.
DROP POLICY IF EXISTS only_tokens ON credentials;
CREATE POLICY only_tokens ON credentials AS RESTRICTIVE FOR INSERT TO fc_app
    WITH CHECK (kind NOT IN ('session', 'login') AND expires_at <= now() + interval '366 days');
DROP POLICY IF EXISTS only_revocation ON credentials;
CREATE POLICY only_revocation ON credentials AS RESTRICTIVE FOR UPDATE TO fc_app USING (true) WITH CHECK (revoked_at IS NOT NULL);

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['outbox', 'replica_receipts', 'credentials', 'memberships', 'resources', 'resource_drafts',
        'resource_versions', 'contents', 'event_flow_manifests', 'git_anchors', 'idempotency_keys', 'checks', 'workspaces']
    LOOP
        EXECUTE format('DROP POLICY IF EXISTS jobs_all ON %I', v_table);
        EXECUTE format('CREATE POLICY jobs_all ON %I TO fc_jobs USING (true) WITH CHECK (true)', v_table);
    END LOOP;
END $$;
-- The sweep deletes snapshots that were never published, and nothing else of the history.
DROP POLICY IF EXISTS only_snapshots_age_out ON resource_versions;
CREATE POLICY only_snapshots_age_out ON resource_versions AS RESTRICTIVE FOR DELETE TO fc_jobs USING (version IS NULL);

GRANT USAGE ON SCHEMA public TO fc_app, fc_mint, fc_jobs;

GRANT SELECT ON workspaces, memberships, credentials, contents, checks, resources, retired_slugs, resource_versions, resource_drafts,
    event_flow_manifests, outbox, replica_receipts, replica_epoch, git_anchors, idempotency_keys, audit_log,
    connector_config_drafts, connector_config_versions, flow_versions, event_flow_manifest_entries TO fc_app;
GRANT INSERT ON credentials, contents, checks, resource_versions, resource_drafts, idempotency_keys, audit_log TO fc_app;
-- A new resource has no version and is not archived: only mint_version says otherwise.
GRANT INSERT (workspace_id, type, slug, name) ON resources TO fc_app;
GRANT UPDATE (revoked_at) ON credentials TO fc_app;
GRANT UPDATE (name) ON resources TO fc_app;
GRANT UPDATE (request_digest, answer, created_at) ON idempotency_keys TO fc_app;
GRANT UPDATE (digest, manifest_digest, base_version, updated_at, updated_by, snapshot_id, updated_by_email, updated_surface, foreign_since) ON resource_drafts TO fc_app;
GRANT UPDATE (next_attempt_at, attempts, dead_at, last_error) ON outbox TO fc_app;

GRANT SELECT ON tenants, users, workspaces, memberships, credentials, contents, checks, resources, retired_slugs, resource_versions, resource_drafts,
    event_flow_manifests, outbox, git_anchors, idempotency_keys, audit_log TO fc_mint;
GRANT INSERT ON resource_versions, event_flow_manifests, outbox, git_anchors, idempotency_keys, audit_log, retired_slugs TO fc_mint;
GRANT UPDATE ON resources, resource_drafts, git_anchors, idempotency_keys TO fc_mint;
GRANT DELETE ON resources, resource_versions TO fc_mint;
GRANT INSERT ON credentials TO fc_mint;
GRANT UPDATE (revoked_at) ON credentials TO fc_mint;

GRANT SELECT ON workspaces, resources, resource_drafts, resource_versions, contents, checks, event_flow_manifests, git_anchors, replica_epoch TO fc_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox, replica_receipts TO fc_jobs;
GRANT SELECT, DELETE ON idempotency_keys, resource_versions, contents, credentials TO fc_jobs;
GRANT SELECT ON memberships TO fc_jobs;

-- Workspaces, their members and their audit log. The application may read these in its scope and write none of them: what changes
-- them is a call that finds out by itself who presents the secret, so that a role that ended holds at once. Idempotent.

-- The audit log is read newest first: all of it, an actor's, or a resource's.
CREATE INDEX IF NOT EXISTS ix_audit_log_actor ON audit_log (workspace_id, lower(actor_email), at DESC, id DESC);
CREATE INDEX IF NOT EXISTS ix_audit_log_resource ON audit_log (workspace_id, resource_id, at DESC, id DESC) WHERE resource_id IS NOT NULL;

ALTER TABLE workspaces DROP CONSTRAINT IF EXISTS workspaces_git_repo_url;
ALTER TABLE workspaces ADD CONSTRAINT workspaces_git_repo_url CHECK (git_repo_url ~ '^https://' AND length(git_repo_url) <= 2000);

DROP POLICY IF EXISTS makes_workspaces ON workspaces;
CREATE POLICY makes_workspaces ON workspaces FOR INSERT TO fc_mint
    WITH CHECK (id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
DROP POLICY IF EXISTS changes_workspaces ON workspaces;
CREATE POLICY changes_workspaces ON workspaces FOR UPDATE TO fc_mint
    USING (id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
-- Who leaves a workspace leaves their tokens for it.
DROP POLICY IF EXISTS ends_personal_tokens ON credentials;
CREATE POLICY ends_personal_tokens ON credentials FOR UPDATE TO fc_mint
    USING (kind = 'personal' AND workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (revoked_at IS NOT NULL);

GRANT INSERT ON users, workspaces, memberships TO fc_mint;
GRANT UPDATE (name, governance_mode, environment_kind, git_repo_url, git_branch) ON workspaces TO fc_mint;
GRANT UPDATE (role) ON memberships TO fc_mint;
GRANT DELETE ON memberships TO fc_mint;

-- A workspace's row as the application knows it.
CREATE OR REPLACE FUNCTION workspace_json(p workspaces) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object('id', p.id, 'slug', p.slug, 'name', p.name, 'governance_mode', p.governance_mode,
        'environment_kind', p.environment_kind, 'git_repo_url', p.git_repo_url, 'git_branch', p.git_branch, 'created_at', p.created_at)
$$;

-- The workspaces that a credential may be used in, newest first, what its person is in each, and whether it was made in that tenant.
CREATE OR REPLACE FUNCTION workspaces_of(p_credential uuid, p_before uuid, p_limit bigint) RETURNS TABLE (id uuid, tenant_id uuid, slug text,
    name text, governance_mode text, environment_kind text, git_repo_url text, git_branch text, created_at timestamptz, role text, at_home boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.id, w.tenant_id, w.slug, w.name, w.governance_mode, w.environment_kind, w.git_repo_url, w.git_branch, w.created_at, m.role,
           (w.tenant_id = c.tenant_id) IS TRUE
      FROM credentials c
      LEFT JOIN memberships m ON m.user_id = c.user_id AND (c.workspace_id IS NULL OR m.workspace_id = c.workspace_id)
      JOIN workspaces w ON w.id = coalesce(c.workspace_id, m.workspace_id)
     WHERE c.id = p_credential AND (p_before IS NULL OR w.id < p_before)
     ORDER BY w.id DESC LIMIT p_limit
$$;

-- Null when a caller of this kind and role may administer the workspace that it was resolved for.
CREATE OR REPLACE FUNCTION refuse_administration(p_refusal text, p_kind text, p_role text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object('status', 'refused', 'code', r.code)
      FROM (SELECT CASE WHEN p_refusal = 'unauthorized' THEN 'unauthorized'
                        WHEN p_refusal IS NOT NULL THEN 'not_found'
                        WHEN p_kind IN ('session', 'personal') AND p_role IN ('admin', 'owner') THEN NULL
                        ELSE 'forbidden' END AS code) AS r
     WHERE r.code IS NOT NULL
$$;

-- Makes a workspace in the tenant of p_home, with the caller as its owner; they administer one of that tenant's that their credential
-- may be used in. Answers {"status": "done", "item": {...}} or {"status": "refused", "code"}.
CREATE OR REPLACE FUNCTION create_workspace(p_secret bytea, p_home uuid, p_slug text, p_name text, p_environment_kind text,
    p_git_repo_url text, p_git_branch text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_scope text := current_setting('app.workspace', true);
    v_caller record;
    v_tenant uuid;
    v_id uuid := uuid_v7();
    v_workspace workspaces;
BEGIN
    v_caller := resolve_caller(p_secret, p_home::text);
    IF v_caller.refusal IS NOT NULL THEN
        RETURN refuse_administration(v_caller.refusal, v_caller.kind, v_caller.role);
    END IF;
    SELECT w.tenant_id INTO v_tenant FROM workspaces w WHERE w.id = v_caller.workspace_id;
    IF v_caller.kind NOT IN ('session', 'personal') OR NOT EXISTS (
        SELECT FROM workspaces_of(v_caller.credential_id, NULL, NULL) AS o WHERE o.tenant_id = v_tenant AND o.role IN ('admin', 'owner')) THEN
        RETURN '{"status": "refused", "code": "forbidden"}';
    END IF;

    PERFORM set_config('app.workspace', v_id::text, true);
    INSERT INTO workspaces AS w (id, tenant_id, slug, name, environment_kind, git_repo_url, git_branch)
    VALUES (v_id, v_tenant, p_slug, p_name, p_environment_kind, p_git_repo_url, p_git_branch)
    ON CONFLICT ON CONSTRAINT workspaces_tenant_slug_key DO NOTHING RETURNING * INTO v_workspace;
    IF NOT FOUND THEN
        PERFORM set_config('app.workspace', coalesce(v_scope, ''), true);
        RETURN '{"status": "refused", "code": "slug_taken"}';
    END IF;
    INSERT INTO memberships (workspace_id, user_id, role) VALUES (v_id, v_caller.user_id, 'owner');
    INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, detail)
    VALUES (v_id, 'workspace_created', v_caller.email, v_caller.surface, v_caller.credential_id, jsonb_build_object('slug', p_slug, 'name', p_name));
    PERFORM set_config('app.workspace', coalesce(v_scope, ''), true);
    RETURN jsonb_build_object('status', 'done', 'item', workspace_json(v_workspace) || '{"role": "owner"}');
END $$;

-- Changes the settings that p_changes names, as the API names them; null removes. A publish holds this lock shared while it reads the mode
-- and commits: what it read is still in force then. Waits for those in flight, and gives up rather than wait for seconds.
CREATE OR REPLACE FUNCTION change_workspace(p_secret bytea, p_workspace uuid, p_changes jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_caller record;
    v_refusal jsonb;
    v_workspace workspaces;
    v_old jsonb;
    v_new jsonb;
    v_before jsonb;
    v_after jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('workspace:' || p_workspace, 7));
    SELECT * INTO v_workspace FROM workspaces w WHERE w.id = p_workspace FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN '{"status": "refused", "code": "not_found"}';
    END IF;
    v_caller := resolve_caller(p_secret, p_workspace::text);
    v_refusal := refuse_administration(v_caller.refusal, v_caller.kind, v_caller.role);
    IF v_refusal IS NOT NULL THEN
        RETURN v_refusal;
    END IF;

    v_old := jsonb_build_object('name', v_workspace.name, 'governanceMode', v_workspace.governance_mode,
        'environmentKind', v_workspace.environment_kind, 'gitRepoUrl', v_workspace.git_repo_url, 'gitBranch', v_workspace.git_branch);
    v_new := v_old || p_changes;
    SELECT jsonb_object_agg(c.key, v_old -> c.key), jsonb_object_agg(c.key, c.value) INTO v_before, v_after
      FROM jsonb_each(v_new) AS c WHERE c.value IS DISTINCT FROM v_old -> c.key;
    IF v_after IS NOT NULL THEN
        UPDATE workspaces SET name = v_new ->> 'name', governance_mode = v_new ->> 'governanceMode', environment_kind = v_new ->> 'environmentKind',
               git_repo_url = v_new ->> 'gitRepoUrl', git_branch = v_new ->> 'gitBranch'
         WHERE id = p_workspace RETURNING * INTO v_workspace;
        INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, detail)
        VALUES (p_workspace, 'workspace_changed', v_caller.email, v_caller.surface, v_caller.credential_id,
            jsonb_build_object('before', v_before, 'after', v_after));
    END IF;
    RETURN jsonb_build_object('status', 'done', 'item', workspace_json(v_workspace) || jsonb_build_object('role', v_caller.role));
END $$;

-- fc_mint may own a function only if it may create one; that right lasts for these lines.
GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION workspaces_of(uuid, uuid, bigint) OWNER TO fc_mint;
ALTER FUNCTION create_workspace(bytea, uuid, text, text, text, text, text) OWNER TO fc_mint;
ALTER FUNCTION change_workspace(bytea, uuid, jsonb) OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;

REVOKE ALL ON FUNCTION workspace_json(workspaces) FROM PUBLIC;
REVOKE ALL ON FUNCTION refuse_administration(text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION workspaces_of(uuid, uuid, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION create_workspace(bytea, uuid, text, text, text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION change_workspace(bytea, uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workspace_json(workspaces) TO fc_mint;
GRANT EXECUTE ON FUNCTION refuse_administration(text, text, text) TO fc_mint;
GRANT EXECUTE ON FUNCTION workspaces_of(uuid, uuid, bigint) TO fc_app;
GRANT EXECUTE ON FUNCTION create_workspace(bytea, uuid, text, text, text, text, text) TO fc_app;
GRANT EXECUTE ON FUNCTION change_workspace(bytea, uuid, jsonb) TO fc_app;

-- Every draft write ends here, whatever surface it came from: one round trip stores the content, its verdict, its manifest and
-- a snapshot of the history, and swaps the draft if it still is what the caller read. Runs with the caller's rights, in scope. Idempotent.

-- Stores a canonical body once. The caller's rights and row-level security hold.
CREATE OR REPLACE FUNCTION keep_content(p_workspace uuid, p_digest bytea, p_body bytea) RETURNS void
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
    INSERT INTO contents AS c (workspace_id, digest, body) VALUES (p_workspace, p_digest, p_body)
    -- Who brings it again gets its whole day anew; not at every save, for that would be a write more.
    ON CONFLICT (workspace_id, digest) DO UPDATE SET created_at = excluded.created_at WHERE c.created_at < excluded.created_at - interval '1 hour'
$$;

-- p_expected_*  what the caller read; null for the first draft of a new resource
-- p_body        null when the content is stored already (restore, reset)
-- p_author      {"user_id", "email", "surface", "actor_kind", "source", "client", "host", "git_commit", "git_branch"}
-- Answers the snapshot's id, or null when the draft has moved on: nothing was written then.
CREATE OR REPLACE FUNCTION save_draft(p_workspace uuid, p_type text, p_resource uuid, p_expected_digest bytea, p_expected_base int, p_base int,
    p_digest bytea, p_body bytea, p_manifest_digest bytea, p_manifest bytea,
    p_checker_version int, p_publishable boolean, p_diagnostics jsonb, p_author jsonb, p_restored_from int) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    v_draft resource_drafts;
    v_active bytea;
    v_snapshot bigint;
    v_at timestamptz;
BEGIN
    -- Resources come before drafts in the order of locks; the snapshot's foreign key would take this one too late.
    PERFORM FROM resources r WHERE r.workspace_id = p_workspace AND r.id = p_resource FOR KEY SHARE;
    IF p_expected_digest IS NOT NULL THEN
        SELECT * INTO v_draft FROM resource_drafts d WHERE d.workspace_id = p_workspace AND d.resource_id = p_resource FOR NO KEY UPDATE;
        IF NOT FOUND OR v_draft.digest <> p_expected_digest OR v_draft.base_version <> p_expected_base THEN
            RETURN NULL;
        END IF;
        SELECT v.digest INTO v_active FROM resources r JOIN resource_versions v ON v.id = r.published_version_id
         WHERE r.workspace_id = p_workspace AND r.id = p_resource;
    END IF;
    -- Contents by digest: two writers that share both would wait for each other otherwise.
    IF p_manifest IS NOT NULL AND p_manifest_digest < p_digest THEN
        PERFORM keep_content(p_workspace, p_manifest_digest, p_manifest);
    END IF;
    IF p_body IS NOT NULL THEN
        PERFORM keep_content(p_workspace, p_digest, p_body);
    END IF;
    IF p_manifest IS NOT NULL AND p_manifest_digest >= p_digest THEN
        PERFORM keep_content(p_workspace, p_manifest_digest, p_manifest);
    END IF;
    IF p_checker_version IS NOT NULL THEN
        INSERT INTO checks (workspace_id, type, digest, checker_version, publishable, diagnostics)
        VALUES (p_workspace, p_type, p_digest, p_checker_version, p_publishable, p_diagnostics) ON CONFLICT DO NOTHING;
    END IF;
    v_at := clock_timestamp();
    INSERT INTO resource_versions (workspace_id, resource_id, digest, source, surface, actor_kind, created_by, created_by_email, client, host,
        git_commit_sha, git_branch, restored_from, created_at)
    VALUES (p_workspace, p_resource, p_digest, p_author ->> 'source', p_author ->> 'surface', p_author ->> 'actor_kind', (p_author ->> 'user_id')::uuid,
        p_author ->> 'email', p_author ->> 'client', p_author ->> 'host', p_author ->> 'git_commit', p_author ->> 'git_branch', p_restored_from, v_at)
    RETURNING id INTO v_snapshot;
    IF p_expected_digest IS NULL THEN
        INSERT INTO resource_drafts (resource_id, workspace_id, digest, manifest_digest, base_version, updated_at, updated_by, snapshot_id,
            updated_by_email, updated_surface, foreign_since, other_surface_at, other_surface_by)
        VALUES (p_resource, p_workspace, p_digest, p_manifest_digest, p_base, v_at, (p_author ->> 'user_id')::uuid, v_snapshot,
            p_author ->> 'email', p_author ->> 'surface', CASE WHEN p_author ->> 'surface' <> 'cli' THEN v_at END,
            CASE WHEN p_author ->> 'surface' <> 'cli' THEN v_at END, CASE WHEN p_author ->> 'surface' <> 'cli' THEN p_author ->> 'email' END);
    ELSE
        UPDATE resource_drafts SET digest = p_digest, manifest_digest = p_manifest_digest, base_version = p_base, updated_at = v_at,
               updated_by = (p_author ->> 'user_id')::uuid, snapshot_id = v_snapshot, updated_by_email = p_author ->> 'email',
               updated_surface = p_author ->> 'surface',
               other_surface_at = CASE WHEN p_author ->> 'surface' <> 'cli' THEN v_at ELSE other_surface_at END,
               other_surface_by = CASE WHEN p_author ->> 'surface' <> 'cli' THEN p_author ->> 'email' ELSE other_surface_by END,
               -- Since when another surface's changes are in it; none are left in a draft that equals the active version.
               foreign_since = CASE WHEN p_digest = v_active THEN NULL
                                    WHEN p_author ->> 'surface' <> 'cli' THEN coalesce(foreign_since, v_at)
                                    ELSE foreign_since END
         WHERE workspace_id = p_workspace AND resource_id = p_resource;
    END IF;
    RETURN v_snapshot;
END $$;

REVOKE ALL ON FUNCTION keep_content(uuid, bytea, bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION save_draft(uuid, text, uuid, bytea, int, int, bytea, bytea, bytea, bytea, int, boolean, jsonb, jsonb, int) FROM PUBLIC;
GRANT UPDATE (created_at) ON contents TO fc_app;
GRANT EXECUTE ON FUNCTION keep_content(uuid, bytea, bytea) TO fc_app;
GRANT EXECUTE ON FUNCTION save_draft(uuid, text, uuid, bytea, int, int, bytea, bytea, bytea, bytea, int, boolean, jsonb, jsonb, int) TO fc_app;

-- What happens seldom and passes the rules on purpose: deleting what was never published, adopting a restored database, ending a
-- workspace. Idempotent.

-- Deletes what was never published, its snapshots with it; the slug stays retired. Answers false for anything else.
CREATE OR REPLACE FUNCTION delete_unpublished_resource(p_workspace uuid, p_resource uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_resource resources;
BEGIN
    -- It runs with fc_mint's rights, but not outside the scope that its caller is in.
    IF p_workspace IS DISTINCT FROM nullif(current_setting('app.workspace', true), '')::uuid THEN
        RETURN false;
    END IF;
    SELECT * INTO v_resource FROM resources r WHERE r.workspace_id = p_workspace AND r.id = p_resource FOR UPDATE;
    IF NOT FOUND OR v_resource.published_version_id IS NOT NULL THEN
        RETURN false;
    END IF;
    DELETE FROM resource_versions v WHERE v.resource_id = p_resource;
    DELETE FROM resources r WHERE r.workspace_id = p_workspace AND r.id = p_resource;
    INSERT INTO retired_slugs (workspace_id, type, slug) VALUES (p_workspace, v_resource.type, v_resource.slug);
    RETURN true;
END $$;

-- After a restore: the epoch passes everything that the replica was seen to hold. Answers the new epoch.
CREATE OR REPLACE FUNCTION adopt_restore(p_seen_epoch bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE replica_epoch SET epoch = greatest(epoch, p_seen_epoch) + 1 RETURNING epoch
$$;

-- The only other door to the history: ends a workspace and everything in it.
CREATE OR REPLACE FUNCTION purge_workspace(p_workspace uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('app.purging_workspace', p_workspace::text, true);
    DELETE FROM outbox WHERE workspace_id = p_workspace;
    DELETE FROM replica_receipts WHERE workspace_id = p_workspace;
    DELETE FROM event_flow_manifests WHERE workspace_id = p_workspace;
    DELETE FROM resource_versions WHERE workspace_id = p_workspace;
    DELETE FROM resources WHERE workspace_id = p_workspace;
    DELETE FROM contents WHERE workspace_id = p_workspace;
    DELETE FROM retired_slugs WHERE workspace_id = p_workspace;
    DELETE FROM idempotency_keys WHERE workspace_id = p_workspace;
    DELETE FROM audit_log WHERE workspace_id = p_workspace;
    DELETE FROM runs WHERE workspace_id = p_workspace;
    DELETE FROM run_stats WHERE workspace_id = p_workspace;
    DELETE FROM credentials WHERE workspace_id = p_workspace;
    DELETE FROM memberships WHERE workspace_id = p_workspace;
    DELETE FROM workspaces WHERE id = p_workspace;
    PERFORM set_config('app.purging_workspace', '', true);
END $$;

-- fc_mint may own a function only if it may create one; that right lasts for these lines.
GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION delete_unpublished_resource(uuid, uuid) OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;

REVOKE ALL ON FUNCTION delete_unpublished_resource(uuid, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION adopt_restore(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION purge_workspace(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_unpublished_resource(uuid, uuid) TO fc_app;
GRANT EXECUTE ON FUNCTION adopt_restore(bigint) TO fc_jobs;

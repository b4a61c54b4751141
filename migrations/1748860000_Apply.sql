-- What `fcc apply` leaves behind beside drafts: which file and commit a resource was last applied from. Idempotent.

-- The applied file is the base of the next merge: its content stays as long as the resource names it.
ALTER TABLE resources DROP CONSTRAINT IF EXISTS resources_applied_content_fk;
ALTER TABLE resources ADD CONSTRAINT resources_applied_content_fk
    FOREIGN KEY (workspace_id, applied_digest) REFERENCES contents (workspace_id, digest);
CREATE INDEX IF NOT EXISTS ix_resources_applied_content ON resources (workspace_id, applied_digest) WHERE applied_digest IS NOT NULL;

-- A file that was applied is a base that a branch may name for long, also when the draft became something else.
ALTER TABLE contents ADD COLUMN IF NOT EXISTS keep_until timestamptz;
GRANT UPDATE (keep_until) ON contents TO fc_mint;

-- Ends an apply of these local files: p_digests says, for each of p_resources, what the file's digest is.
--   p_commit   the commit that they are from; null when the checkout did not say: what was applied last stays what it was
CREATE OR REPLACE FUNCTION record_apply(p_workspace uuid, p_resources uuid[], p_digests bytea[], p_commit text, p_branch text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_at timestamptz := clock_timestamp();
BEGIN
    -- It runs with fc_mint's rights, but not outside the scope that its caller is in.
    IF p_workspace IS DISTINCT FROM nullif(current_setting('app.workspace', true), '')::uuid THEN
        RAISE EXCEPTION 'an apply to workspace % from the scope of another', p_workspace USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE contents c SET keep_until = v_at + interval '90 days'
     WHERE c.workspace_id = p_workspace AND c.digest = ANY (p_digests) AND (c.keep_until IS NULL OR c.keep_until < v_at + interval '89 days');
    IF p_commit IS NOT NULL THEN
        UPDATE resources r SET applied_digest = a.digest, applied_commit = p_commit, applied_branch = p_branch, applied_at = v_at
          FROM unnest(p_resources, p_digests) AS a (id, digest)
         WHERE r.workspace_id = p_workspace AND r.id = a.id;
    END IF;

    -- Who made drift disappear is told.
    INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, resource_id, detail)
    SELECT p_workspace, 'drift_cleared', c.email, c.surface, c.id, r.id,
           jsonb_build_object('designer_publishes', r.designer_publishes - coalesce(a.designer_publishes, 0), 'git_commit', r.applied_commit)
      FROM resources r JOIN resource_versions v ON v.id = r.published_version_id
      LEFT JOIN git_anchors a ON a.resource_id = r.id
      JOIN credentials c ON c.id = current_setting('app.credential')::uuid
     WHERE r.workspace_id = p_workspace AND r.id = ANY (p_resources) AND v.digest = r.applied_digest AND r.applied_commit IS NOT NULL
       AND r.designer_publishes > coalesce(a.designer_publishes, 0);

    -- Production agrees with git: what is active is what was last applied, whoever published it.
    INSERT INTO git_anchors (resource_id, workspace_id, version, digest, commit, branch, at, designer_publishes)
    SELECT r.id, r.workspace_id, v.version, v.digest, r.applied_commit, r.applied_branch, v_at, r.designer_publishes
      FROM resources r JOIN resource_versions v ON v.id = r.published_version_id
     WHERE r.workspace_id = p_workspace AND r.id = ANY (p_resources) AND v.digest = r.applied_digest AND r.applied_commit IS NOT NULL
     ORDER BY r.id
    ON CONFLICT (resource_id) DO UPDATE SET (version, digest, commit, branch, at, designer_publishes)
        = (excluded.version, excluded.digest, excluded.commit, excluded.branch, excluded.at, excluded.designer_publishes);

    -- A draft that equals its file holds nothing that git lacks, whoever wrote it.
    UPDATE resource_drafts d SET foreign_since = NULL
      FROM unnest(p_resources, p_digests) AS a (id, digest)
     WHERE d.workspace_id = p_workspace AND d.resource_id = a.id AND d.digest = a.digest AND d.foreign_since IS NOT NULL;
END $$;

-- fc_mint may own a function only if it may create one; that right lasts for these lines.
GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION record_apply(uuid, uuid[], bytea[], text, text) OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;

REVOKE ALL ON FUNCTION record_apply(uuid, uuid[], bytea[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_apply(uuid, uuid[], bytea[], text, text) TO fc_app;

-- Who has brought what into a checkout, and until when: drift tells from it what a checkout has not seen yet. Idempotent.

-- When, and by whom, a surface other than the cli last wrote the draft; the cli's later writes leave it.
ALTER TABLE resource_drafts
    ADD COLUMN IF NOT EXISTS other_surface_at timestamptz,
    ADD COLUMN IF NOT EXISTS other_surface_by text;
UPDATE resource_drafts SET other_surface_at = foreign_since WHERE other_surface_at IS NULL AND foreign_since IS NOT NULL;

-- The newest pull of each resource by each credential. Of a credential
-- that is forgotten those stay that are the newest of their resource: people still want to know.
CREATE TABLE IF NOT EXISTS pulls (
    workspace_id uuid NOT NULL,
    credential_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    digest bytea NOT NULL CONSTRAINT pulls_digest_length CHECK (octet_length(digest) = 32),
    as_of timestamptz NOT NULL,
    first_as_of timestamptz NOT NULL,   -- never raised: since when this credential follows what it has not pulled, too
    by_email text,
    host text,
    git_branch text,
    git_commit_sha text,
    PRIMARY KEY (workspace_id, credential_id, resource_id),
    CONSTRAINT pulls_resource_fk FOREIGN KEY (workspace_id, resource_id) REFERENCES resources (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS ix_pulls_resource_as_of ON pulls (resource_id, as_of DESC);
-- The newest anchor of a workspace.
CREATE INDEX IF NOT EXISTS ix_git_anchors_workspace_at ON git_anchors (workspace_id, at DESC);

ALTER TABLE pulls ENABLE ROW LEVEL SECURITY;
ALTER TABLE pulls FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS owner_all ON pulls;
CREATE POLICY owner_all ON pulls TO fc_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS in_scope ON pulls;
CREATE POLICY in_scope ON pulls TO fc_app
    USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
    WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
DROP POLICY IF EXISTS jobs_all ON pulls;
CREATE POLICY jobs_all ON pulls TO fc_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON pulls TO fc_app;
GRANT SELECT, DELETE ON pulls TO fc_jobs;
GRANT UPDATE (other_surface_at, other_surface_by) ON resource_drafts TO fc_app;

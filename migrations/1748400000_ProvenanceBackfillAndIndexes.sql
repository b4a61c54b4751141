-- Labels what came before provenance, then adds the indexes that the new queries need. Idempotent. Before this file the migrate
-- job does the same in batches, checks the constraint and builds the indexes, all of it online (store::backfill): the file then finds
-- nothing left to do but the views. Run by hand it does all of it in one transaction, and writers wait for its end.

UPDATE resource_versions
   SET source = CASE WHEN published_at IS NULL THEN 'designer-draft' ELSE 'designer-publish' END
 WHERE source = 'designer';

UPDATE resource_versions v SET created_by_email = u.email
  FROM users u
 WHERE u.id = v.created_by AND v.created_by_email IS NULL;

-- What was published before git was known was published by the designer: drift counts from the first of it.
UPDATE resources r SET designer_publishes = p.count, last_designer_version_id = p.newest
  FROM (SELECT resource_id, count(*) AS count, max(id) AS newest FROM resource_versions
         WHERE version IS NOT NULL AND surface = 'designer' GROUP BY resource_id) AS p
 WHERE p.resource_id = r.id AND p.count > r.designer_publishes;

-- A draft of that time that differs from what is active was edited in the console: nobody applied it from git, so CI does not ship it
-- unasked. It stands on the newest row of the history that has its content; drafts that new code saved name theirs already.
UPDATE resource_drafts d SET foreign_since = d.updated_at
  FROM resources r LEFT JOIN resource_versions v ON v.id = r.published_version_id
 WHERE r.id = d.resource_id AND d.snapshot_id IS NULL AND d.foreign_since IS NULL AND v.digest IS DISTINCT FROM d.digest;
UPDATE resource_drafts d
   SET snapshot_id = (SELECT max(v.id) FROM resource_versions v WHERE v.resource_id = d.resource_id AND v.digest = d.digest)
 WHERE d.snapshot_id IS NULL;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'resource_versions'::regclass AND conname = 'resource_versions_source') THEN
        ALTER TABLE resource_versions ADD CONSTRAINT resource_versions_source
            CHECK (source IN ('designer-publish', 'cli-publish', 'cli-apply', 'designer-draft', 'rollback')) NOT VALID;
    END IF;
END $$;
-- Reads no row when the constraint is valid already.
ALTER TABLE resource_versions VALIDATE CONSTRAINT resource_versions_source;

-- Drift, by provenance.
CREATE INDEX IF NOT EXISTS ix_flow_versions_workspace_source_commit ON resource_versions (workspace_id, source, git_commit_sha);
-- The publish timeline of a resource.
CREATE INDEX IF NOT EXISTS ix_flow_versions_flow_published_at ON resource_versions (resource_id, published_at DESC, id DESC) WHERE version IS NOT NULL;
-- The whole history of a resource, newest first.
CREATE INDEX IF NOT EXISTS ix_resource_versions_resource_version ON resource_versions (resource_id, id DESC) INCLUDE (version);

CREATE OR REPLACE VIEW connector_config_drafts WITH (security_invoker = true) AS
    SELECT d.resource_id AS connector_id, d.workspace_id, r.slug, d.base_version, c.body AS config, d.digest, d.updated_at, d.updated_by_email
      FROM resource_drafts d
      JOIN resources r ON r.id = d.resource_id AND r.type = 'connector'
      JOIN contents c ON c.workspace_id = d.workspace_id AND c.digest = d.digest;

CREATE OR REPLACE VIEW connector_config_versions WITH (security_invoker = true) AS
    SELECT v.id, v.workspace_id, v.resource_id AS connector_id, v.version, (v.id = r.published_version_id) IS TRUE AS is_active,
           v.digest, v.source, v.surface, v.actor_kind, v.created_by_email, v.git_commit_sha, v.git_branch, v.note, v.archived, v.published_at
      FROM resource_versions v
      JOIN resources r ON r.id = v.resource_id AND r.type = 'connector'
     WHERE v.version IS NOT NULL;

CREATE OR REPLACE VIEW flow_versions WITH (security_invoker = true) AS
    SELECT v.id, v.workspace_id, v.resource_id AS flow_id, v.version, (v.id = r.published_version_id) IS TRUE AS is_active,
           v.digest, v.source, v.surface, v.actor_kind, v.created_by, v.created_by_email, v.git_commit_sha, v.git_branch, v.note,
           v.archived, v.created_at, v.published_at
      FROM resource_versions v
      JOIN resources r ON r.id = v.resource_id AND r.type = 'flow';

CREATE OR REPLACE VIEW event_flow_manifest_entries WITH (security_invoker = true) AS
    SELECT m.workspace_id, m.connector_id, m.version, e.source, e.type, e.entity, e.action, e.enabled
      FROM event_flow_manifests m
      JOIN contents c ON c.workspace_id = m.workspace_id AND c.digest = m.digest
      -- The comparison keeps the planner from expanding contents that are no manifests before the join.
      CROSS JOIN LATERAL jsonb_to_recordset(CASE WHEN c.digest = m.digest THEN convert_from(c.body, 'UTF8')::jsonb END)
          AS e (source text, type text, entity text, action text, enabled boolean);

-- Who may publish, and where every version came from. Columns first: old code keeps running, existing workspaces are Hybrid
-- and existing versions carry the catch-all source 'designer' until the next migration labels them. Idempotent.

ALTER TABLE workspaces
    ADD COLUMN IF NOT EXISTS governance_mode text NOT NULL DEFAULT 'Hybrid',
    ADD COLUMN IF NOT EXISTS environment_kind text NOT NULL DEFAULT 'Development',
    ADD COLUMN IF NOT EXISTS git_repo_url text,
    ADD COLUMN IF NOT EXISTS git_branch text;
ALTER TABLE workspaces DROP CONSTRAINT IF EXISTS workspaces_governance_mode;
ALTER TABLE workspaces ADD CONSTRAINT workspaces_governance_mode CHECK (governance_mode IN ('DesignerOnly', 'CodeManaged', 'Hybrid'));
ALTER TABLE workspaces DROP CONSTRAINT IF EXISTS workspaces_environment_kind;
ALTER TABLE workspaces ADD CONSTRAINT workspaces_environment_kind CHECK (environment_kind IN ('Development', 'Staging', 'Production'));

ALTER TABLE resource_versions
    ADD COLUMN IF NOT EXISTS source text NOT NULL DEFAULT 'designer',
    ADD COLUMN IF NOT EXISTS surface text NOT NULL DEFAULT 'designer',
    ADD COLUMN IF NOT EXISTS actor_kind text NOT NULL DEFAULT 'human',
    ADD COLUMN IF NOT EXISTS created_by_email text,
    ADD COLUMN IF NOT EXISTS client text,
    ADD COLUMN IF NOT EXISTS host text,
    ADD COLUMN IF NOT EXISTS git_commit_sha text,
    ADD COLUMN IF NOT EXISTS git_branch text,
    ADD COLUMN IF NOT EXISTS restored_from int;
ALTER TABLE resource_versions DROP CONSTRAINT IF EXISTS resource_versions_designer_has_no_commit;
ALTER TABLE resource_versions ADD CONSTRAINT resource_versions_designer_has_no_commit
    CHECK (surface = 'cli' OR git_commit_sha IS NULL) NOT VALID;

ALTER TABLE resource_drafts
    ADD COLUMN IF NOT EXISTS snapshot_id bigint,
    ADD COLUMN IF NOT EXISTS updated_by_email text,
    ADD COLUMN IF NOT EXISTS updated_surface text NOT NULL DEFAULT 'designer',
    ADD COLUMN IF NOT EXISTS foreign_since timestamptz;

ALTER TABLE resources
    ADD COLUMN IF NOT EXISTS designer_publishes bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS last_designer_version_id bigint,
    ADD COLUMN IF NOT EXISTS other_surface_changed_at timestamptz,
    ADD COLUMN IF NOT EXISTS applied_digest bytea,
    ADD COLUMN IF NOT EXISTS applied_commit text,
    ADD COLUMN IF NOT EXISTS applied_branch text,
    ADD COLUMN IF NOT EXISTS applied_at timestamptz;

-- Where production last agreed with git, a row a resource; drift reads these and the counters, never the history.
CREATE TABLE IF NOT EXISTS git_anchors (
    resource_id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    version int NOT NULL,
    digest bytea NOT NULL,
    commit text NOT NULL,
    branch text,
    at timestamptz NOT NULL,
    designer_publishes bigint NOT NULL,
    CONSTRAINT git_anchors_resource_fk FOREIGN KEY (workspace_id, resource_id) REFERENCES resources (workspace_id, id) ON DELETE CASCADE
);

-- Code from before this migration inserts without a source, until the last of it is gone: it gets at once what the backfill gives
-- to older rows, and its publishes are counted. A definer, because the application reads no users; of the workspace's members alone.
CREATE OR REPLACE FUNCTION label_version_source() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.source := CASE WHEN NEW.published_at IS NULL THEN 'designer-draft' ELSE 'designer-publish' END;
    IF NEW.created_by_email IS NULL THEN
        SELECT u.email INTO NEW.created_by_email
          FROM users u JOIN memberships m ON m.user_id = u.id AND m.workspace_id = NEW.workspace_id
         WHERE u.id = NEW.created_by;
    END IF;
    IF NEW.version IS NOT NULL THEN
        UPDATE resources SET designer_publishes = designer_publishes + 1, last_designer_version_id = NEW.id
         WHERE workspace_id = NEW.workspace_id AND id = NEW.resource_id;
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION label_version_source() FROM PUBLIC;
CREATE OR REPLACE TRIGGER resource_versions_label BEFORE INSERT ON resource_versions
    FOR EACH ROW WHEN (NEW.source = 'designer') EXECUTE FUNCTION label_version_source();

-- History is append-only for every role. Two columns may be filled once (the backfill); unpublished snapshots may age out.
CREATE OR REPLACE FUNCTION refuse_history_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_fillable text[] := ARRAY['source', 'created_by_email'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.version IS NULL OR current_setting('app.purging_workspace', true) = OLD.workspace_id::text THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'version % of resource % is published and cannot be deleted', OLD.version, OLD.resource_id USING ERRCODE = 'FC001';
    END IF;
    -- Compared as JSON: assigning to a field of OLD crashes Postgres (15.18, by a bad pfree) where the row is older than the column.
    IF to_jsonb(NEW) - v_fillable <> to_jsonb(OLD) - v_fillable
        OR (NEW.source <> OLD.source AND OLD.source <> 'designer')
        OR (NEW.created_by_email IS DISTINCT FROM OLD.created_by_email AND OLD.created_by_email IS NOT NULL) THEN
        RAISE EXCEPTION 'row % of the history of resource % cannot be changed', OLD.id, OLD.resource_id USING ERRCODE = 'FC001';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER resource_versions_append_only BEFORE UPDATE OR DELETE ON resource_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_history_change();

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('app.purging_workspace', true) = OLD.workspace_id::text THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% on % is refused: its rows never change', TG_OP, TG_TABLE_NAME USING ERRCODE = 'FC001';
END $$;
-- A content that a published version needs is kept by the foreign keys; its bytes never change at all (its age may).
CREATE OR REPLACE TRIGGER contents_immutable BEFORE UPDATE OF workspace_id, digest, body ON contents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER event_flow_manifests_append_only BEFORE UPDATE OR DELETE ON event_flow_manifests
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER resource_versions_no_truncate BEFORE TRUNCATE ON resource_versions EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER contents_no_truncate BEFORE TRUNCATE ON contents EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER event_flow_manifests_no_truncate BEFORE TRUNCATE ON event_flow_manifests EXECUTE FUNCTION refuse_change();

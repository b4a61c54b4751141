-- What a release to come may bring while this one's code still runs: everything here expands. It touches the tables that every publish
-- and every evaluation writes. Idempotent.

ALTER TABLE resources ADD COLUMN IF NOT EXISTS labels text[];
ALTER TABLE resource_drafts ADD COLUMN IF NOT EXISTS reviewed_by uuid;
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS priority int NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN IF NOT EXISTS region text;
ALTER TABLE credentials ADD COLUMN IF NOT EXISTS last_used_at timestamptz;

CREATE INDEX IF NOT EXISTS ix_outbox_priority ON outbox (priority, id);

-- A table of its own, in scope and with its grants.
CREATE TABLE IF NOT EXISTS reviews (
    id uuid PRIMARY KEY DEFAULT uuid_v7(),
    workspace_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    approved boolean NOT NULL DEFAULT false,
    CONSTRAINT reviews_resource_fk FOREIGN KEY (workspace_id, resource_id) REFERENCES resources (workspace_id, id) ON DELETE CASCADE
);
ALTER TABLE reviews ENABLE ROW LEVEL SECURITY;
ALTER TABLE reviews FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS in_scope ON reviews;
CREATE POLICY in_scope ON reviews TO fc_app USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT ON reviews TO fc_app;

-- Old code writes fewer values; none that it writes is refused.
ALTER TABLE outbox DROP CONSTRAINT IF EXISTS outbox_event;
ALTER TABLE outbox ADD CONSTRAINT outbox_event CHECK (event IN ('published', 'rolled_back', 'archived', 'unarchived', 'scheduled')) NOT VALID;

-- A column that new code fills itself, and this for code that does not know it.
ALTER TABLE resource_versions ADD COLUMN IF NOT EXISTS digest_hex text;
CREATE OR REPLACE FUNCTION fill_digest_hex() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.digest_hex := coalesce(NEW.digest_hex, encode(NEW.digest, 'hex'));
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS resource_versions_digest_hex ON resource_versions;
CREATE TRIGGER resource_versions_digest_hex BEFORE INSERT ON resource_versions FOR EACH ROW EXECUTE FUNCTION fill_digest_hex();

-- A function takes another argument: a second one beside the first, without defaults, so that a call always means one of them.
CREATE OR REPLACE FUNCTION mint_version(p_secret bytea, p_workspace text, p_operation text, p_type text, p_items jsonb, p_note text,
    p_idempotency_key text, p_request_digest bytea, p_git_commit text, p_git_branch text, p_host text, p_client text, p_labels text[]) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
    SELECT mint_version(p_secret, p_workspace, p_operation, p_type, p_items, p_note, p_idempotency_key, p_request_digest, p_git_commit, p_git_branch,
        p_host, p_client)
$$;
REVOKE ALL ON FUNCTION mint_version(bytea, text, text, text, jsonb, text, text, bytea, text, text, text, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mint_version(bytea, text, text, text, jsonb, text, text, bytea, text, text, text, text, text[]) TO fc_app;

-- The world before governance: tenants, who may call, resources with one mutable draft each and an append-only history,
-- the outbox and what the dispatcher knows of the replica. Runs as fc_owner, which owns every table; idempotent.

-- Time-ordered ids (RFC 9562, version 7): 48 bits of milliseconds, 12 of their fraction (so that what follows within one is listed in
-- that order), and the random bits of a v4.
-- Its names are resolved here and now, not at each call: it needs no search_path of its own, and is planned into its caller.
CREATE OR REPLACE FUNCTION uuid_v7(at timestamptz DEFAULT clock_timestamp()) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (overlay(lpad(to_hex(floor(extract(epoch FROM at) * 4096000)::bigint), 15, '0') PLACING '7' FROM 13 FOR 0)
    || substr(gen_random_uuid()::text, 20))::uuid;

CREATE TABLE IF NOT EXISTS tenants (
    id uuid PRIMARY KEY DEFAULT uuid_v7(),
    slug text NOT NULL CONSTRAINT tenants_slug_key UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS users (
    id uuid PRIMARY KEY DEFAULT uuid_v7(),
    email text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX IF NOT EXISTS users_email_key ON users (lower(email));

CREATE TABLE IF NOT EXISTS workspaces (
    id uuid PRIMARY KEY DEFAULT uuid_v7(),
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    slug text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workspaces_tenant_slug_key UNIQUE (tenant_id, slug)
);

CREATE TABLE IF NOT EXISTS memberships (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id uuid NOT NULL REFERENCES users (id),
    role text NOT NULL CONSTRAINT memberships_role CHECK (role IN ('viewer', 'author', 'editor', 'admin', 'owner')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX IF NOT EXISTS ix_memberships_user ON memberships (user_id);

-- Tokens, console sessions and one-time codes for signing in. Only the sha256 of a secret is kept. Without a workspace a
-- credential spans all its user's.
CREATE TABLE IF NOT EXISTS credentials (
    id uuid PRIMARY KEY DEFAULT uuid_v7(),
    sha256 bytea NOT NULL CONSTRAINT credentials_sha256_key UNIQUE CONSTRAINT credentials_sha256_length CHECK (octet_length(sha256) = 32),
    kind text NOT NULL CONSTRAINT credentials_kind CHECK (kind IN ('session', 'login', 'personal', 'service', 'agent', 'evaluate')),
    surface text CONSTRAINT credentials_surface CHECK (surface IN ('designer', 'cli', 'agent')),
    workspace_id uuid REFERENCES workspaces (id),
    tenant_id uuid NOT NULL REFERENCES tenants (id),   -- where it was made: its user may be a guest of others
    user_id uuid REFERENCES users (id),
    name text NOT NULL,
    email text,
    scopes text[] NOT NULL DEFAULT '{}',
    parent_id uuid,   -- the token that a session began with: it ends with it
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT credentials_shape CHECK (CASE kind
        WHEN 'session'  THEN surface = 'designer' AND user_id IS NOT NULL AND workspace_id IS NULL
        WHEN 'login'    THEN surface = 'designer' AND user_id IS NOT NULL AND workspace_id IS NULL
        WHEN 'personal' THEN user_id IS NOT NULL AND ((surface = 'designer' AND workspace_id IS NULL) OR (surface = 'cli' AND workspace_id IS NOT NULL))
        WHEN 'service'  THEN surface = 'cli' AND workspace_id IS NOT NULL AND email IS NOT NULL
        WHEN 'agent'    THEN surface = 'agent' AND workspace_id IS NOT NULL
        ELSE surface IS NULL AND workspace_id IS NOT NULL END)
);
CREATE INDEX IF NOT EXISTS ix_credentials_workspace ON credentials (workspace_id);
CREATE INDEX IF NOT EXISTS ix_credentials_user ON credentials (user_id);

-- Content-addressed bodies and manifests: canonical JSON, at most 4 MiB.
CREATE TABLE IF NOT EXISTS contents (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    digest bytea NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, digest),
    CONSTRAINT contents_digest CHECK (digest = sha256(body)),
    CONSTRAINT contents_size CHECK (octet_length(body) <= 4194304)
);

-- What a checker of that version says of a content taken as that type; the newest verdict counts.
CREATE TABLE IF NOT EXISTS checks (
    workspace_id uuid NOT NULL,
    type text NOT NULL,
    digest bytea NOT NULL,
    checker_version int NOT NULL CONSTRAINT checks_checker_version CHECK (checker_version BETWEEN 1 AND 1000000),
    publishable boolean NOT NULL,
    diagnostics jsonb NOT NULL,
    PRIMARY KEY (workspace_id, type, digest, checker_version),
    CONSTRAINT checks_content_fk FOREIGN KEY (workspace_id, digest) REFERENCES contents (workspace_id, digest) ON DELETE CASCADE
);

-- fillfactor: publish and autosave update these rows; with room on the page the update touches no index.
CREATE TABLE IF NOT EXISTS resources (
    id uuid PRIMARY KEY DEFAULT uuid_v7(),
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    type text NOT NULL CONSTRAINT resources_type CHECK (type IN ('connector', 'flow')),
    slug text NOT NULL CONSTRAINT resources_slug CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 64),
    name text NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    published_version_id bigint,
    last_version int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT resources_workspace_id_key UNIQUE (workspace_id, id),
    CONSTRAINT resources_slug_key UNIQUE (workspace_id, type, slug)
) WITH (fillfactor = 70);

-- Slugs of deleted resources: a slug is never reused.
CREATE TABLE IF NOT EXISTS retired_slugs (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    type text NOT NULL,
    slug text NOT NULL,
    PRIMARY KEY (workspace_id, type, slug)
);

CREATE TABLE IF NOT EXISTS resource_versions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    version int CONSTRAINT resource_versions_positive CHECK (version > 0),
    digest bytea NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    note text CONSTRAINT resource_versions_note CHECK (length(note) <= 2000),
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_at timestamptz,
    CONSTRAINT resource_versions_published CHECK ((version IS NULL) = (published_at IS NULL)),
    CONSTRAINT resource_versions_number_key UNIQUE (resource_id, version),
    CONSTRAINT resource_versions_resource_fk FOREIGN KEY (workspace_id, resource_id) REFERENCES resources (workspace_id, id),
    CONSTRAINT resource_versions_content_fk FOREIGN KEY (workspace_id, digest) REFERENCES contents (workspace_id, digest)
);

-- The sweep finds by these what may go: contents that nothing refers to, snapshots beyond the newest of a resource.
CREATE INDEX IF NOT EXISTS ix_resource_versions_content ON resource_versions (workspace_id, digest);
CREATE INDEX IF NOT EXISTS ix_resource_versions_unpublished ON resource_versions (resource_id, id DESC) WHERE version IS NULL;

CREATE TABLE IF NOT EXISTS resource_drafts (
    resource_id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    digest bytea NOT NULL,
    manifest_digest bytea,
    base_version int NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_by uuid,
    CONSTRAINT resource_drafts_resource_fk FOREIGN KEY (workspace_id, resource_id) REFERENCES resources (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT resource_drafts_content_fk FOREIGN KEY (workspace_id, digest) REFERENCES contents (workspace_id, digest),
    CONSTRAINT resource_drafts_manifest_fk FOREIGN KEY (workspace_id, manifest_digest) REFERENCES contents (workspace_id, digest)
) WITH (fillfactor = 70);

-- One row a publish, not one an event flow; the view event_flow_manifest_entries expands it.
CREATE TABLE IF NOT EXISTS event_flow_manifests (
    connector_id uuid NOT NULL,
    version int NOT NULL,
    workspace_id uuid NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (connector_id, version),
    CONSTRAINT event_flow_manifests_resource_fk FOREIGN KEY (workspace_id, connector_id) REFERENCES resources (workspace_id, id),
    CONSTRAINT event_flow_manifests_content_fk FOREIGN KEY (workspace_id, digest) REFERENCES contents (workspace_id, digest)
);

CREATE INDEX IF NOT EXISTS ix_event_flow_manifests_content ON event_flow_manifests (workspace_id, digest);

-- No index but the key and the resource: a lease is then an update within the page.
CREATE TABLE IF NOT EXISTS outbox (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    version int NOT NULL,
    event text NOT NULL CONSTRAINT outbox_event CHECK (event IN ('published', 'rolled_back', 'archived', 'unarchived')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts int NOT NULL DEFAULT 0,
    lease_token uuid,
    lease_until timestamptz,
    dead_at timestamptz,
    last_error text,
    CONSTRAINT outbox_resource_fk FOREIGN KEY (workspace_id, resource_id) REFERENCES resources (workspace_id, id)
) WITH (fillfactor = 50);
CREATE INDEX IF NOT EXISTS ix_outbox_resource_version ON outbox (resource_id, version);
CREATE INDEX IF NOT EXISTS ix_outbox_dead ON outbox (workspace_id, id) WHERE dead_at IS NOT NULL;

-- What the replica was last seen to hold. On the resource row it deadlocked with bulk publish; a foreign key would lock that row too.
CREATE TABLE IF NOT EXISTS replica_receipts (
    resource_id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    epoch bigint NOT NULL,
    version int NOT NULL,
    replicated_at timestamptz NOT NULL,
    notified_at timestamptz
) WITH (fillfactor = 70);

-- One row: raised when a database was restored to an earlier point, so that its new versions win over the replica's.
CREATE TABLE IF NOT EXISTS replica_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT replica_epoch_one_row CHECK (only_row),
    epoch bigint NOT NULL CONSTRAINT replica_epoch_positive CHECK (epoch > 0)
);
INSERT INTO replica_epoch (epoch) VALUES (1) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS idempotency_keys (
    credential_id uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    workspace_id uuid NOT NULL,
    request_digest bytea NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (credential_id, workspace_id, operation, key)
);
CREATE INDEX IF NOT EXISTS ix_idempotency_keys_created_at ON idempotency_keys USING brin (created_at);

CREATE TABLE IF NOT EXISTS audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL,
    actor_email text,
    surface text,
    credential_id uuid,
    resource_id uuid,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS ix_audit_log_workspace ON audit_log (workspace_id, at DESC, id DESC);

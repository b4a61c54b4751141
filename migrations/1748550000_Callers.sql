-- Who is knocking: credentials looked up before any workspace is known, hence by definer functions. Idempotent.

-- Who presents this secret, in which workspace. `refusal` is null, 'unauthorized' or 'workspace_required' (with the slugs to choose from).
-- Without a name, and by a slug that several tenants have, it is one of the tenant in which the credential was made, if there is any:
-- whoever adds a person to a workspace elsewhere changes nothing for the calls that this person makes at home.
CREATE OR REPLACE FUNCTION resolve_caller(p_secret bytea, p_workspace text,
    OUT refusal text, OUT credential_id uuid, OUT kind text, OUT surface text, OUT user_id uuid, OUT email text, OUT scopes text[],
    OUT expires_at timestamptz, OUT workspace_id uuid, OUT workspace_slug text, OUT role text, OUT slugs text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_found int;
    v_at uuid;
    v_tenant uuid;
BEGIN
    SELECT c.id, c.kind, c.surface, c.user_id, c.email, c.scopes, c.expires_at, c.workspace_id, c.tenant_id
      INTO credential_id, kind, surface, user_id, email, scopes, expires_at, v_at, v_tenant
      FROM credentials c
     WHERE c.sha256 = p_secret AND c.kind <> 'login' AND c.revoked_at IS NULL AND c.expires_at > clock_timestamp()
       AND NOT EXISTS (SELECT FROM credentials p WHERE p.id = c.parent_id AND p.revoked_at IS NOT NULL);
    IF NOT FOUND THEN
        refusal := 'unauthorized';
        RETURN;
    END IF;

    IF v_at IS NOT NULL THEN
        SELECT w.id, w.slug INTO workspace_id, workspace_slug FROM workspaces w WHERE w.id = v_at;
        IF user_id IS NOT NULL THEN
            SELECT m.role INTO role FROM memberships m WHERE m.workspace_id = v_at AND m.user_id = resolve_caller.user_id;
            IF kind = 'personal' AND role IS NULL THEN   -- the membership ended, and the token with it
                refusal := 'unauthorized';
                RETURN;
            END IF;
        END IF;
        IF p_workspace IS NOT NULL AND p_workspace <> workspace_slug AND lower(p_workspace) <> v_at::text THEN
            refusal := 'workspace_required';
            slugs := ARRAY[workspace_slug];
        END IF;
        RETURN;
    END IF;

    SELECT count(*), min(f.id::text)::uuid, min(f.slug), min(f.role) INTO v_found, workspace_id, workspace_slug, role
      FROM (SELECT w.id, w.slug, m.role, rank() OVER (ORDER BY (w.tenant_id = v_tenant) IS TRUE DESC) AS nearness
              FROM memberships m JOIN workspaces w ON w.id = m.workspace_id
             WHERE m.user_id = resolve_caller.user_id AND (p_workspace IS NULL OR w.slug = p_workspace OR w.id::text = lower(p_workspace))) AS f
     WHERE f.nearness = 1;
    IF v_found <> 1 THEN
        workspace_id := NULL; workspace_slug := NULL; role := NULL;
        refusal := 'workspace_required';
        SELECT array_agg(w.slug ORDER BY (w.tenant_id = v_tenant) IS TRUE DESC, w.slug) INTO slugs
          FROM memberships m JOIN workspaces w ON w.id = m.workspace_id WHERE m.user_id = resolve_caller.user_id;
    END IF;
END $$;

-- The person behind a credential and the workspaces that it may be used in; one row without a workspace when there is none.
CREATE OR REPLACE FUNCTION describe_caller(p_credential uuid) RETURNS TABLE (user_id uuid, user_email text, user_name text,
    workspace_id uuid, slug text, name text, governance_mode text, environment_kind text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.email, u.name, w.id, w.slug, w.name, w.governance_mode, w.environment_kind, m.role
      FROM credentials c
      LEFT JOIN users u ON u.id = c.user_id
      LEFT JOIN memberships m ON m.user_id = c.user_id AND (c.workspace_id IS NULL OR m.workspace_id = c.workspace_id)
      LEFT JOIN workspaces w ON w.id = coalesce(c.workspace_id, m.workspace_id)
     WHERE c.id = p_credential
     ORDER BY w.slug, w.id
$$;

-- Begins a console session of 12 hours for the person behind a personal token of the console (it ends when that does), or behind a
-- one-time code, which works once. Answers when the session ends, or null.
CREATE OR REPLACE FUNCTION begin_session(p_presented bytea, p_session bytea) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_from record;
    v_ends timestamptz := clock_timestamp() + interval '12 hours';
BEGIN
    SELECT c.id, c.kind, c.user_id, c.email, c.expires_at, c.tenant_id INTO v_from FROM credentials c
     WHERE c.sha256 = p_presented AND (c.kind = 'login' OR (c.kind = 'personal' AND c.surface = 'designer'))
       AND c.revoked_at IS NULL AND c.expires_at > clock_timestamp();
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF v_from.kind = 'personal' THEN
        v_ends := least(v_ends, v_from.expires_at);
    ELSE
        UPDATE credentials c SET revoked_at = clock_timestamp() WHERE c.id = v_from.id AND c.revoked_at IS NULL;
        IF NOT FOUND THEN   -- somebody else used the code at the same moment
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO credentials (sha256, kind, surface, tenant_id, user_id, name, email, parent_id, expires_at)
    VALUES (p_session, 'session', 'designer', v_from.tenant_id, v_from.user_id, 'console', v_from.email, CASE v_from.kind WHEN 'personal' THEN v_from.id END, v_ends);
    RETURN v_ends;
END $$;

-- Ends a session; anything else stays as it is.
CREATE OR REPLACE FUNCTION end_session(p_secret bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE credentials SET revoked_at = clock_timestamp() WHERE sha256 = p_secret AND kind = 'session' AND revoked_at IS NULL
$$;

-- fc_mint may own a function only if it may create one; that right lasts for these lines.
GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION resolve_caller(bytea, text) OWNER TO fc_mint;
ALTER FUNCTION describe_caller(uuid) OWNER TO fc_mint;
ALTER FUNCTION end_session(bytea) OWNER TO fc_mint;
ALTER FUNCTION begin_session(bytea, bytea) OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;

REVOKE ALL ON FUNCTION resolve_caller(bytea, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION describe_caller(uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION end_session(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION begin_session(bytea, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION resolve_caller(bytea, text) TO fc_app;
GRANT EXECUTE ON FUNCTION describe_caller(uuid) TO fc_app;
GRANT EXECUTE ON FUNCTION end_session(bytea) TO fc_app;
GRANT EXECUTE ON FUNCTION begin_session(bytea, bytea) TO fc_app;

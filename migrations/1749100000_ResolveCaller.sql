-- Who presents a secret. Idempotent.
--
-- As before, but with less to plan: a parent is looked for only where there is one, which few credentials have, and workspaces of the same
-- slug are told apart without a window. What a connection plans for the first time is most of what a cold start waits for
-- (`cargo dev bench --only cold`).
CREATE OR REPLACE FUNCTION resolve_caller(p_secret bytea, p_workspace text,
    OUT refusal text, OUT credential_id uuid, OUT kind text, OUT surface text, OUT user_id uuid, OUT email text, OUT scopes text[],
    OUT expires_at timestamptz, OUT workspace_id uuid, OUT workspace_slug text, OUT role text, OUT slugs text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_found int;
    v_at uuid;
    v_tenant uuid;
    v_parent uuid;
BEGIN
    SELECT c.id, c.kind, c.surface, c.user_id, c.email, c.scopes, c.expires_at, c.workspace_id, c.tenant_id, c.parent_id
      INTO credential_id, kind, surface, user_id, email, scopes, expires_at, v_at, v_tenant, v_parent
      FROM credentials c
     WHERE c.sha256 = p_secret AND c.kind <> 'login' AND c.revoked_at IS NULL AND c.expires_at > clock_timestamp();
    IF NOT FOUND OR (v_parent IS NOT NULL AND EXISTS (SELECT FROM credentials p WHERE p.id = v_parent AND p.revoked_at IS NOT NULL)) THEN
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

    SELECT count(*), min(w.id::text)::uuid, min(w.slug), min(m.role) INTO v_found, workspace_id, workspace_slug, role
      FROM memberships m JOIN workspaces w ON w.id = m.workspace_id
     WHERE m.user_id = resolve_caller.user_id AND (p_workspace IS NULL OR w.slug = p_workspace OR w.id::text = lower(p_workspace))
     GROUP BY (w.tenant_id = v_tenant) IS TRUE ORDER BY (w.tenant_id = v_tenant) IS TRUE DESC LIMIT 1;   -- those of their own tenant first
    IF v_found IS DISTINCT FROM 1 THEN
        workspace_id := NULL; workspace_slug := NULL; role := NULL;
        refusal := 'workspace_required';
        SELECT array_agg(w.slug ORDER BY (w.tenant_id = v_tenant) IS TRUE DESC, w.slug) INTO slugs
          FROM memberships m JOIN workspaces w ON w.id = m.workspace_id WHERE m.user_id = resolve_caller.user_id;
    END IF;
END $$;

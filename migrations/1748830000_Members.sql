-- Who belongs to a workspace, and as what. Idempotent.
--
-- Each of these is called in a transaction in the workspace's scope, and first locks its row: one change of members at a time, so that two
-- owners who remove each other at the same moment don't both succeed. The caller is looked up after that.

-- How a workspace knows somebody: by the name they go by where they use its tenant; of who never did, by the e-mail that it wrote itself.
CREATE OR REPLACE FUNCTION known_name(p_workspace uuid, p_user users) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM credentials c JOIN workspaces w ON w.tenant_id = c.tenant_id
                              WHERE w.id = p_workspace AND c.user_id = p_user.id) THEN p_user.name
                ELSE split_part(p_user.email, '@', 1) END
$$;

-- The members of the workspace that the transaction is in, newest first.
CREATE OR REPLACE FUNCTION members_of(p_workspace uuid, p_before timestamptz, p_before_user uuid, p_limit bigint)
RETURNS TABLE (user_id uuid, email text, name text, role text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.user_id, u.email, known_name(p_workspace, u), m.role, m.created_at
      FROM memberships m JOIN users u ON u.id = m.user_id
     WHERE m.workspace_id = p_workspace AND p_workspace = nullif(current_setting('app.workspace', true), '')::uuid
       AND (p_before IS NULL OR (m.created_at, m.user_id) < (p_before, p_before_user))
     ORDER BY m.created_at DESC, m.user_id DESC LIMIT p_limit
$$;

CREATE OR REPLACE FUNCTION member_done(p_workspace uuid, p_user uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object('status', 'done', 'item',
               jsonb_build_object('user_id', u.id, 'email', u.email, 'name', known_name(p_workspace, u), 'role', m.role, 'since', m.created_at))
      FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = p_workspace AND m.user_id = p_user
$$;

CREATE OR REPLACE FUNCTION is_last_owner(p_workspace uuid, p_user uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM memberships m WHERE m.workspace_id = p_workspace AND m.role = 'owner' AND m.user_id <> p_user)
$$;

-- Answers {"status": "done", "item": {...}} or {"status": "refused", "code", ...facts}, as the other two do.
CREATE OR REPLACE FUNCTION add_member(p_secret bytea, p_workspace uuid, p_email text, p_role text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_caller record;
    v_refusal jsonb;
    v_user uuid;
    v_role text;
BEGIN
    PERFORM FROM workspaces w WHERE w.id = p_workspace FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN '{"status": "refused", "code": "not_found"}';
    END IF;
    v_caller := resolve_caller(p_secret, p_workspace::text);
    v_refusal := refuse_administration(v_caller.refusal, v_caller.kind, v_caller.role);
    IF v_refusal IS NOT NULL THEN
        RETURN v_refusal;
    ELSIF p_role = 'owner' AND v_caller.role <> 'owner' THEN
        RETURN '{"status": "refused", "code": "owners_only"}';
    END IF;

    INSERT INTO users (email, name) VALUES (p_email, split_part(p_email, '@', 1)) ON CONFLICT (lower(email)) DO NOTHING;
    SELECT u.id INTO v_user FROM users u WHERE lower(u.email) = lower(p_email);
    SELECT m.role INTO v_role FROM memberships m WHERE m.workspace_id = p_workspace AND m.user_id = v_user;
    IF FOUND THEN
        RETURN jsonb_build_object('status', 'refused', 'code', 'already_member', 'role', v_role, 'userId', v_user);
    END IF;
    INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES (p_workspace, v_user, p_role, clock_timestamp());
    INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, detail)
    VALUES (p_workspace, 'member_added', v_caller.email, v_caller.surface, v_caller.credential_id,
        jsonb_build_object('userId', v_user, 'email', p_email, 'before', NULL, 'after', jsonb_build_object('role', p_role)));
    RETURN member_done(p_workspace, v_user);
END $$;

CREATE OR REPLACE FUNCTION change_member(p_secret bytea, p_workspace uuid, p_user uuid, p_role text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_caller record;
    v_refusal jsonb;
    v_role text;
BEGIN
    PERFORM FROM workspaces w WHERE w.id = p_workspace FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN '{"status": "refused", "code": "not_found"}';
    END IF;
    v_caller := resolve_caller(p_secret, p_workspace::text);
    SELECT m.role INTO v_role FROM memberships m WHERE m.workspace_id = p_workspace AND m.user_id = p_user;
    IF v_role IS NULL AND v_caller.refusal IS NULL THEN
        RETURN '{"status": "refused", "code": "member_not_found"}';
    END IF;
    v_refusal := refuse_administration(v_caller.refusal, v_caller.kind, v_caller.role);
    IF v_refusal IS NOT NULL THEN
        RETURN v_refusal;
    ELSIF 'owner' IN (p_role, v_role) AND v_caller.role <> 'owner' THEN
        RETURN '{"status": "refused", "code": "owners_only"}';
    ELSIF v_role = 'owner' AND p_role <> 'owner' AND is_last_owner(p_workspace, p_user) THEN
        RETURN '{"status": "refused", "code": "last_owner"}';
    ELSIF v_role <> p_role THEN
        UPDATE memberships SET role = p_role WHERE workspace_id = p_workspace AND user_id = p_user;
        INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, detail)
        SELECT p_workspace, 'member_changed', v_caller.email, v_caller.surface, v_caller.credential_id,
               jsonb_build_object('userId', p_user, 'email', u.email, 'before', jsonb_build_object('role', v_role), 'after', jsonb_build_object('role', p_role))
          FROM users u WHERE u.id = p_user;
    END IF;
    RETURN member_done(p_workspace, p_user);
END $$;

-- A member may leave; others are removed by who administers. Their tokens for this workspace end for good, also if they come back.
CREATE OR REPLACE FUNCTION remove_member(p_secret bytea, p_workspace uuid, p_user uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_caller record;
    v_refusal jsonb;
    v_done jsonb;
    v_role text;
BEGIN
    PERFORM FROM workspaces w WHERE w.id = p_workspace FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN '{"status": "refused", "code": "not_found"}';
    END IF;
    v_caller := resolve_caller(p_secret, p_workspace::text);
    SELECT m.role INTO v_role FROM memberships m WHERE m.workspace_id = p_workspace AND m.user_id = p_user;
    IF v_role IS NULL AND v_caller.refusal IS NULL THEN
        RETURN '{"status": "refused", "code": "member_not_found"}';
    END IF;
    v_refusal := refuse_administration(v_caller.refusal, v_caller.kind, v_caller.role);
    IF v_refusal IS NOT NULL AND NOT (v_caller.refusal IS NULL AND v_caller.kind IN ('session', 'personal') AND v_caller.user_id = p_user) THEN
        RETURN v_refusal;
    ELSIF v_role = 'owner' AND v_caller.role <> 'owner' THEN
        RETURN '{"status": "refused", "code": "owners_only"}';
    ELSIF v_role = 'owner' AND is_last_owner(p_workspace, p_user) THEN
        RETURN '{"status": "refused", "code": "last_owner"}';
    END IF;
    v_done := member_done(p_workspace, p_user);
    DELETE FROM memberships WHERE workspace_id = p_workspace AND user_id = p_user;
    UPDATE credentials SET revoked_at = clock_timestamp()
     WHERE workspace_id = p_workspace AND user_id = p_user AND kind = 'personal' AND revoked_at IS NULL;
    INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, detail)
    SELECT p_workspace, 'member_removed', v_caller.email, v_caller.surface, v_caller.credential_id,
           jsonb_build_object('userId', p_user, 'email', u.email, 'before', jsonb_build_object('role', v_role), 'after', NULL)
      FROM users u WHERE u.id = p_user;
    RETURN v_done;
END $$;

-- fc_mint may own a function only if it may create one; that right lasts for these lines.
GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION members_of(uuid, timestamptz, uuid, bigint) OWNER TO fc_mint;
ALTER FUNCTION add_member(bytea, uuid, text, text) OWNER TO fc_mint;
ALTER FUNCTION change_member(bytea, uuid, uuid, text) OWNER TO fc_mint;
ALTER FUNCTION remove_member(bytea, uuid, uuid) OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;

REVOKE ALL ON FUNCTION members_of(uuid, timestamptz, uuid, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION known_name(uuid, users) FROM PUBLIC;
REVOKE ALL ON FUNCTION member_done(uuid, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION is_last_owner(uuid, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION add_member(bytea, uuid, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION change_member(bytea, uuid, uuid, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION remove_member(bytea, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION members_of(uuid, timestamptz, uuid, bigint) TO fc_app;
GRANT EXECUTE ON FUNCTION known_name(uuid, users) TO fc_mint;
GRANT EXECUTE ON FUNCTION member_done(uuid, uuid) TO fc_mint;
GRANT EXECUTE ON FUNCTION is_last_owner(uuid, uuid) TO fc_mint;
GRANT EXECUTE ON FUNCTION add_member(bytea, uuid, text, text) TO fc_app;
GRANT EXECUTE ON FUNCTION change_member(bytea, uuid, uuid, text) TO fc_app;
GRANT EXECUTE ON FUNCTION remove_member(bytea, uuid, uuid) TO fc_app;

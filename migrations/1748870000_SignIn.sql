-- Whom an identity provider vouches for. Idempotent.

-- Begins a console session of 12 hours for the person of this e-mail, which the provider has verified; null where nobody of this e-mail is
-- a member of a workspace. A session belongs to a tenant: of the workspace that is named, by slug or id, if the person is a member there,
-- else of the person's first membership.
CREATE OR REPLACE FUNCTION begin_session_of(p_email text, p_workspace text, p_session bytea) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ends timestamptz := clock_timestamp() + interval '12 hours';
BEGIN
    INSERT INTO credentials (sha256, kind, surface, tenant_id, user_id, name, email, expires_at)
    SELECT p_session, 'session', 'designer', w.tenant_id, u.id, 'console', u.email, v_ends
      FROM users u JOIN memberships m ON m.user_id = u.id JOIN workspaces w ON w.id = m.workspace_id
     WHERE lower(u.email) = lower(p_email)
     ORDER BY (w.slug = p_workspace OR w.id::text = lower(p_workspace)) IS TRUE DESC, m.created_at, w.id
     LIMIT 1;
    RETURN CASE WHEN FOUND THEN v_ends END;
END $$;

GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION begin_session_of(text, text, bytea) OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;
REVOKE ALL ON FUNCTION begin_session_of(text, text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_session_of(text, text, bytea) TO fc_app;

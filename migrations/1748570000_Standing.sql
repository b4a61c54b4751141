-- Who writes must still be allowed to when the write is committed: a revocation or a change of role that was answered meanwhile holds for it,
-- too. Idempotent.

-- What somebody had when their write began and has not any more: 'unauthorized' (the credential ended), 'forbidden' (another role), or null.
CREATE OR REPLACE FUNCTION lost_standing(p_credential uuid, p_workspace uuid, p_role text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN c.id IS NULL THEN 'unauthorized'
                WHEN c.user_id IS NOT NULL AND m.role IS DISTINCT FROM p_role THEN 'forbidden' END
      FROM (SELECT 1) AS one
      LEFT JOIN credentials c ON c.id = p_credential AND c.revoked_at IS NULL AND c.expires_at > clock_timestamp()
            AND NOT EXISTS (SELECT FROM credentials p WHERE p.id = c.parent_id AND p.revoked_at IS NOT NULL)
      LEFT JOIN memberships m ON m.user_id = c.user_id AND m.workspace_id = p_workspace
$$;

-- At the end of a transaction that says in `app.credential` and `app.role` who began it. A statement that commits by itself must not say
-- so: its answer would be sent before this is asked.
CREATE OR REPLACE FUNCTION refuse_lost_standing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_lost text := lost_standing(current_setting('app.credential')::uuid, current_setting('app.workspace')::uuid, current_setting('app.role', true));
BEGIN
    IF v_lost = 'unauthorized' THEN
        RAISE EXCEPTION 'the credential ended while it was used' USING ERRCODE = 'FC002';
    ELSIF v_lost = 'forbidden' THEN
        RAISE EXCEPTION 'the role changed while it was used' USING ERRCODE = 'FC003';
    END IF;
    RETURN NULL;
END $$;

-- fc_mint reads every credential. It may own a function only if it may create one; that right lasts for these lines.
GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION lost_standing(uuid, uuid, text) OWNER TO fc_mint;
ALTER FUNCTION refuse_lost_standing() OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;
REVOKE ALL ON FUNCTION lost_standing(uuid, uuid, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION refuse_lost_standing() FROM PUBLIC;

DO $$
DECLARE
    v_table text;
    v_events text;
BEGIN
    -- Of credentials the new ones: somebody may end their own.
    FOR v_table, v_events IN VALUES ('resources', 'INSERT OR UPDATE OR DELETE'), ('resource_drafts', 'INSERT OR UPDATE'), ('contents', 'INSERT'),
        ('credentials', 'INSERT')
    LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %1$I ON %2$I', v_table || '_standing', v_table);
        EXECUTE format('CREATE CONSTRAINT TRIGGER %1$I AFTER %3$s ON %2$I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (current_setting(''app.credential'', true) <> '''') EXECUTE FUNCTION refuse_lost_standing()', v_table || '_standing', v_table, v_events);
    END LOOP;
END $$;

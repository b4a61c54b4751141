-- Who writes must still be allowed to when the write is committed: a revocation or a change of role that was answered meanwhile holds for it,
-- too. `app.credential` and `app.role` say who began the transaction; mint_version, which says neither, looks for itself. Idempotent.

CREATE OR REPLACE FUNCTION refuse_ended_callers() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_user uuid;
BEGIN
    SELECT c.user_id INTO v_user FROM credentials c
     WHERE c.id = current_setting('app.credential')::uuid AND c.revoked_at IS NULL AND c.expires_at > clock_timestamp()
       AND NOT EXISTS (SELECT FROM credentials p WHERE p.id = c.parent_id AND p.revoked_at IS NOT NULL);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the credential ended while it was used' USING ERRCODE = 'FC002';
    ELSIF v_user IS NOT NULL AND NOT EXISTS (
        SELECT FROM memberships m WHERE m.workspace_id = current_setting('app.workspace')::uuid AND m.user_id = v_user
           AND m.role = current_setting('app.role', true)) THEN
        RAISE EXCEPTION 'the role changed while it was used' USING ERRCODE = 'FC003';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION refuse_ended_callers() FROM PUBLIC;

DO $$
DECLARE
    v_table text;
    v_events text;
BEGIN
    -- Of credentials the new ones: somebody may end their own.
    FOR v_table, v_events IN VALUES ('resources', 'INSERT OR UPDATE OR DELETE'), ('resource_drafts', 'INSERT OR UPDATE'), ('contents', 'INSERT'),
        ('credentials', 'INSERT')
    LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %1$I ON %2$I', v_table || '_caller', v_table);
        EXECUTE format('CREATE CONSTRAINT TRIGGER %1$I AFTER %3$s ON %2$I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (current_setting(''app.credential'', true) <> '''') EXECUTE FUNCTION refuse_ended_callers()', v_table || '_caller', v_table, v_events);
    END LOOP;
END $$;

-- The one door to a published version. Owned by fc_mint, the only role that may insert one. Idempotent.

-- Publish, roll back, archive or unarchive resources, all or none, in the caller's one statement.
--   p_type             of the items that don't say theirs
--   p_items            [{"ref": id or slug, "type": connector or flow, "base_version": n, "if_match": hex, "draft_etag": hex,
--                        "version": n (rollback)}], absent is null
--   p_idempotency_key  with p_request_digest: a second call with both answers what the first did
-- Answers {"status": "minted", "items": [...], "replayed": bool}
--      or {"status": "refused", "items": [{"code", ...facts}]}, one refusal an item that can't, in the contract's order, or {"status": "refused", "code"}
-- when the whole call can't. Nothing was written then. It raises only for bugs.
CREATE OR REPLACE FUNCTION mint_version(p_secret bytea, p_workspace text, p_operation text, p_type text, p_items jsonb, p_note text,
    p_idempotency_key text, p_request_digest bytea, p_git_commit text, p_git_branch text, p_host text, p_client text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_caller record;
    v_lost text;
    v_actor_kind text;
    v_mode text;
    v_repo text;
    -- A key belongs to one operation of the API: publish_flow is another than publish_connector.
    v_keyed text := p_operation || '_' || p_type;
    v_key idempotency_keys;
    v_ids uuid[] := '{}';
    v_id uuid;
    v_one boolean;
    v_type text;
    v_item jsonb;
    v_items jsonb[] := '{}';
    -- Arrays of SQL: what is put at the end of a JSON one copies all of it.
    v_refusals jsonb[] := '{}';
    v_refusal jsonb;
    v_resource resources;
    v_draft resource_drafts;
    v_active resource_versions;
    v_target resource_versions;
    v_manifest bytea;
    v_version resource_versions;
    v_source text;
    v_event text;
    v_event_id uuid;
    v_archived boolean;
    v_base int;
    v_at timestamptz;
    v_minted jsonb[] := '{}';
    v_answer jsonb;
BEGIN
    v_caller := resolve_caller(p_secret, p_workspace);
    IF v_caller.refusal IS NOT NULL THEN
        RETURN jsonb_build_object('status', 'refused', 'code', v_caller.refusal, 'slugs', to_jsonb(v_caller.slugs));
    END IF;
    PERFORM set_config('app.workspace', v_caller.workspace_id::text, true);

    IF p_idempotency_key IS NOT NULL THEN
        IF NOT pg_try_advisory_xact_lock(hashtextextended(v_caller.credential_id::text || v_caller.workspace_id || v_keyed || ':' || p_idempotency_key, 7)) THEN
            RETURN jsonb_build_object('status', 'refused', 'code', 'in_progress');
        END IF;
        SELECT * INTO v_key FROM idempotency_keys k
         WHERE k.credential_id = v_caller.credential_id AND k.workspace_id = v_caller.workspace_id AND k.operation = v_keyed AND k.key = p_idempotency_key
           AND k.created_at > clock_timestamp() - interval '24 hours';
        IF FOUND THEN
            IF v_key.request_digest <> p_request_digest THEN
                RETURN jsonb_build_object('status', 'refused', 'code', 'idempotency_key_reused');
            END IF;
            RETURN v_key.answer || '{"replayed": true}';
        END IF;
    END IF;

    -- Shared by publishes, exclusive for a change of mode: none waits for the other longer than one transaction.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('workspace:' || v_caller.workspace_id, 7));
    SELECT w.governance_mode, w.git_repo_url INTO v_mode, v_repo FROM workspaces w WHERE w.id = v_caller.workspace_id;

    -- By id or by slug, each once.
    FOR v_nth IN 0 .. jsonb_array_length(p_items) - 1 LOOP
        v_item := p_items -> v_nth;
        v_type := coalesce(v_item ->> 'type', p_type);
        v_id := NULL;
        IF v_item ->> 'ref' ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN
            SELECT r.id INTO v_id FROM resources r WHERE r.id = (v_item ->> 'ref')::uuid AND r.workspace_id = v_caller.workspace_id AND r.type = v_type;
        ELSE
            SELECT r.id INTO v_id FROM resources r WHERE r.workspace_id = v_caller.workspace_id AND r.type = v_type AND r.slug = v_item ->> 'ref';
        END IF;
        IF v_id IS NULL THEN
            v_refusals := array_append(v_refusals, jsonb_build_object('ref', v_item -> 'ref', 'code', 'not_found'));
        ELSIF v_id = ANY (v_ids) THEN
            v_refusals := array_append(v_refusals, jsonb_build_object('ref', v_item -> 'ref', 'id', v_id, 'code', 'duplicate_item'));
        ELSIF p_operation = 'rollback' AND NOT EXISTS (
            SELECT FROM resource_versions v WHERE v.resource_id = v_id AND v.version = (v_item ->> 'version')::int) THEN
            v_refusals := array_append(v_refusals, jsonb_build_object('ref', v_item -> 'ref', 'id', v_id, 'code', 'version_not_found',
                'active_version', (SELECT r.last_version FROM resources r WHERE r.id = v_id)));
        ELSE
            v_ids := v_ids || v_id;
            v_items := array_append(v_items, v_item || jsonb_build_object('id', v_id));
        END IF;
    END LOOP;
    IF cardinality(v_refusals) > 0 THEN
        RETURN jsonb_build_object('status', 'refused', 'items', to_jsonb(v_refusals));
    END IF;

    -- Right, then mode. An agent's or an application's token never publishes, whatever else it carries.
    IF NOT (CASE v_caller.kind
            WHEN 'session' THEN v_caller.role IN ('editor', 'admin', 'owner')
            WHEN 'personal' THEN v_caller.role IN ('editor', 'admin', 'owner')
            WHEN 'service' THEN 'publish' = ANY (v_caller.scopes)
            ELSE false END) THEN
        INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, resource_id, detail)
        SELECT v_caller.workspace_id, p_operation || '_refused', v_caller.email, v_caller.surface, v_caller.credential_id, i.id,
               jsonb_build_object('code', 'forbidden', 'kind', v_caller.kind, 'role', v_caller.role)
          FROM unnest(v_ids) AS i (id);
        RETURN jsonb_build_object('status', 'refused', 'code', 'forbidden', 'kind', v_caller.kind, 'role', v_caller.role);
    END IF;
    v_actor_kind := CASE v_caller.kind WHEN 'service' THEN 'ci' ELSE 'human' END;
    IF (v_mode = 'DesignerOnly' AND v_caller.surface <> 'designer') OR (v_mode = 'CodeManaged' AND v_caller.surface <> 'cli') THEN
        INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, resource_id, detail)
        SELECT v_caller.workspace_id, p_operation || '_refused', v_caller.email, v_caller.surface, v_caller.credential_id, i.id,
               jsonb_build_object('code', 'governance_refused', 'mode', v_mode)
          FROM unnest(v_ids) AS i (id);
        RETURN jsonb_build_object('status', 'refused', 'code', 'governance_refused', 'mode', v_mode, 'git_repo_url', v_repo);
    END IF;

    -- In id order, whatever order they were named in, and one by one: for a whole array Postgres would make a new plan at each call.
    -- Of a single item the rows stay at hand.
    v_one := cardinality(v_ids) = 1;
    IF NOT v_one THEN
        v_items := ARRAY (SELECT i FROM unnest(v_items) AS i ORDER BY (i ->> 'id')::uuid);
        v_ids := ARRAY (SELECT i FROM unnest(v_ids) AS i ORDER BY i);
    END IF;
    FOREACH v_id IN ARRAY v_ids LOOP
        SELECT * INTO v_resource FROM resources r WHERE r.workspace_id = v_caller.workspace_id AND r.id = v_id FOR NO KEY UPDATE;
    END LOOP;
    FOREACH v_id IN ARRAY v_ids LOOP
        SELECT * INTO v_draft FROM resource_drafts d WHERE d.resource_id = v_id FOR NO KEY UPDATE;
    END LOOP;

    -- The locks may have taken their time.
    v_lost := lost_standing(v_caller.credential_id, v_caller.workspace_id, v_caller.role);
    IF v_lost IS NOT NULL THEN
        SELECT m.role INTO v_caller.role FROM memberships m WHERE m.workspace_id = v_caller.workspace_id AND m.user_id = v_caller.user_id;
        IF v_lost = 'unauthorized' OR v_caller.role NOT IN ('editor', 'admin', 'owner') THEN
            RETURN jsonb_build_object('status', 'refused', 'code', v_lost, 'kind', v_caller.kind, 'role', v_caller.role);
        END IF;
    END IF;

    -- First every refusal, in the contract's order; nothing is written before all items have passed.
    FOR v_nth IN 1 .. cardinality(v_ids) LOOP
        v_item := v_items[v_nth];
        IF NOT v_one THEN
            SELECT * INTO v_resource FROM resources r WHERE r.workspace_id = v_caller.workspace_id AND r.id = v_ids[v_nth];
            SELECT * INTO v_draft FROM resource_drafts d WHERE d.resource_id = v_resource.id;
        END IF;
        SELECT * INTO v_active FROM resource_versions v WHERE v.id = v_resource.published_version_id;
        v_base := (v_item ->> 'base_version')::int;
        IF p_operation = 'rollback' THEN
            SELECT * INTO v_target FROM resource_versions v WHERE v.resource_id = v_resource.id AND v.version = (v_item ->> 'version')::int;
        END IF;
        v_refusal := CASE
            WHEN v_resource.id IS NULL THEN jsonb_build_object('code', 'not_found')   -- deleted while this waited for its lock
            WHEN v_base IS NULL THEN jsonb_build_object('code', 'base_version_required', 'active_version', coalesce(v_active.version, 0))
            WHEN (v_item ->> 'if_match') IS NOT NULL AND decode(v_item ->> 'if_match', 'hex') <> v_draft.digest
                THEN jsonb_build_object('code', 'precondition_failed', 'etag', encode(v_draft.digest, 'hex'),
                    'updated_by', v_draft.updated_by_email, 'updated_at', v_draft.updated_at)
            WHEN v_base <> coalesce(v_active.version, 0) OR (p_operation = 'publish' AND v_draft.base_version <> coalesce(v_active.version, 0))
                THEN jsonb_build_object('code', 'version_conflict', 'active_version', coalesce(v_active.version, 0),
                    'draft_base_version', v_draft.base_version, 'published_by', v_active.created_by_email,
                    'published_at', v_active.published_at, 'source', v_active.source)
            WHEN (v_item ->> 'draft_etag') IS NOT NULL AND decode(v_item ->> 'draft_etag', 'hex') <> v_draft.digest
                THEN jsonb_build_object('code', 'draft_changed', 'etag', encode(v_draft.digest, 'hex'),
                    'updated_by', v_draft.updated_by_email, 'updated_at', v_draft.updated_at)
            WHEN v_resource.archived AND p_operation IN ('publish', 'rollback') THEN jsonb_build_object('code', 'archived')
            WHEN v_active.id IS NULL AND p_operation IN ('archive', 'unarchive') THEN jsonb_build_object('code', 'not_published')
            WHEN v_resource.archived = (p_operation = 'archive') AND p_operation IN ('archive', 'unarchive') THEN jsonb_build_object('code', 'no_changes')
            WHEN p_operation = 'rollback' AND v_target.digest = v_active.digest THEN jsonb_build_object('code', 'no_changes')
        END;
        IF v_refusal IS NULL AND p_operation = 'publish' THEN
            SELECT CASE WHEN k.publishable IS NOT TRUE
                        THEN jsonb_build_object('code', 'not_publishable', 'diagnostics', coalesce(k.diagnostics, '{}')) END
              INTO v_refusal
              FROM (SELECT 1) AS one
              LEFT JOIN LATERAL (SELECT c.publishable, c.diagnostics FROM checks c
                                  WHERE c.workspace_id = v_caller.workspace_id AND c.type = v_resource.type AND c.digest = v_draft.digest
                                  ORDER BY c.checker_version DESC LIMIT 1) AS k ON true;
            IF v_refusal IS NULL AND v_active.id IS NOT NULL AND v_draft.digest = v_active.digest THEN
                v_refusal := jsonb_build_object('code', 'no_changes');
            END IF;
        END IF;
        IF v_refusal IS NOT NULL THEN
            v_refusals := array_append(v_refusals, v_refusal || jsonb_build_object('ref', v_item -> 'ref', 'id', v_ids[v_nth], 'slug', v_resource.slug));
        END IF;
    END LOOP;
    IF cardinality(v_refusals) > 0 THEN
        -- Nothing is lost if this is: without a flush of the log a refusal holds its locks for microseconds, and those behind it wait less.
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN jsonb_build_object('status', 'refused', 'items', to_jsonb(v_refusals));
    END IF;

    v_source := CASE WHEN p_operation = 'rollback' THEN 'rollback' WHEN v_caller.surface = 'cli' THEN 'cli-publish' ELSE 'designer-publish' END;
    v_event := CASE p_operation WHEN 'publish' THEN 'published' WHEN 'rollback' THEN 'rolled_back' WHEN 'archive' THEN 'archived' ELSE 'unarchived' END;
    FOR v_nth IN 1 .. cardinality(v_ids) LOOP
        IF NOT v_one THEN
            v_item := v_items[v_nth];
            SELECT * INTO v_resource FROM resources r WHERE r.workspace_id = v_caller.workspace_id AND r.id = v_ids[v_nth];
            SELECT * INTO v_draft FROM resource_drafts d WHERE d.resource_id = v_resource.id;
            SELECT * INTO v_active FROM resource_versions v WHERE v.id = v_resource.published_version_id;
        END IF;
        v_archived := CASE p_operation WHEN 'archive' THEN true WHEN 'unarchive' THEN false ELSE v_resource.archived END;
        v_target := v_active;
        v_manifest := v_draft.manifest_digest;
        IF p_operation = 'rollback' THEN
            SELECT * INTO v_target FROM resource_versions v WHERE v.resource_id = v_resource.id AND v.version = (v_item ->> 'version')::int;
        ELSIF p_operation = 'publish' THEN
            v_target.digest := v_draft.digest;
        END IF;
        IF v_resource.type = 'connector' AND p_operation <> 'publish' THEN
            SELECT m.digest INTO v_manifest FROM event_flow_manifests m WHERE m.connector_id = v_resource.id AND m.version = v_target.version;
        END IF;
        -- The database's clock, read under the lock, never before the predecessor's.
        v_at := greatest(clock_timestamp(), v_active.published_at);

        INSERT INTO resource_versions (workspace_id, resource_id, version, digest, archived, note, source, surface, actor_kind, created_by,
            created_by_email, client, host, git_commit_sha, git_branch, restored_from, created_at, published_at)
        VALUES (v_caller.workspace_id, v_resource.id, v_resource.last_version + 1, v_target.digest, v_archived, p_note, v_source, v_caller.surface,
            v_actor_kind, v_caller.user_id, v_caller.email, p_client, CASE WHEN v_caller.surface = 'cli' THEN p_host END,
            CASE WHEN v_caller.surface = 'cli' THEN p_git_commit END, CASE WHEN v_caller.surface = 'cli' THEN p_git_branch END,
            CASE WHEN p_operation = 'rollback' THEN v_target.version END, v_at, v_at)
        RETURNING * INTO v_version;

        IF v_resource.type = 'connector' THEN
            INSERT INTO event_flow_manifests (connector_id, version, workspace_id, digest)
            VALUES (v_resource.id, v_version.version, v_caller.workspace_id, v_manifest);
        END IF;

        v_event_id := uuid_v7(v_at);
        INSERT INTO outbox (id, workspace_id, resource_id, version, event, created_at, next_attempt_at)
        VALUES (v_event_id, v_caller.workspace_id, v_resource.id, v_version.version, v_event, v_at, v_at);

        UPDATE resources SET published_version_id = v_version.id, last_version = v_version.version, archived = v_archived,
               designer_publishes = designer_publishes + CASE WHEN v_caller.surface = 'designer' THEN 1 ELSE 0 END,
               last_designer_version_id = CASE WHEN v_caller.surface = 'designer' THEN v_version.id ELSE last_designer_version_id END,
               other_surface_changed_at = CASE WHEN v_caller.surface = 'cli' THEN other_surface_changed_at ELSE v_at END
         WHERE workspace_id = v_caller.workspace_id AND id = v_resource.id;

        -- A draft that equals its base follows the active version; one with changes is nobody's to rewrite.
        IF p_operation = 'publish' OR (v_draft.digest = v_active.digest AND v_draft.base_version = v_active.version) THEN
            UPDATE resource_drafts SET digest = v_version.digest, manifest_digest = v_manifest, base_version = v_version.version, foreign_since = NULL,
                   updated_at = CASE WHEN digest = v_version.digest THEN updated_at ELSE v_at END
             WHERE resource_id = v_resource.id;
        ELSIF v_draft.foreign_since IS NOT NULL AND v_draft.digest = v_version.digest THEN
            UPDATE resource_drafts SET foreign_since = NULL WHERE resource_id = v_resource.id;
        END IF;

        -- Production agrees with git: this publish carries a commit, or the active digest is again the last applied one.
        IF v_caller.surface = 'cli' AND p_operation = 'publish' AND p_git_commit IS NOT NULL THEN
            INSERT INTO git_anchors AS a (resource_id, workspace_id, version, digest, commit, branch, at, designer_publishes)
            VALUES (v_resource.id, v_caller.workspace_id, v_version.version, v_version.digest, p_git_commit, p_git_branch, v_at, v_resource.designer_publishes)
            ON CONFLICT (resource_id) DO UPDATE SET (version, digest, commit, branch, at, designer_publishes)
                = (excluded.version, excluded.digest, excluded.commit, excluded.branch, excluded.at, excluded.designer_publishes);
        ELSIF p_operation IN ('rollback', 'unarchive') AND v_version.digest = v_resource.applied_digest AND v_resource.applied_commit IS NOT NULL THEN
            INSERT INTO git_anchors AS a (resource_id, workspace_id, version, digest, commit, branch, at, designer_publishes)
            VALUES (v_resource.id, v_caller.workspace_id, v_version.version, v_version.digest, v_resource.applied_commit, v_resource.applied_branch, v_at,
                v_resource.designer_publishes + CASE WHEN v_caller.surface = 'designer' THEN 1 ELSE 0 END)
            ON CONFLICT (resource_id) DO UPDATE SET (version, digest, commit, branch, at, designer_publishes)
                = (excluded.version, excluded.digest, excluded.commit, excluded.branch, excluded.at, excluded.designer_publishes);
        END IF;

        INSERT INTO audit_log (workspace_id, at, action, actor_email, surface, credential_id, resource_id, detail)
        VALUES (v_caller.workspace_id, v_at, p_operation, v_caller.email, v_caller.surface, v_caller.credential_id, v_resource.id,
            jsonb_build_object('version', v_version.version, 'source', v_source, 'mode', v_mode));

        v_minted := array_append(v_minted, jsonb_build_object('type', v_resource.type, 'id', v_resource.id, 'slug', v_resource.slug, 'version', v_version.version,
            'digest', encode(v_version.digest, 'hex'), 'published_at', v_at, 'source', v_source, 'event_id', v_event_id));
    END LOOP;

    v_answer := jsonb_build_object('status', 'minted', 'workspace_id', v_caller.workspace_id, 'items', to_jsonb(v_minted), 'replayed', false);
    IF p_idempotency_key IS NOT NULL THEN
        INSERT INTO idempotency_keys AS k (credential_id, operation, key, workspace_id, request_digest, answer)
        VALUES (v_caller.credential_id, v_keyed, p_idempotency_key, v_caller.workspace_id, p_request_digest, v_answer)
        ON CONFLICT (credential_id, workspace_id, operation, key)
            DO UPDATE SET request_digest = excluded.request_digest, answer = excluded.answer, created_at = excluded.created_at;
    END IF;
    RETURN v_answer;
END $$;

-- fc_mint may own a function only if it may create one; that right lasts for these lines.
GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION mint_version(bytea, text, text, text, jsonb, text, text, bytea, text, text, text, text) OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;

REVOKE ALL ON FUNCTION mint_version(bytea, text, text, text, jsonb, text, text, bytea, text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mint_version(bytea, text, text, text, jsonb, text, text, bytea, text, text, text, text) TO fc_app;

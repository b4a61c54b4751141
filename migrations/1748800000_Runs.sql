-- Every evaluation is a run. Runs are many and age out a month at a time, so they are partitioned by the time in their id; they have no
-- foreign keys and keep what they need of their version themselves, because snapshots of drafts age out as well. Idempotent.

-- The least id of a moment: where a partition begins, and what `from` and `to` of a list become.
CREATE OR REPLACE FUNCTION uuid_v7_least(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Eight buckets an octave: a bucket is 9 % wide, so a percentile read from it is off by 4.5 % at most.
CREATE OR REPLACE FUNCTION duration_bucket(us bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN floor(ln(greatest(us, 1)::double precision) * 8 / ln(2::double precision))::smallint;

-- `version_id` is the row of the history that was evaluated: a published version, or (flow_version null) a draft's snapshot.
-- The documents are json and not jsonb: they are kept as they were answered, and nobody searches in them.
CREATE TABLE IF NOT EXISTS runs (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    flow_id uuid NOT NULL,
    flow_slug text NOT NULL,
    version_id bigint NOT NULL,
    flow_version int,
    source text NOT NULL,
    family text NOT NULL CONSTRAINT runs_family CHECK (family IN ('cli', 'designer')),
    git_commit_sha text,
    status text NOT NULL CONSTRAINT runs_status CHECK (status IN ('succeeded', 'failed')),
    duration_us bigint NOT NULL CONSTRAINT runs_duration CHECK (duration_us >= 0),
    input json NOT NULL,
    output json,
    error json,
    trace json,
    created_at timestamptz NOT NULL,
    CONSTRAINT runs_outcome CHECK ((status = 'failed') = (error IS NOT NULL) AND (status = 'succeeded') = (output IS NOT NULL)),
    PRIMARY KEY (workspace_id, id)
) PARTITION BY RANGE (id);
CREATE TABLE IF NOT EXISTS runs_default PARTITION OF runs DEFAULT;

-- Pages in every combination of filters: a filter that is left out is a merge of the two values that it can have.
CREATE INDEX IF NOT EXISTS ix_runs_family_status ON runs (workspace_id, family, status, id);
CREATE INDEX IF NOT EXISTS ix_runs_flow_family_status ON runs (workspace_id, flow_id, family, status, id);
-- The roll-up reads all workspaces' latest; rows arrive in the order of their ids, so a few pages of index serve millions.
CREATE INDEX IF NOT EXISTS ix_runs_recent ON runs USING brin (id) WITH (autosummarize = on, pages_per_range = 32);

-- What `GET /v1/runs/stats` reads: counts an interval, flow, family and bucket of duration. An evaluation never touches these rows: to
-- count it there would make all evaluations of a flow wait for one row and flush the log twice. A job adds up what is older than a
-- minute, up to a mark that moves in the same transaction; a reader adds the workspace's own runs from beyond the mark.
CREATE TABLE IF NOT EXISTS run_stats (
    workspace_id uuid NOT NULL,
    grain text NOT NULL CONSTRAINT run_stats_grain CHECK (grain IN ('minute', 'hour', 'day')),
    at timestamptz NOT NULL,
    flow_id uuid NOT NULL,
    family text NOT NULL,
    bucket smallint NOT NULL,
    succeeded bigint NOT NULL,
    failed bigint NOT NULL,
    PRIMARY KEY (workspace_id, grain, at, flow_id, family, bucket)
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS ix_run_stats_age ON run_stats (grain, at);

CREATE TABLE IF NOT EXISTS run_stats_mark (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT run_stats_mark_one_row CHECK (only_row),
    rolled_up_to timestamptz NOT NULL
);
INSERT INTO run_stats_mark (rolled_up_to) VALUES (date_trunc('minute', now())) ON CONFLICT DO NOTHING;

-- The rules of runs hold for a partition that is asked directly, too.
CREATE OR REPLACE FUNCTION protect_runs(p_table regclass) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);
    EXECUTE format('DROP POLICY IF EXISTS owner_all ON %s', p_table);
    EXECUTE format('CREATE POLICY owner_all ON %s TO fc_owner USING (true) WITH CHECK (true)', p_table);
    EXECUTE format('DROP POLICY IF EXISTS in_scope ON %s', p_table);
    EXECUTE format($policy$CREATE POLICY in_scope ON %s TO fc_app, fc_mint
        USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
        WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))$policy$, p_table);
    EXECUTE format('DROP POLICY IF EXISTS jobs_all ON %s', p_table);
    EXECUTE format('CREATE POLICY jobs_all ON %s TO fc_jobs USING (true) WITH CHECK (true)', p_table);
END $$;
SELECT protect_runs('runs'), protect_runs('runs_default'), protect_runs('run_stats');

-- Makes what is missing of the partitions of this month and the months ahead; answers how many. The table is filled before it is
-- attached, which locks no one out; runs that had to go to the default partition move to where they belong.
CREATE OR REPLACE FUNCTION make_run_partitions(p_months_ahead int) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_this timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
    v_month timestamp;
    v_name text;
    v_from uuid;
    v_to uuid;
    v_made int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('run partitions', 7));
    FOR v_nth IN 0 .. p_months_ahead LOOP
        v_month := v_this + make_interval(months => v_nth);
        v_name := 'runs_' || to_char(v_month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || v_name) IS NOT NULL;
        v_from := uuid_v7_least(v_month AT TIME ZONE 'UTC');
        v_to := uuid_v7_least((v_month + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('CREATE TABLE %I (LIKE runs INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', v_name);
        PERFORM protect_runs(v_name::regclass);
        LOCK TABLE runs_default IN SHARE ROW EXCLUSIVE MODE;
        EXECUTE format('WITH stray AS (DELETE FROM runs_default WHERE id >= $1 AND id < $2 RETURNING *) INSERT INTO %I SELECT * FROM stray', v_name)
            USING v_from, v_to;
        EXECUTE format('ALTER TABLE runs ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name, v_from, v_to);
        v_made := v_made + 1;
    END LOOP;
    RETURN v_made;
END $$;

-- Drops the months that ended before this moment, and what was added up of them; answers how many. DROP locks all of runs for an
-- instant: where the lock is not to be had soon, nobody is kept waiting, and the next sweep tries again.
CREATE OR REPLACE FUNCTION drop_run_partitions(p_before timestamptz) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_first text := 'runs_' || to_char(p_before AT TIME ZONE 'UTC', 'YYYY_MM');
    v_name text;
    v_dropped int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('run partitions', 7));
    FOR v_name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                   WHERE i.inhparent = 'runs'::regclass AND c.relname ~ '^runs_\d{4}_\d{2}$' AND c.relname < v_first ORDER BY 1
    LOOP
        EXECUTE format('DROP TABLE %I', v_name);
        v_dropped := v_dropped + 1;
    END LOOP;
    DELETE FROM run_stats WHERE grain IN ('hour', 'day') AND at < date_trunc('month', p_before, 'UTC');
    RETURN v_dropped;
END $$;

-- Records that a version, or a draft's snapshot, was evaluated, and answers the run's id. With p_only_if_active it does so only while
-- that version is the active one: null means that a publish has answered since the caller read the pointer, and that the result has to be
-- thrown away. One statement, that sets its own scope; inside a scope it works in no other.
CREATE OR REPLACE FUNCTION record_run(p_workspace uuid, p_version_id bigint, p_only_if_active boolean, p_status text, p_duration_us bigint,
    p_input json, p_output json, p_error json, p_trace json) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_at timestamptz := clock_timestamp();
    v_id uuid;
BEGIN
    IF nullif(current_setting('app.workspace', true), '') <> p_workspace::text THEN
        RAISE EXCEPTION 'a run of workspace % was recorded in the scope of another', p_workspace USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('app.workspace', p_workspace::text, true);
    INSERT INTO runs (id, workspace_id, flow_id, flow_slug, version_id, flow_version, source, family, git_commit_sha, status, duration_us,
        input, output, error, trace, created_at)
    SELECT uuid_v7(v_at), p_workspace, r.id, r.slug, v.id, v.version, v.source, CASE v.surface WHEN 'cli' THEN 'cli' ELSE 'designer' END,
           v.git_commit_sha, p_status, p_duration_us, p_input, p_output, p_error, p_trace, v_at
      FROM resource_versions v
      JOIN resources r ON r.workspace_id = p_workspace AND r.id = v.resource_id AND r.type = 'flow'
     WHERE v.id = p_version_id AND v.workspace_id = p_workspace AND (NOT p_only_if_active OR r.published_version_id = v.id)
    RETURNING id INTO v_id;
    RETURN v_id;
END $$;

-- Adds up five minutes of runs at most, so that a busy hour after a stop is no statement that can never end in time; answers whether it has come as near to now as the lag lets it. A run's id is made by the statement
-- that commits it, and no statement of the application may last 30 s: whoever waits longer than that misses none.
CREATE OR REPLACE FUNCTION roll_up_runs(p_lag interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    v_from timestamptz;
    v_newest timestamptz;
    v_to timestamptz;
BEGIN
    SELECT m.rolled_up_to INTO v_from FROM run_stats_mark m FOR UPDATE;
    v_newest := date_trunc('milliseconds', clock_timestamp() - p_lag);
    v_to := greatest(v_from, least(v_newest, v_from + interval '5 minutes'));
    INSERT INTO run_stats AS s (workspace_id, grain, at, flow_id, family, bucket, succeeded, failed)
    SELECT r.workspace_id, g.grain, date_trunc(g.grain, r.created_at, 'UTC'), r.flow_id, r.family, duration_bucket(r.duration_us),
           count(*) FILTER (WHERE r.status = 'succeeded'), count(*) FILTER (WHERE r.status = 'failed')
      FROM runs r CROSS JOIN (VALUES ('minute'), ('hour'), ('day')) AS g (grain)
     WHERE r.id >= uuid_v7_least(v_from) AND r.id < uuid_v7_least(v_to)
     GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (workspace_id, grain, at, flow_id, family, bucket)
        DO UPDATE SET succeeded = s.succeeded + excluded.succeeded, failed = s.failed + excluded.failed;
    UPDATE run_stats_mark SET rolled_up_to = v_to;
    RETURN v_to >= v_newest;
END $$;

-- fc_mint may own a function only if it may create one; that right lasts for these lines.
GRANT CREATE ON SCHEMA public TO fc_mint;
ALTER FUNCTION record_run(uuid, bigint, boolean, text, bigint, json, json, json, json) OWNER TO fc_mint;
REVOKE CREATE ON SCHEMA public FROM fc_mint;

REVOKE ALL ON FUNCTION protect_runs(regclass) FROM PUBLIC;
REVOKE ALL ON FUNCTION make_run_partitions(int) FROM PUBLIC;
REVOKE ALL ON FUNCTION drop_run_partitions(timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION roll_up_runs(interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION record_run(uuid, bigint, boolean, text, bigint, json, json, json, json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_run(uuid, bigint, boolean, text, bigint, json, json, json, json) TO fc_app;
GRANT EXECUTE ON FUNCTION make_run_partitions(int), drop_run_partitions(timestamptz), roll_up_runs(interval) TO fc_jobs;

-- The application reads runs; only record_run writes them, and nobody changes them.
GRANT SELECT ON runs, run_stats, run_stats_mark TO fc_app;
GRANT SELECT, INSERT ON runs TO fc_mint;
GRANT SELECT ON runs, runs_default TO fc_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON run_stats TO fc_jobs;
GRANT SELECT, UPDATE ON run_stats_mark TO fc_jobs;

SELECT make_run_partitions(3);

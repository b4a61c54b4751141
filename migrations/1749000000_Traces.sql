-- Which trace a publish belongs to, for the dispatcher to pass on to the workers. Idempotent.

-- By default the one that the transaction names in `app.trace`, so that nothing which writes a row needs to know of it: neither
-- mint_version, nor code from before. It holds for rows to come; those that wait have none.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS trace text;
ALTER TABLE outbox ALTER COLUMN trace SET DEFAULT nullif(current_setting('app.trace', true), '');

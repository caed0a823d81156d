-- A writer becomes a transaction before it gets an id. So when all transactions that are older than an id have ended, no entry
-- with a smaller id can appear any more, and the relay can skip the deleted rows before it.
CREATE FUNCTION account.assign_transaction() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN PERFORM pg_catalog.pg_current_xact_id(); RETURN NULL; END';
CREATE TRIGGER outbox_writer BEFORE INSERT ON account.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION account.assign_transaction();

-- Each row is deleted soon after its insert.
ALTER TABLE account.outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

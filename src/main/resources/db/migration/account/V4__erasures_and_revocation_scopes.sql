-- Erased users. The query that reads audit entries redacts them by this table, so an erasure costs the same for any number of
-- entries; housekeeping rewrites the entries in batches. A row stays as long as an audit entry refers to the user.
CREATE TABLE account.erasures (
  user_id         bigint      PRIMARY KEY,
  erased_at       timestamptz NOT NULL,
  -- Id of the last audit entry that was rewritten.
  rewritten_up_to bigint      NOT NULL DEFAULT 0,
  rewritten       boolean     NOT NULL DEFAULT false
);
CREATE INDEX erasures_pending ON account.erasures (erased_at) WHERE NOT rewritten;
CREATE INDEX erasures_erased  ON account.erasures (erased_at);

-- In the order in which the entries of an actor are rewritten; replaces the index on the actor alone.
CREATE INDEX audit_actor_entries ON account.audit (actor_id, id) WHERE actor_id IS NOT NULL;
DROP INDEX account.audit_actor;

-- A revocation concerns one session, the tokens of a user below a version, or, without a user, every token that was issued
-- before a time.
ALTER TABLE account.revocations
  ALTER COLUMN user_id DROP NOT NULL,
  ADD COLUMN issued_before timestamptz,
  DROP CONSTRAINT revocations_check,
  ADD CONSTRAINT revocations_scope CHECK (
    pg_catalog.num_nonnulls(least_ver, session_id, issued_before) = 1
    AND (user_id IS NULL) = (issued_before IS NOT NULL));

-- Pollers read new rows in this order, without the rows that they know.
CREATE INDEX revocations_new ON account.revocations (written_by, id);
DROP INDEX account.revocations_written;

-- Partitions the event log by ranges of positions, so that retention drops tables instead of deleting rows. The former table
-- becomes the oldest partition. Nodes of version 1.0.0 can append, read and erase during a rolling upgrade.

-- The oldest retained position, and the time at which the current partition was started. The row changes with each append:
-- free space in its page and frequent vacuuming keep it short.
ALTER TABLE notification.log
  ADD COLUMN oldest    bigint      NOT NULL DEFAULT 1,
  ADD COLUMN opened_at timestamptz NOT NULL DEFAULT pg_catalog.now();
ALTER TABLE notification.log
  SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- The partitions that contain events of the topic, ascending, and the first sequence in each: a replay reads only these.
ALTER TABLE notification.topics
  ADD COLUMN partitions bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN first_seqs bigint[] NOT NULL DEFAULT '{}',
  ADD CHECK (pg_catalog.cardinality(partitions) = pg_catalog.cardinality(first_seqs));
ALTER TABLE notification.topics
  SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

-- Reads redact the events of the user up to this position, until they are rewritten. Version 1.0.0 rewrote them at once.
ALTER TABLE notification.erased_users
  ADD COLUMN up_to        bigint NOT NULL DEFAULT 0,
  ADD COLUMN rewritten_to bigint NOT NULL DEFAULT 0;
CREATE INDEX erased_users_unfinished ON notification.erased_users (erased_at) WHERE rewritten_to < up_to;

ALTER TABLE notification.events DROP CONSTRAINT events_topic_fkey, DROP CONSTRAINT events_topic_seq_key;
DROP INDEX notification.events_user, notification.events_actor, notification.events_logged;
ALTER INDEX notification.events_pkey RENAME TO events_former_pkey;
ALTER TABLE notification.events RENAME TO events_former;

-- Partition n contains the positions from n times the partition size on, and is named events_<n>. The row of the topic ensures
-- that a sequence is unique: it is locked by each append.
CREATE TABLE notification.events (
  position            bigint      PRIMARY KEY,
  topic               text        NOT NULL,
  seq                 bigint      NOT NULL,
  at                  timestamptz NOT NULL,
  logged_at           timestamptz NOT NULL,
  event               text        NOT NULL,
  user_id             bigint      NOT NULL,
  -- Null after that user was erased.
  actor_id            bigint,
  audience_permission text,
  audience_user       bigint,
  payload             jsonb       NOT NULL,
  CONSTRAINT events_check CHECK ((audience_permission IS NULL) <> (audience_user IS NULL))
) PARTITION BY RANGE (position);
CREATE INDEX events_topic ON notification.events (topic, seq);
CREATE INDEX events_user  ON notification.events (user_id, position);
CREATE INDEX events_actor ON notification.events (actor_id, position) WHERE actor_id <> user_id;

-- Rows leave the log with their partition only. Nodes of version 1.0.0 would delete single rows, which "oldest" and
-- "first_seqs" do not show.
CREATE FUNCTION notification.ignore_delete() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER events_kept BEFORE DELETE ON notification.events
  FOR EACH ROW EXECUTE FUNCTION notification.ignore_delete();

-- Returns false if another transaction, a backup for example, reads the log: readers and appends must not wait for it.
CREATE FUNCTION notification.drop_partition(number bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '100ms', true);
  EXECUTE pg_catalog.format('DROP TABLE notification.events_%s', number);
  RETURN true;
EXCEPTION
  WHEN lock_not_available THEN RETURN false;
END
$$;

DO $$
DECLARE
  size   CONSTANT bigint := 10000000;
  number CONSTANT bigint := (SELECT (COALESCE(pg_catalog.max(head), 0) + 1) / size FROM notification.log);
BEGIN
  IF NOT EXISTS (SELECT FROM notification.events_former) THEN
    DROP TABLE notification.events_former;
    UPDATE notification.log SET oldest = head + 1;
    RETURN;
  END IF;
  EXECUTE pg_catalog.format('ALTER TABLE notification.events_former RENAME TO events_%s', number);
  EXECUTE pg_catalog.format(
    'ALTER TABLE notification.events ATTACH PARTITION notification.events_%s FOR VALUES FROM (MINVALUE) TO (%s)',
    number, (number + 1) * size);
  UPDATE notification.log SET oldest = (SELECT pg_catalog.min(position) FROM notification.events);
  UPDATE notification.topics
     SET partitions = retained.numbers, first_seqs = retained.first_seqs
    FROM (
           SELECT topic,
                  pg_catalog.array_agg(number_of_position ORDER BY number_of_position) AS numbers,
                  pg_catalog.array_agg(first_seq ORDER BY number_of_position) AS first_seqs
             FROM (
                    SELECT topic, position / size AS number_of_position, pg_catalog.min(seq) AS first_seq
                      FROM notification.events
                     GROUP BY topic, number_of_position
                  ) AS counted
            GROUP BY topic
         ) AS retained
   WHERE topics.name = retained.topic;
END
$$;

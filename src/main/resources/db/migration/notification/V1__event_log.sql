-- The event log, from which clients replay missed events. Only the verticle "notification" uses this schema.

-- State of the log: one row, created again with another epoch after the log was emptied.
CREATE TABLE notification.log (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  epoch    uuid   NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
  head     bigint NOT NULL
);

-- Each topic counts its own events. A row that is created again starts another epoch.
CREATE TABLE notification.topics (
  name  text   PRIMARY KEY CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 100),
  epoch uuid   NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
  seq   bigint NOT NULL
);

-- Positions are assigned under one lock, so they follow the order of the commits: a reader that has read up to a position
-- has missed nothing before it.
CREATE TABLE notification.events (
  position            bigint      PRIMARY KEY,
  topic               text        NOT NULL REFERENCES notification.topics,
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
  UNIQUE (topic, seq),
  CHECK ((audience_permission IS NULL) <> (audience_user IS NULL))
);
CREATE INDEX events_user   ON notification.events (user_id);
CREATE INDEX events_actor  ON notification.events (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX events_logged ON notification.events (logged_at);

-- Outbox entries that are in the log; kept longer than an entry can wait in its outbox.
CREATE TABLE notification.received (
  source      text        NOT NULL,
  entry       bigint      NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (source, entry)
);
CREATE INDEX received_at ON notification.received (received_at);

-- Erased users: a late event must not write their personal data again.
CREATE TABLE notification.erased_users (
  user_id   bigint      PRIMARY KEY,
  erased_at timestamptz NOT NULL
);
CREATE INDEX erased_users_at ON notification.erased_users (erased_at);

-- Read position of the one reader of a topic.
CREATE TABLE notification.read_marks (
  topic text   PRIMARY KEY REFERENCES notification.topics ON DELETE CASCADE,
  up_to bigint NOT NULL
);

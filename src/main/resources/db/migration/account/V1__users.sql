-- Users, their audit trail and their outbox. Only the verticle "user" uses this schema.

CREATE TABLE account.users (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username         text        NOT NULL CHECK (username COLLATE "C" ~ '^[A-Za-z0-9._-]{3,50}$'),
  full_name        text        CHECK (pg_catalog.char_length(full_name) <= 100),
  email            text        CHECK (pg_catalog.char_length(email) BETWEEN 3 AND 254),
  password_hash    text        NOT NULL CHECK (pg_catalog.char_length(password_hash) BETWEEN 20 AND 300),
  roles            text[]      NOT NULL CHECK (roles <@ ARRAY['user', 'admin'] AND pg_catalog.cardinality(roles) > 0),
  status           text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled', 'deleted')),
  -- Kept on delete: restoring a disabled user must not enable it.
  status_if_restored text      CHECK (status_if_restored IN ('active', 'disabled')),
  -- Incremented by every change; the ETag.
  revision         bigint      NOT NULL DEFAULT 1,
  -- Access tokens with a smaller "ver" are rejected.
  ver              bigint      NOT NULL DEFAULT 1,
  imported         boolean     NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  deleted_at       timestamptz,
  CHECK ((status = 'deleted') = (deleted_at IS NOT NULL)),
  CHECK ((status = 'deleted') = (status_if_restored IS NOT NULL))
);

-- Unique ignoring case, and available again after a delete. Names are ASCII, so the collation "C" is sufficient. The
-- indexes also serve searches by prefix.
CREATE UNIQUE INDEX users_username ON account.users (pg_catalog.lower(username COLLATE "C")) WHERE status <> 'deleted';
CREATE UNIQUE INDEX users_email    ON account.users (pg_catalog.lower(email COLLATE "C"))    WHERE status <> 'deleted';
CREATE INDEX users_username_deleted ON account.users (pg_catalog.lower(username COLLATE "C")) WHERE status = 'deleted';
CREATE INDEX users_email_deleted    ON account.users (pg_catalog.lower(email COLLATE "C"))    WHERE status = 'deleted';

-- Lists are ordered by id, and each has a partial index of its users in that order, so a page reads only its own rows. One
-- index on (status, id) is not sufficient: the planner prefers the primary key and filters, because ids follow the order
-- of the table. The migration of a new role adds its four indexes.
CREATE INDEX users_listed         ON account.users (id) WHERE status <> 'deleted';
CREATE INDEX users_active         ON account.users (id) WHERE status = 'active';
CREATE INDEX users_disabled       ON account.users (id) WHERE status = 'disabled';
CREATE INDEX users_deleted        ON account.users (id) WHERE status = 'deleted';
CREATE INDEX users_user_listed    ON account.users (id) WHERE status <> 'deleted' AND roles @> ARRAY['user'];
CREATE INDEX users_user_active    ON account.users (id) WHERE status = 'active' AND roles @> ARRAY['user'];
CREATE INDEX users_user_disabled  ON account.users (id) WHERE status = 'disabled' AND roles @> ARRAY['user'];
CREATE INDEX users_user_deleted   ON account.users (id) WHERE status = 'deleted' AND roles @> ARRAY['user'];
CREATE INDEX users_admin_listed   ON account.users (id) WHERE status <> 'deleted' AND roles @> ARRAY['admin'];
CREATE INDEX users_admin_active   ON account.users (id) WHERE status = 'active' AND roles @> ARRAY['admin'];
CREATE INDEX users_admin_disabled ON account.users (id) WHERE status = 'disabled' AND roles @> ARRAY['admin'];
CREATE INDEX users_admin_deleted  ON account.users (id) WHERE status = 'deleted' AND roles @> ARRAY['admin'];

-- The case-folded full name, starting at each of its words: "lovelace k" is a prefix of an entry of Ada Lovelace King.
CREATE TABLE account.name_words (
  deleted boolean            NOT NULL,
  words   text COLLATE "C"   NOT NULL,
  user_id bigint             NOT NULL REFERENCES account.users ON DELETE CASCADE,
  PRIMARY KEY (deleted, words, user_id)
);
CREATE INDEX name_words_user ON account.name_words (user_id);

-- Actor, action, subject, time and address of each change; never a password, hash or token. Actors are ids: their names are
-- looked up on reading, so erasing a user erases the name here too.
CREATE TABLE account.audit (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL,
  action     text        NOT NULL,
  user_id    bigint,
  actor_id   bigint,
  session    text,
  address    text,
  request_id text,
  -- Old and new values of the changed fields; null after the user was erased.
  details    jsonb
);
CREATE INDEX audit_user  ON account.audit (user_id, id);
CREATE INDEX audit_actor ON account.audit (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_at    ON account.audit (at);

-- Events waiting for the event log, in the order of id; written last in the transaction of the change.
CREATE TABLE account.outbox (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL,
  event   text        NOT NULL,
  user_id bigint      NOT NULL,
  topics  text[]      NOT NULL,
  payload jsonb       NOT NULL
);
CREATE INDEX outbox_user ON account.outbox (user_id);
CREATE INDEX outbox_at   ON account.outbox (at);

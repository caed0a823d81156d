-- Signed-in devices. A session is also the family of its refresh tokens: the hash of the newest token is stored, and older
-- tokens are recognised by their signature and generation.
CREATE TABLE account.sessions (
  id           uuid        PRIMARY KEY,
  user_id      bigint      NOT NULL REFERENCES account.users ON DELETE CASCADE,
  device       text        CHECK (pg_catalog.char_length(device) <= 200),
  token_hash   bytea       NOT NULL CHECK (pg_catalog.octet_length(token_hash) = 32),
  generation   integer     NOT NULL DEFAULT 0,
  -- Times at which the last generations were replaced, newest last: reuse of a token replaced a moment ago is no theft.
  rotated_at   timestamptz[] NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_user    ON account.sessions (user_id, last_used_at);
CREATE INDEX sessions_expires ON account.sessions (expires_at);

-- Each ticket opens one socket.
CREATE TABLE account.tickets (
  hash             bytea       PRIMARY KEY,
  session_id       uuid        NOT NULL REFERENCES account.sessions ON DELETE CASCADE,
  token_expires_at timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL
);
CREATE INDEX tickets_session ON account.tickets (session_id);
CREATE INDEX tickets_expires ON account.tickets (expires_at);

-- Access tokens rejected before they expire: those of a user below a version, or those of one session. The transaction id
-- is stored because ids are assigned before the commit: reading by snapshot misses no row, reading by "id > last" would.
CREATE TABLE account.revocations (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  written_by xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  user_id    bigint      NOT NULL,
  least_ver  bigint,
  session_id uuid,
  reason     text        NOT NULL,
  expires_at timestamptz NOT NULL,
  CHECK ((least_ver IS NULL) <> (session_id IS NULL))
);
CREATE INDEX revocations_written ON account.revocations (written_by);
CREATE INDEX revocations_expires ON account.revocations (expires_at);

-- Addresses (keyed hashes) from which a user signed in: failures from other addresses do not lock these out.
CREATE TABLE account.sign_in_addresses (
  user_id bigint      NOT NULL REFERENCES account.users ON DELETE CASCADE,
  address bytea       NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, address)
);
CREATE INDEX sign_in_addresses_seen ON account.sign_in_addresses (seen_at);

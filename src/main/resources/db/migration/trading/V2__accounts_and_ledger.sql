-- Accounts at venues, their orders and trades as the venue reports them, and a double-entry ledger. No released version wrote
-- rows into the tables of V1, so this migration replaces them. It fails if one of them has a row.

DO $$
BEGIN
  IF EXISTS (SELECT FROM trading.assets) OR EXISTS (SELECT FROM trading.orders) OR EXISTS (SELECT FROM trading.wallets) THEN
    RAISE EXCEPTION 'the schema trading has rows, which no released version wrote: export them, empty its tables and start again';
  END IF;
END
$$;

DROP TABLE trading.wallet_transactions, trading.wallets, trading.trades, trading.orders, trading.symbols, trading.assets;
DROP FUNCTION trading.book(), trading.trade_fits_assets(), trading.order_fits_symbol();

-- An account of a user at a venue. Its user and its venue never change.
CREATE TABLE trading.accounts (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id            bigint      NOT NULL,
  venue              text        NOT NULL CHECK (venue COLLATE "C" ~ '^[a-z][a-z0-9_-]{0,31}$'),
  label              text        CHECK (pg_catalog.char_length(label) BETWEEN 1 AND 100),
  key_prefix         text        CHECK (pg_catalog.char_length(key_prefix) BETWEEN 1 AND 16),
  -- Encrypted; null on paper, and after they were destroyed.
  api_key            bytea,
  api_secret         bytea,
  -- Limits of the user for orders of this account; null = none. Amounts are in units of the quote asset.
  max_open_orders    integer     CHECK (max_open_orders >= 0),
  max_order_notional trading.positive_amount,
  max_daily_notional trading.positive_amount,
  max_price_distance trading.positive_amount,
  symbols            text[],
  -- The venue limits the rate of the account: no order is sent before this time.
  paused_until       timestamptz,
  created_at         timestamptz NOT NULL,
  deleted_at         timestamptz,
  -- Columns that other tables repeat, for their indexes and rules.
  CONSTRAINT accounts_identity UNIQUE (id, user_id, venue)
);
CREATE UNIQUE INDEX accounts_paper ON trading.accounts (user_id) WHERE venue = 'paper';
CREATE INDEX accounts_user ON trading.accounts (user_id);

-- Quote quantity of the orders of one UTC day.
CREATE TABLE trading.daily_notionals (
  account_id bigint NOT NULL REFERENCES trading.accounts,
  asset      text   NOT NULL CHECK (pg_catalog.char_length(asset) BETWEEN 1 AND 32),
  day        date   NOT NULL,
  notional   trading.amount NOT NULL,
  PRIMARY KEY (account_id, asset)
);

-- Trading is halted for a user; without a user, for all.
CREATE TABLE trading.halts (
  user_id bigint,
  reason  text        NOT NULL CHECK (reason IN ('user', 'administrator', 'user_disabled')),
  at      timestamptz NOT NULL,
  CONSTRAINT halts_once UNIQUE NULLS NOT DISTINCT (user_id, reason)
);

-- The dead-man's switch of a user: open orders are canceled at this time unless the user renews it.
CREATE TABLE trading.cancel_deadlines (
  user_id   bigint      PRIMARY KEY,
  cancel_at timestamptz NOT NULL
);
CREATE INDEX cancel_deadlines_at ON trading.cancel_deadlines (cancel_at);

-- A symbol of a venue. A tick size, step size or minimum notional of 0 is no rule. Base and quote are null until the venue
-- lists the symbol.
CREATE TABLE trading.instruments (
  venue        text NOT NULL CHECK (pg_catalog.char_length(venue) BETWEEN 1 AND 32),
  symbol       text NOT NULL CHECK (pg_catalog.char_length(symbol) BETWEEN 1 AND 64),
  base         text CHECK (pg_catalog.char_length(base) BETWEEN 1 AND 32),
  quote        text CHECK (pg_catalog.char_length(quote) BETWEEN 1 AND 32),
  -- Decimals of amounts of the two assets.
  base_scale   smallint NOT NULL DEFAULT 8 CHECK (base_scale BETWEEN 0 AND 18),
  quote_scale  smallint NOT NULL DEFAULT 8 CHECK (quote_scale BETWEEN 0 AND 18),
  tick_size    trading.amount NOT NULL DEFAULT 0,
  step_size    trading.amount NOT NULL DEFAULT 0,
  min_notional trading.amount NOT NULL DEFAULT 0,
  -- The venue's own object, whole.
  filters      jsonb,
  PRIMARY KEY (venue, symbol)
);

-- The database refuses what this system must not do, and never what a venue reports.
CREATE TABLE trading.orders (
  id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  revision            bigint      NOT NULL DEFAULT 1,
  user_id             bigint      NOT NULL,
  account_id          bigint      NOT NULL,
  venue               text        NOT NULL,
  symbol              text        NOT NULL,
  -- Own orders: chosen by the client or random, unique in the account for ever.
  client_order_id     text        NOT NULL CHECK (pg_catalog.char_length(client_order_id) BETWEEN 1 AND 64),
  -- Digest of what the client sent with that id; null for external orders.
  content_hash        bytea,
  -- An order that was reset at the venue may have the id of a later one.
  exchange_order_id   text        CHECK (pg_catalog.char_length(exchange_order_id) BETWEEN 1 AND 64),
  side                text        NOT NULL CHECK (side IN ('buy', 'sell')),
  type                text        NOT NULL CHECK (type IN ('market', 'limit', 'limit_maker', 'stop_limit', 'unknown')),
  time_in_force       text        CHECK (time_in_force IN ('GTC', 'IOC', 'FOK', 'unknown')),
  qty                 trading.positive_amount,
  quote_qty           trading.positive_amount,
  price               trading.positive_amount,
  stop_price          trading.positive_amount,
  self_trade_prevention text      CHECK (pg_catalog.char_length(self_trade_prevention) BETWEEN 1 AND 32),
  status              text        NOT NULL CHECK (status IN ('pending', 'open', 'partially_filled', 'filled', 'canceled',
                                    'rejected', 'expired', 'expired_in_match', 'unknown', 'venue_reset')),
  source              text        NOT NULL CHECK (source IN ('own', 'external')),
  -- Sums of the trades.
  executed_qty        trading.amount NOT NULL DEFAULT 0,
  executed_quote_qty  trading.amount NOT NULL DEFAULT 0,
  -- What the venue reports: its sum may be ahead of the trades that are known here.
  reported_qty        trading.amount NOT NULL DEFAULT 0,
  prevented_qty       trading.amount NOT NULL DEFAULT 0,
  -- Paper: what the order has locked in the wallet of the asset that it pays with.
  locked              trading.amount NOT NULL DEFAULT 0,
  reason              text        CHECK (pg_catalog.char_length(reason) <= 200),
  last_execution_id   text        CHECK (pg_catalog.char_length(last_execution_id) BETWEEN 1 AND 64),
  -- Reports that contradict the order, for operators.
  oddities            text[]      NOT NULL DEFAULT '{}' CHECK (pg_catalog.cardinality(oddities) <= 20),
  -- Stop-limit: when its limit order entered the book.
  triggered_at        timestamptz,
  -- The time with which it was signed, on the venue's clock; the venue refuses it 5 s later.
  sent_at             timestamptz,
  cancel_requested_at timestamptz,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL,
  FOREIGN KEY (account_id, user_id, venue) REFERENCES trading.accounts (id, user_id, venue),
  FOREIGN KEY (venue, symbol) REFERENCES trading.instruments,
  CONSTRAINT orders_own CHECK (source <> 'own' OR (
    client_order_id COLLATE "C" ~ '^[A-Za-z0-9.:/_-]{1,36}$'
    AND content_hash IS NOT NULL AND sent_at IS NOT NULL AND type <> 'unknown')),
  CONSTRAINT orders_quantity      CHECK (source <> 'own' OR (CASE type
    WHEN 'market' THEN (qty IS NULL) <> (quote_qty IS NULL)
    ELSE qty IS NOT NULL AND quote_qty IS NULL END)),
  CONSTRAINT orders_price         CHECK (source <> 'own' OR (type = 'market') = (price IS NULL)),
  CONSTRAINT orders_stop_price    CHECK (source <> 'own' OR (type = 'stop_limit') = (stop_price IS NOT NULL)),
  CONSTRAINT orders_time_in_force CHECK (source <> 'own' OR (type IN ('market', 'limit_maker')) = (time_in_force IS NULL))
);
CREATE UNIQUE INDEX orders_client_order_id ON trading.orders (account_id, client_order_id) WHERE source = 'own';
CREATE INDEX orders_user           ON trading.orders (user_id, id);
CREATE INDEX orders_user_symbol    ON trading.orders (user_id, symbol, id);
CREATE INDEX orders_account        ON trading.orders (account_id, id);
CREATE INDEX orders_account_symbol ON trading.orders (account_id, symbol, id);
CREATE INDEX orders_exchange_order ON trading.orders (account_id, symbol, exchange_order_id)
  WHERE exchange_order_id IS NOT NULL;
-- Orders whose status is not final.
CREATE INDEX orders_open           ON trading.orders (user_id, id)
  WHERE status IN ('pending', 'open', 'partially_filled', 'unknown');
CREATE INDEX orders_open_account   ON trading.orders (account_id, id)
  WHERE status IN ('pending', 'open', 'partially_filled', 'unknown');
CREATE INDEX orders_unsettled      ON trading.orders (sent_at) WHERE status IN ('pending', 'unknown');
CREATE INDEX orders_cancel         ON trading.orders (cancel_requested_at)
  WHERE status IN ('open', 'partially_filled') AND source = 'own';
CREATE INDEX orders_open_venue     ON trading.orders (venue, symbol, id)
  WHERE status IN ('pending', 'open', 'partially_filled', 'unknown');

-- User, account and symbol are those of the order, for the indexes.
CREATE TABLE trading.trades (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id          bigint      NOT NULL REFERENCES trading.orders,
  user_id           bigint      NOT NULL,
  account_id        bigint      NOT NULL,
  symbol            text        NOT NULL,
  -- One trade at the exchange may fill two orders of this system.
  exchange_trade_id text        NOT NULL CHECK (pg_catalog.char_length(exchange_trade_id) BETWEEN 1 AND 64),
  price             trading.positive_amount NOT NULL,
  qty               trading.positive_amount NOT NULL,
  quote_qty         trading.amount          NOT NULL,
  fee_asset         text        NOT NULL CHECK (pg_catalog.char_length(fee_asset) BETWEEN 1 AND 32),
  -- Negative for a rebate.
  fee               trading.signed_amount   NOT NULL,
  maker             boolean,
  traded_at         timestamptz NOT NULL,
  CONSTRAINT trades_once UNIQUE (order_id, exchange_trade_id)
);
CREATE INDEX trades_user        ON trading.trades (user_id, id);
CREATE INDEX trades_user_symbol ON trading.trades (user_id, symbol, id);
CREATE INDEX trades_account     ON trading.trades (account_id, id);
CREATE INDEX trades_account_symbol ON trading.trades (account_id, symbol, id);

-- The ledger of one asset of an account. Each entry moves an amount from one of the five books to another, so their sum stays
-- 0: available and locked belong to the user; traded, fees and funded are the other side of trades, fees and deposits.
CREATE TABLE trading.wallets (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES trading.accounts,
  asset      text   NOT NULL CHECK (pg_catalog.char_length(asset) BETWEEN 1 AND 32),
  -- Whether the balance is known from its start, as on paper; at a real venue the entries are what is known of it.
  complete   boolean NOT NULL,
  available  trading.signed_amount NOT NULL DEFAULT 0,
  locked     trading.signed_amount NOT NULL DEFAULT 0,
  traded     trading.signed_amount NOT NULL DEFAULT 0,
  fees       trading.signed_amount NOT NULL DEFAULT 0,
  funded     trading.signed_amount NOT NULL DEFAULT 0,
  entries    bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL,
  CONSTRAINT wallets_one_per_asset UNIQUE (account_id, asset),
  CONSTRAINT wallets_balance CHECK (available + locked + traded + fees + funded = 0),
  CONSTRAINT wallets_covered CHECK (NOT complete OR (available >= 0 AND locked >= 0))
);

-- Inserting an entry is the only way to change a wallet; a trigger computes and stores the resulting balance.
CREATE TABLE trading.ledger_entries (
  wallet_id       bigint      NOT NULL REFERENCES trading.wallets,
  seq             bigint      NOT NULL,
  kind            text        NOT NULL,
  debit           text        NOT NULL,
  credit          text        NOT NULL,
  amount          trading.positive_amount NOT NULL,
  available_after trading.signed_amount   NOT NULL,
  locked_after    trading.signed_amount   NOT NULL,
  order_id        bigint      REFERENCES trading.orders,
  trade_id        bigint      REFERENCES trading.trades,
  at              timestamptz NOT NULL,
  PRIMARY KEY (wallet_id, seq),
  CONSTRAINT ledger_entries_cause CHECK (
    (order_id IS NOT NULL) = (kind IN ('lock', 'unlock')) AND (trade_id IS NOT NULL) = (kind IN ('trade', 'fee'))),
  -- The amount leaves the book "debit" and enters the book "credit".
  CONSTRAINT ledger_entries_kind CHECK (CASE kind
    WHEN 'fund'   THEN (debit, credit) IN (('funded', 'available'))
    WHEN 'reset'  THEN (debit, credit) IN (('available', 'funded'), ('locked', 'funded'))
    WHEN 'lock'   THEN (debit, credit) IN (('available', 'locked'))
    WHEN 'unlock' THEN (debit, credit) IN (('locked', 'available'))
    WHEN 'trade'  THEN (debit, credit) IN (('available', 'traded'), ('locked', 'traded'), ('traded', 'available'))
    WHEN 'fee'    THEN (debit, credit) IN (('available', 'fees'), ('fees', 'available'))
    ELSE false END)
);
-- A trade that is reported twice is booked once.
CREATE UNIQUE INDEX ledger_entries_trade ON trading.ledger_entries (trade_id, wallet_id, kind, debit)
  WHERE trade_id IS NOT NULL;
CREATE INDEX ledger_entries_at ON trading.ledger_entries USING brin (at);

-- Real venues: the balances of the last snapshot of the venue.
CREATE TABLE trading.balances (
  account_id bigint      NOT NULL REFERENCES trading.accounts,
  asset      text        NOT NULL CHECK (pg_catalog.char_length(asset) BETWEEN 1 AND 32),
  free       trading.amount NOT NULL,
  locked     trading.amount NOT NULL,
  as_of      timestamptz NOT NULL,
  PRIMARY KEY (account_id, asset)
);

-- One node at a time does the work of this name; its writes contain the token of its lease.
CREATE TABLE trading.leases (
  name       text        PRIMARY KEY CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 64),
  holder     text        NOT NULL CHECK (pg_catalog.char_length(holder) BETWEEN 1 AND 64),
  token      bigint      NOT NULL,
  expires_at timestamptz NOT NULL
);

-- A venue limits the rate of an address, as the name of its host and of the address tell; no node sends a request before then.
CREATE TABLE trading.exchange_block (
  host          text        PRIMARY KEY CHECK (pg_catalog.char_length(host) BETWEEN 1 AND 200),
  blocked_until timestamptz NOT NULL
);

-- Positions in the event log up to which this service has followed the events of others.
CREATE TABLE trading.cursors (
  name     text   PRIMARY KEY CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 64),
  epoch    text   NOT NULL,
  position bigint NOT NULL
);

-- Events that wait for their delivery to the event log.
CREATE TABLE trading.outbox (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL,
  event   text        NOT NULL,
  user_id bigint      NOT NULL,
  payload jsonb       NOT NULL
);
CREATE INDEX outbox_at ON trading.outbox (at);
ALTER TABLE trading.outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE FUNCTION trading.assign_transaction() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN PERFORM pg_catalog.pg_current_xact_id(); RETURN NULL; END';
CREATE TRIGGER outbox_writer BEFORE INSERT ON trading.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION trading.assign_transaction();

-- Rules that a CHECK cannot express because they need the previous row or another table. A violation fails like a CHECK,
-- with the name of the trigger.
CREATE TRIGGER accounts_stay_with_their_user BEFORE UPDATE ON trading.accounts FOR EACH ROW
  WHEN ((OLD.id, OLD.user_id, OLD.venue) IS DISTINCT FROM (NEW.id, NEW.user_id, NEW.venue))
  EXECUTE FUNCTION trading.refuse('user and venue of an account never change');

-- An order is stored before it is sent, so every order that was sent is known here.
CREATE TRIGGER orders_begin_pending BEFORE INSERT ON trading.orders FOR EACH ROW
  WHEN (NEW.source = 'own' AND (NEW.status <> 'pending' OR NEW.executed_qty <> 0))
  EXECUTE FUNCTION trading.refuse('an own order begins as pending');

CREATE TRIGGER orders_stay_as_ordered BEFORE UPDATE ON trading.orders FOR EACH ROW
  WHEN ((OLD.id, OLD.user_id, OLD.account_id, OLD.venue, OLD.symbol, OLD.side, OLD.type, OLD.time_in_force, OLD.price,
         OLD.stop_price, OLD.qty, OLD.quote_qty, OLD.client_order_id, OLD.content_hash, OLD.source, OLD.created_at)
        IS DISTINCT FROM
        (NEW.id, NEW.user_id, NEW.account_id, NEW.venue, NEW.symbol, NEW.side, NEW.type, NEW.time_in_force, NEW.price,
         NEW.stop_price, NEW.qty, NEW.quote_qty, NEW.client_order_id, NEW.content_hash, NEW.source, NEW.created_at))
  EXECUTE FUNCTION trading.refuse('what was ordered never changes');

-- Late fills and late evidence may change a final status.
CREATE TRIGGER orders_go_forward BEFORE UPDATE ON trading.orders FOR EACH ROW
  WHEN (NEW.executed_qty < OLD.executed_qty OR NEW.revision < OLD.revision
        OR (NEW.status = 'pending' AND OLD.status <> 'pending')
        OR NEW.sent_at IS DISTINCT FROM OLD.sent_at)
  EXECUTE FUNCTION trading.refuse('an order never goes back');

CREATE TRIGGER trades_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.trades
  EXECUTE FUNCTION trading.refuse('a trade happened and stays');
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.ledger_entries
  EXECUTE FUNCTION trading.refuse('an entry stays; a wrong one is corrected by another');

CREATE TRIGGER wallets_begin_empty BEFORE INSERT ON trading.wallets FOR EACH ROW
  WHEN (NEW.available <> 0 OR NEW.locked <> 0 OR NEW.entries <> 0)
  EXECUTE FUNCTION trading.refuse('a wallet begins empty');
-- Depth 0: a statement of a client, not the trigger of an entry.
CREATE TRIGGER wallets_change_by_entries BEFORE UPDATE ON trading.wallets FOR EACH ROW
  WHEN (pg_catalog.pg_trigger_depth() = 0)
  EXECUTE FUNCTION trading.refuse('a wallet is changed by a ledger entry only');

-- Checked on placement only: the rules of an instrument may change while earlier orders are open.
CREATE FUNCTION trading.order_fits_instrument() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  rules  trading.instruments;
  broken text;
BEGIN
  SELECT * INTO rules FROM trading.instruments WHERE venue = NEW.venue AND symbol = NEW.symbol;
  broken := CASE
    WHEN NEW.price % nullif(rules.tick_size, 0) <> 0      THEN 'tick_size'
    WHEN NEW.stop_price % nullif(rules.tick_size, 0) <> 0 THEN 'tick_size'
    WHEN NEW.qty % nullif(rules.step_size, 0) <> 0        THEN 'step_size'
    WHEN NEW.price * NEW.qty < rules.min_notional         THEN 'min_notional'
  END;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'the order does not fit the rules of its instrument',
      SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'orders_' || broken;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER orders_fit_instrument BEFORE INSERT ON trading.orders FOR EACH ROW WHEN (NEW.source = 'own')
  EXECUTE FUNCTION trading.order_fits_instrument();

-- Updates and locks the wallet: entries of one wallet are inserted one after the other.
CREATE FUNCTION trading.book() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  wallet     trading.wallets;
  account_of bigint;
BEGIN
  UPDATE trading.wallets
     SET available  = available + CASE 'available' WHEN NEW.credit THEN NEW.amount WHEN NEW.debit THEN -NEW.amount ELSE 0 END,
         locked     = locked    + CASE 'locked'    WHEN NEW.credit THEN NEW.amount WHEN NEW.debit THEN -NEW.amount ELSE 0 END,
         traded     = traded    + CASE 'traded'    WHEN NEW.credit THEN NEW.amount WHEN NEW.debit THEN -NEW.amount ELSE 0 END,
         fees       = fees      + CASE 'fees'      WHEN NEW.credit THEN NEW.amount WHEN NEW.debit THEN -NEW.amount ELSE 0 END,
         funded     = funded    + CASE 'funded'    WHEN NEW.credit THEN NEW.amount WHEN NEW.debit THEN -NEW.amount ELSE 0 END,
         entries    = entries + 1,
         updated_at = NEW.at
   WHERE id = NEW.wallet_id
  RETURNING * INTO wallet;
  SELECT account_id INTO account_of
    FROM trading.orders
   WHERE id = coalesce(NEW.order_id, (SELECT order_id FROM trading.trades WHERE id = NEW.trade_id));
  IF wallet.id IS NULL OR account_of <> wallet.account_id THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'the entry does not fit its wallet',
      SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'ledger_entries_wallet';
  END IF;
  NEW.seq := wallet.entries;
  NEW.available_after := wallet.available;
  NEW.locked_after := wallet.locked;
  RETURN NEW;
END
$$;
CREATE TRIGGER ledger_entries_book BEFORE INSERT ON trading.ledger_entries FOR EACH ROW
  EXECUTE FUNCTION trading.book();

-- Assets, symbols, orders, trades and wallets. The verticle "user" migrates this schema until trading has a verticle of
-- its own.
--
-- user_id is the id in account.users without a foreign key: that table belongs to another service and may be on another
-- server.

-- Up to 18 decimals, exact. A column numeric(38, 18) would round other values; this domain rejects them. NaN and infinity
-- are greater than any number, so the upper bound rejects them too.
CREATE DOMAIN trading.signed_amount AS numeric
  CONSTRAINT amount_is_exact
  CHECK (pg_catalog.abs(VALUE) < 1e20 AND pg_catalog.min_scale(VALUE) <= 18);
CREATE DOMAIN trading.amount AS trading.signed_amount
  CONSTRAINT amount_is_not_negative CHECK (VALUE >= 0);
CREATE DOMAIN trading.positive_amount AS trading.signed_amount
  CONSTRAINT amount_is_positive CHECK (VALUE > 0);

CREATE TABLE trading.assets (
  code  text     PRIMARY KEY CHECK (pg_catalog.char_length(code) BETWEEN 1 AND 32),
  name  text     NOT NULL CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 100),
  -- Maximum number of decimals of an amount.
  scale smallint NOT NULL CHECK (scale BETWEEN 0 AND 18)
);

CREATE TABLE trading.symbols (
  symbol       text    PRIMARY KEY CHECK (pg_catalog.char_length(symbol) BETWEEN 1 AND 64),
  base         text    NOT NULL REFERENCES trading.assets,
  quote        text    NOT NULL REFERENCES trading.assets,
  tick_size    trading.positive_amount NOT NULL,
  step_size    trading.positive_amount NOT NULL,
  min_notional trading.amount          NOT NULL,
  is_active    boolean NOT NULL DEFAULT true,
  CONSTRAINT symbols_pair UNIQUE (base, quote),
  CONSTRAINT symbols_of_two_assets CHECK (base <> quote)
);
CREATE INDEX symbols_quote ON trading.symbols (quote);

CREATE TABLE trading.orders (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id         bigint      NOT NULL,
  symbol          text        NOT NULL REFERENCES trading.symbols,
  side            text        NOT NULL CHECK (side IN ('buy', 'sell')),
  type            text        NOT NULL CHECK (type IN ('market', 'limit', 'stop_limit')),
  time_in_force   text        CHECK (time_in_force IN ('GTC', 'IOC', 'FOK')),
  price           trading.positive_amount,
  stop_price      trading.positive_amount,
  qty             trading.positive_amount NOT NULL,
  executed_qty    trading.amount          NOT NULL DEFAULT 0,
  status          text        NOT NULL DEFAULT 'pending',
  -- Chosen by the client or generated: an order that is sent again after a timeout is placed once.
  client_order_id text        NOT NULL CHECK (client_order_id COLLATE "C" ~ '^[A-Za-z0-9.:/_-]{1,36}$'),
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  CONSTRAINT orders_client_order_id UNIQUE (user_id, client_order_id),
  CONSTRAINT orders_price           CHECK ((type = 'market') = (price IS NULL)),
  CONSTRAINT orders_time_in_force   CHECK ((type = 'market') = (time_in_force IS NULL)),
  CONSTRAINT orders_stop_price      CHECK ((type = 'stop_limit') = (stop_price IS NOT NULL)),
  CONSTRAINT orders_times           CHECK (created_at <= updated_at),
  -- The status must match the executed quantity.
  CONSTRAINT orders_status CHECK (CASE status
    WHEN 'pending'          THEN executed_qty = 0
    WHEN 'open'             THEN executed_qty = 0
    WHEN 'partially_filled' THEN executed_qty > 0 AND executed_qty < qty
    WHEN 'filled'           THEN executed_qty = qty
    WHEN 'canceled'         THEN executed_qty < qty
    WHEN 'rejected'         THEN executed_qty = 0
    ELSE false END)
);
CREATE INDEX orders_user    ON trading.orders (user_id, id);
CREATE INDEX orders_working ON trading.orders (symbol, id) WHERE status IN ('pending', 'open', 'partially_filled');

-- The symbol is that of the order.
CREATE TABLE trading.trades (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id          bigint      NOT NULL REFERENCES trading.orders,
  -- One trade at the exchange may fill two orders of this system.
  exchange_trade_id bigint      NOT NULL,
  price             trading.positive_amount NOT NULL,
  qty               trading.positive_amount NOT NULL,
  quote_qty         trading.positive_amount NOT NULL,
  fee_asset         text        NOT NULL REFERENCES trading.assets,
  fee_amount        trading.amount          NOT NULL,
  traded_at         timestamptz NOT NULL,
  CONSTRAINT trades_once UNIQUE (order_id, exchange_trade_id)
);
CREATE INDEX trades_traded_at ON trading.trades USING brin (traded_at);

-- Balance of a user at the exchange, as logged here: the sum of the wallet's transactions, updated by them.
CREATE TABLE trading.wallets (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id      bigint NOT NULL,
  asset        text   NOT NULL REFERENCES trading.assets,
  available    trading.signed_amount NOT NULL DEFAULT 0,
  locked       trading.signed_amount NOT NULL DEFAULT 0,
  balance      numeric NOT NULL GENERATED ALWAYS AS (available + locked) STORED,
  transactions bigint NOT NULL DEFAULT 0,
  CONSTRAINT wallets_one_per_asset UNIQUE (user_id, asset),
  CONSTRAINT wallets_covered CHECK (available >= 0 AND locked >= 0)
);

-- Inserting a transaction is the only way to change a wallet. The insert contains the changes; a trigger computes and
-- stores the resulting balance.
CREATE TABLE trading.wallet_transactions (
  wallet_id        bigint      NOT NULL REFERENCES trading.wallets,
  seq              bigint      NOT NULL,
  kind             text        NOT NULL,
  available_change trading.signed_amount NOT NULL DEFAULT 0,
  locked_change    trading.signed_amount NOT NULL DEFAULT 0,
  available_after  trading.amount        NOT NULL,
  locked_after     trading.amount        NOT NULL,
  order_id         bigint      REFERENCES trading.orders,
  trade_id         bigint      REFERENCES trading.trades,
  -- Id of a deposit or withdrawal at the exchange.
  exchange_id      text        CHECK (pg_catalog.char_length(exchange_id) BETWEEN 1 AND 128),
  at               timestamptz NOT NULL,
  PRIMARY KEY (wallet_id, seq),
  CONSTRAINT wallet_transactions_cause CHECK (
    (order_id IS NOT NULL) = (kind IN ('lock', 'unlock'))
    AND (trade_id IS NOT NULL) = (kind IN ('trade', 'fee'))
    AND (exchange_id IS NOT NULL) = (kind IN ('deposit', 'withdrawal'))),
  CONSTRAINT wallet_transactions_kind CHECK (CASE kind
    WHEN 'deposit'    THEN available_change > 0 AND locked_change = 0
    WHEN 'withdrawal' THEN available_change < 0 AND locked_change = 0
    WHEN 'lock'       THEN locked_change > 0 AND available_change = -locked_change
    WHEN 'unlock'     THEN locked_change < 0 AND available_change = -locked_change
    -- A received amount is available at once; a paid amount was locked for the order.
    WHEN 'trade'      THEN (available_change > 0 AND locked_change = 0) OR (available_change = 0 AND locked_change < 0)
    WHEN 'fee'        THEN (available_change < 0 AND locked_change = 0) OR (available_change = 0 AND locked_change < 0)
    WHEN 'correction' THEN available_change <> 0 OR locked_change <> 0
    ELSE false END)
);
-- A report of the exchange that is read twice is booked once.
CREATE UNIQUE INDEX wallet_transactions_trade    ON trading.wallet_transactions (trade_id, wallet_id, kind)
  WHERE trade_id IS NOT NULL;
CREATE UNIQUE INDEX wallet_transactions_exchange ON trading.wallet_transactions (exchange_id, wallet_id, kind)
  WHERE exchange_id IS NOT NULL;
CREATE INDEX wallet_transactions_order ON trading.wallet_transactions (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX wallet_transactions_at    ON trading.wallet_transactions USING brin (at);

-- Rules that a CHECK cannot express because they need the previous row or another table. A violation fails like a CHECK,
-- with the name of the trigger.
CREATE FUNCTION trading.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = TG_ARGV[0],
    SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END
$$;

-- An order is stored before it is sent, so every sent order is known here.
CREATE TRIGGER orders_begin_pending BEFORE INSERT ON trading.orders FOR EACH ROW
  WHEN (NEW.status <> 'pending')
  EXECUTE FUNCTION trading.refuse('an order begins as pending');

CREATE TRIGGER orders_stay_as_ordered BEFORE UPDATE ON trading.orders FOR EACH ROW
  WHEN ((OLD.id, OLD.user_id, OLD.symbol, OLD.side, OLD.type, OLD.time_in_force, OLD.price, OLD.stop_price, OLD.qty,
         OLD.client_order_id, OLD.created_at)
        IS DISTINCT FROM
        (NEW.id, NEW.user_id, NEW.symbol, NEW.side, NEW.type, NEW.time_in_force, NEW.price, NEW.stop_price, NEW.qty,
         NEW.client_order_id, NEW.created_at))
  EXECUTE FUNCTION trading.refuse('what was ordered never changes');

-- pending -> open | rejected, and both -> partially_filled -> filled | canceled; a terminal status does not change.
CREATE TRIGGER orders_go_forward BEFORE UPDATE ON trading.orders FOR EACH ROW
  WHEN (OLD.status IN ('filled', 'canceled', 'rejected')
        OR (NEW.status IN ('pending', 'rejected') AND OLD.status <> 'pending')
        OR NEW.executed_qty < OLD.executed_qty)
  EXECUTE FUNCTION trading.refuse('an order never goes back');

CREATE TRIGGER trades_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.trades
  EXECUTE FUNCTION trading.refuse('a trade happened and stays');
CREATE TRIGGER wallet_transactions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.wallet_transactions
  EXECUTE FUNCTION trading.refuse('a transaction stays; a wrong one is corrected by another');

CREATE TRIGGER wallets_begin_empty BEFORE INSERT ON trading.wallets FOR EACH ROW
  WHEN (NEW.available <> 0 OR NEW.locked <> 0 OR NEW.transactions <> 0)
  EXECUTE FUNCTION trading.refuse('a wallet begins empty');
-- Depth 0: a statement of a client, not the trigger of a transaction.
CREATE TRIGGER wallets_change_by_transactions BEFORE UPDATE ON trading.wallets FOR EACH ROW
  WHEN (pg_catalog.pg_trigger_depth() = 0)
  EXECUTE FUNCTION trading.refuse('a wallet is changed by a transaction only');

-- Checked on placement only: the rules of a symbol may change while earlier orders are open.
CREATE FUNCTION trading.order_fits_symbol() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  rules  trading.symbols;
  broken text;
BEGIN
  SELECT * INTO rules FROM trading.symbols WHERE symbol = NEW.symbol;
  broken := CASE
    WHEN NOT rules.is_active                              THEN 'symbol_is_active'
    WHEN NEW.price % rules.tick_size <> 0                 THEN 'tick_size'
    WHEN NEW.stop_price % rules.tick_size <> 0            THEN 'tick_size'
    WHEN NEW.qty % rules.step_size <> 0                   THEN 'step_size'
    WHEN NEW.price * NEW.qty < rules.min_notional         THEN 'min_notional'
  END;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'the order does not fit the rules of its symbol',
      SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'orders_' || broken;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER orders_fit_symbol BEFORE INSERT ON trading.orders FOR EACH ROW
  EXECUTE FUNCTION trading.order_fits_symbol();

-- Neither tick size nor order status is checked: the exchange reports what happened, and its reports may arrive in any
-- order. Amounts must not have more decimals than their asset.
CREATE FUNCTION trading.trade_fits_assets() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  base_scale  smallint;
  quote_scale smallint;
  fee_scale   smallint;
  broken      text;
BEGIN
  SELECT base.scale, quote.scale, fee.scale
    INTO base_scale, quote_scale, fee_scale
    FROM trading.orders  AS o
    JOIN trading.symbols AS s     ON s.symbol   = o.symbol
    JOIN trading.assets  AS base  ON base.code  = s.base
    JOIN trading.assets  AS quote ON quote.code = s.quote
    JOIN trading.assets  AS fee   ON fee.code   = NEW.fee_asset
   WHERE o.id = NEW.order_id;
  broken := CASE
    WHEN min_scale(NEW.qty) > base_scale                                       THEN 'qty_scale'
    WHEN min_scale(NEW.quote_qty) > quote_scale                                THEN 'quote_qty_scale'
    WHEN min_scale(NEW.fee_amount) > fee_scale                                 THEN 'fee_scale'
    -- The product may have more decimals than the asset: the exchange rounds it in either direction.
    WHEN abs(NEW.price * NEW.qty - NEW.quote_qty) >= power(10::numeric, -quote_scale) THEN 'quote_qty_is_product'
  END;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'the trade does not fit its assets',
      SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'trades_' || broken;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER trades_fit_assets BEFORE INSERT ON trading.trades FOR EACH ROW
  EXECUTE FUNCTION trading.trade_fits_assets();

-- Updates and locks the wallet: transactions of one wallet run one after the other.
CREATE FUNCTION trading.book() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  wallet      trading.wallets;
  asset_scale smallint;
  owner_id    bigint;
  broken      text;
BEGIN
  UPDATE trading.wallets
     SET available    = available + NEW.available_change,
         locked       = locked + NEW.locked_change,
         transactions = transactions + 1
   WHERE id = NEW.wallet_id
  RETURNING * INTO wallet;
  SELECT scale INTO asset_scale FROM trading.assets WHERE code = wallet.asset;
  SELECT user_id INTO owner_id
    FROM trading.orders
   WHERE id = coalesce(NEW.order_id, (SELECT order_id FROM trading.trades WHERE id = NEW.trade_id));
  broken := CASE
    WHEN wallet.id IS NULL                                                        THEN 'wallet'
    WHEN greatest(min_scale(NEW.available_change), min_scale(NEW.locked_change)) > asset_scale THEN 'scale'
    WHEN owner_id <> wallet.user_id                                               THEN 'owner'
  END;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'the transaction does not fit its wallet',
      SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'wallet_transactions_' || broken;
  END IF;
  NEW.seq := wallet.transactions;
  NEW.available_after := wallet.available;
  NEW.locked_after := wallet.locked;
  RETURN NEW;
END
$$;
CREATE TRIGGER wallet_transactions_book BEFORE INSERT ON trading.wallet_transactions FOR EACH ROW
  EXECUTE FUNCTION trading.book();

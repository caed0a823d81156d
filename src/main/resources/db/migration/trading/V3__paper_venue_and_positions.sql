-- The paper venue's orders that rest, and average costs of the assets of accounts.

-- What the matching of a resting order continues from. A row stays for a while after its order is final.
CREATE TABLE trading.paper_orders (
  order_id    bigint      PRIMARY KEY REFERENCES trading.orders,
  -- Venue of the market data, and the last trade or minute that the order was matched with.
  market      text        NOT NULL CHECK (pg_catalog.char_length(market) BETWEEN 1 AND 32),
  -- 0 = unknown.
  trade_id    bigint      NOT NULL CHECK (trade_id >= 0),
  market_time timestamptz NOT NULL,
  -- Grows with each change, so that two nodes that match the order do not both fill it.
  version     bigint      NOT NULL DEFAULT 0,
  entered_at  timestamptz NOT NULL
);
CREATE INDEX paper_orders_entered_at ON trading.paper_orders (entered_at);

-- The last trade or minute that all resting orders of a symbol were matched with.
CREATE TABLE trading.paper_markets (
  symbol      text        PRIMARY KEY CHECK (pg_catalog.char_length(symbol) BETWEEN 1 AND 64),
  market      text        NOT NULL CHECK (pg_catalog.char_length(market) BETWEEN 1 AND 32),
  trade_id    bigint      NOT NULL CHECK (trade_id >= 0),
  market_time timestamptz NOT NULL
);

-- What trades acquired of an asset, at its average cost in the asset in which the account is valued. A cost or profit that is
-- not known is null.
CREATE TABLE trading.positions (
  account_id      bigint NOT NULL REFERENCES trading.accounts,
  asset           text   NOT NULL CHECK (pg_catalog.char_length(asset) BETWEEN 1 AND 32),
  qty             trading.amount NOT NULL,
  cost            trading.amount,
  realized_profit trading.signed_amount,
  PRIMARY KEY (account_id, asset)
);

-- The last trade that the positions of an account contain.
CREATE TABLE trading.position_cursors (
  account_id bigint PRIMARY KEY REFERENCES trading.accounts,
  trade_id   bigint NOT NULL
);

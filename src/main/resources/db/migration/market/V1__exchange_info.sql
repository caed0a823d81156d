-- All observed prices in the shape of the earlier system, with source and time.
CREATE SEQUENCE market.exchange_info_ids INCREMENT BY 10000;

CREATE TABLE market.exchange_info (
  id            bigint PRIMARY KEY,
  symbol        text NOT NULL CHECK (length(symbol) BETWEEN 1 AND 64),
  exchange_info jsonb NOT NULL CHECK (jsonb_typeof(exchange_info -> 'price') = 'string'),
  called_at     timestamptz NOT NULL,
  slot          bigint NOT NULL,
  venue         text NOT NULL,
  event_time    timestamptz NOT NULL,
  UNIQUE (symbol, slot)
);

COMMENT ON COLUMN market.exchange_info.id IS 'from a block of 10000 that a node reserves, so that quotes have ids while the database is unavailable';
COMMENT ON COLUMN market.exchange_info.exchange_info IS 'the object received from the exchange, with price added';
COMMENT ON COLUMN market.exchange_info.called_at IS 'time of receipt, on the cluster clock';
COMMENT ON COLUMN market.exchange_info.slot IS 'scheduled time / refresh interval; a slot has one row, whichever node polls';
COMMENT ON COLUMN market.exchange_info.venue IS 'binance, testnet or simulated';

CREATE INDEX exchange_info_newest ON market.exchange_info (symbol, called_at DESC, id DESC);
CREATE INDEX exchange_info_oldest ON market.exchange_info (called_at);

-- End of the current ban by the exchange (429, 418); survives a restart of the cluster.
CREATE TABLE market.exchange_block (
  host          text PRIMARY KEY,
  blocked_until timestamptz NOT NULL
);

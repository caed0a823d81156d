-- Every observation of every symbol, as the earlier system kept it, with where and when it came from.
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

COMMENT ON COLUMN market.exchange_info.id IS 'from a block of 10000 the refresher holds, so that an answer has one while the database is away';
COMMENT ON COLUMN market.exchange_info.exchange_info IS 'the object the exchange sent, with price added';
COMMENT ON COLUMN market.exchange_info.called_at IS 'receipt of the answer, on the clock of the cluster';
COMMENT ON COLUMN market.exchange_info.slot IS 'scheduled time / refresh interval: whoever polls, a slot has one row';
COMMENT ON COLUMN market.exchange_info.venue IS 'binance, testnet or simulated';

CREATE INDEX exchange_info_newest ON market.exchange_info (symbol, called_at DESC, id DESC);
CREATE INDEX exchange_info_oldest ON market.exchange_info (called_at);

-- Until when the exchange wants no request from this address (429, 418): outlives a restart of everything else.
CREATE TABLE market.exchange_block (
  host          text PRIMARY KEY,
  blocked_until timestamptz NOT NULL
);

-- Observations partitioned by month, so that retention drops tables instead of deleting rows. market.exchange_info stays: nodes
-- of version 1.0 write it during a rolling upgrade, and reads include it until its rows have expired.

-- A block lasts for days, so that quotes have ids while the database is unavailable. Version 1.0 uses 10,000 ids of a block.
ALTER SEQUENCE market.exchange_info_ids INCREMENT BY 10000000000;
COMMENT ON COLUMN market.exchange_info.id IS 'from a block that a node reserves at its start, so that quotes have ids while the database is unavailable';

-- Partitions are named observations_<year>_<month>. Nodes create them three months ahead and drop expired ones.
CREATE TABLE market.observations (
  venue         text NOT NULL,
  symbol        text NOT NULL CHECK (length(symbol) BETWEEN 1 AND 64),
  slot_start    timestamptz NOT NULL,
  id            bigint NOT NULL,
  exchange_info jsonb NOT NULL CHECK (jsonb_typeof(exchange_info -> 'price') = 'string'),
  called_at     timestamptz NOT NULL,
  event_time    timestamptz NOT NULL,
  PRIMARY KEY (venue, symbol, slot_start)
) PARTITION BY RANGE (slot_start);

COMMENT ON COLUMN market.observations.venue IS 'binance, testnet, simulated or replayed';
COMMENT ON COLUMN market.observations.slot_start IS 'scheduled time; a slot has one row, whichever node polls';
COMMENT ON COLUMN market.observations.id IS 'as in exchange_info; unique across both tables';
COMMENT ON COLUMN market.observations.exchange_info IS 'the object received from the exchange, with price added';
COMMENT ON COLUMN market.observations.called_at IS 'time of receipt, on the cluster clock';
COMMENT ON COLUMN market.observations.event_time IS 'time of the price at the exchange';

CREATE INDEX observations_newest ON market.observations (symbol, called_at DESC, id DESC);

COMMENT ON COLUMN market.exchange_block.host IS 'the exchange host, with the name of the egress address if it has one';

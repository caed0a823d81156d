-- Candles as the exchange sent them, and the longer ones rolled up from them. Other intervals are rolled up by reads.
CREATE TABLE market.candles (
  venue              text        NOT NULL,
  symbol             text        NOT NULL CHECK (length(symbol) BETWEEN 1 AND 64),
  series             text        NOT NULL,
  open_time          timestamptz NOT NULL,
  open               numeric,
  high               numeric,
  low                numeric,
  close              numeric,
  volume             numeric,
  quote_volume       numeric,
  trades             bigint      NOT NULL,
  taker_volume       numeric,
  taker_quote_volume numeric,
  state              text        NOT NULL CHECK (state IN ('final', 'amended', 'absent')),
  confirmed          boolean     NOT NULL,
  PRIMARY KEY (venue, symbol, series, open_time),
  CONSTRAINT candles_figures CHECK (
    num_nulls(open, high, low, close, volume, quote_volume, taker_volume, taker_quote_volume)
      = CASE state WHEN 'absent' THEN 8 ELSE 0 END)
) PARTITION BY LIST (series);

COMMENT ON COLUMN market.candles.series IS 'interval: 1m, 15m, 1h or 1d';
COMMENT ON COLUMN market.candles.volume IS 'in units of the base asset, as taker_volume; quote volumes in units of the quote asset';
COMMENT ON COLUMN market.candles.state IS 'amended: the exchange corrected it after it was closed; absent: the exchange has no candle for the interval';
COMMENT ON COLUMN market.candles.confirmed IS 'whether it equals the candle that the exchange returned on request';

-- Minutes are partitioned by month; nodes create and drop the partitions.
CREATE TABLE market.candles_1m PARTITION OF market.candles FOR VALUES IN ('1m') PARTITION BY RANGE (open_time);
CREATE TABLE market.candles_15m PARTITION OF market.candles FOR VALUES IN ('15m');
CREATE TABLE market.candles_1h PARTITION OF market.candles FOR VALUES IN ('1h');
CREATE TABLE market.candles_1d PARTITION OF market.candles FOR VALUES IN ('1d');

-- Candles that were not compared with the exchange yet, and absent ones, which are requested again for a day.
CREATE INDEX candles_unconfirmed ON market.candles (venue, series, open_time) WHERE NOT confirmed OR state = 'absent';

package dev.verticker.price.candle;

import static dev.verticker.data.Rows.all;
import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.utc;

import dev.verticker.data.Database;
import dev.verticker.data.PendingRows;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.State;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntFunction;

/** {@code market.candles} of one venue. */
final class CandleRepository {
  private static final String INSERT =
      """
      INSERT INTO market.candles AS stored
             (venue, symbol, series, open_time, open, high, low, close, volume, quote_volume, trades,
              taker_volume, taker_quote_volume, state, confirmed)
      SELECT $1, symbol, series, open_time, open::numeric, high::numeric, low::numeric, close::numeric, volume::numeric,
             quote_volume::numeric, trades, taker_volume::numeric, taker_quote_volume::numeric, state, confirmed
        FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                    $10::text[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::boolean[])
             AS given (symbol, series, open_time, open, high, low, close, volume,
                       quote_volume, trades, taker_volume, taker_quote_volume, state, confirmed)
          ON CONFLICT (venue, symbol, series, open_time) DO UPDATE
         SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
             volume = excluded.volume, quote_volume = excluded.quote_volume, trades = excluded.trades,
             taker_volume = excluded.taker_volume, taker_quote_volume = excluded.taker_quote_volume,
             state = excluded.state, confirmed = excluded.confirmed
       WHERE stored.state = 'absent' AND excluded.state <> 'absent'
      """;

  private static final String REPLACE =
      INSERT + "OR excluded.confirmed AND excluded.state <> 'absent'";

  private static final String FIND =
      """
      SELECT c.*
        FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS wanted (symbol, series, first, until)
       CROSS JOIN LATERAL (
               SELECT *
                 FROM market.candles AS candle
                WHERE candle.venue = $1
                  AND candle.symbol = wanted.symbol
                  AND candle.series = wanted.series
                  AND candle.open_time >= wanted.first
                  AND candle.open_time < wanted.until) AS c
       ORDER BY c.symbol, c.series, c.open_time
      """;

  private static final String COUNT =
      """
      SELECT floor(extract(epoch FROM open_time) / $4)::bigint * $4 AS first, count(*) AS candles
        FROM market.candles
       WHERE venue = $1
         AND symbol = $2
         AND series = $3
         AND open_time >= $5
         AND open_time < $6
         AND confirmed
       GROUP BY 1
      """;

  /** Repeats the condition of the partial index candles_unconfirmed, so that PostgreSQL uses that index. */
  private static final String ABSENT =
      """
      SELECT symbol, open_time
        FROM market.candles
       WHERE venue = $1
         AND series = $2
         AND open_time >= $3
         AND (NOT confirmed OR state = 'absent')
         AND state = 'absent'
       ORDER BY open_time
       LIMIT $4
      """;

  /** The minutes of 1,000 symbols during almost an hour without PostgreSQL. */
  private static final int MAX_PENDING = 50_000;

  private static final int BATCH = 1000;

  private final Database database;
  private final String venue;

  /** Candles of the series that open at {@code first} or later and before {@code until}. */
  record Range(String symbol, BaseSeries series, Instant first, Instant until) {}

  /** The number of confirmed candles in the chunk that starts at {@code first}. */
  record ChunkCount(Instant first, long candles) {}

  record AbsentCandle(String symbol, Instant openTime) {}

  CandleRepository(Database database, String venue) {
    this.database = database;
    this.venue = venue;
  }

  /** Returns a queue of closed candles to insert. The comparison with the exchange stores dropped ones later. */
  PendingRows<StoredCandle> queue(MeterRegistry metrics) {
    return new PendingRows<>(
        new PendingRows.Table<>(
            "candle_writes",
            MAX_PENDING,
            BATCH,
            this::insert,
            candle -> "candle of " + candle.symbol() + " at " + candle.openTime()),
        metrics);
  }

  /** Inserts candles; a stored one is kept, except that any other state replaces absent. */
  Future<Void> insert(List<StoredCandle> candles) {
    return write(INSERT, candles);
  }

  /** Inserts candles that equal those of the exchange; they replace stored ones. */
  Future<Void> replace(List<StoredCandle> candles) {
    return write(REPLACE, candles);
  }

  /** Returns the stored candles of the ranges, by symbol, series and open time. */
  Future<List<StoredCandle>> find(List<Range> ranges) {
    var args = Tuple.tuple()
        .addValue(venue)
        .addValue(each(ranges, Range::symbol, String[]::new))
        .addValue(each(ranges, range -> range.series().wireName(), String[]::new))
        .addValue(each(ranges, range -> utc(range.first()), OffsetDateTime[]::new))
        .addValue(each(ranges, range -> utc(range.until()), OffsetDateTime[]::new));
    return database.query(FIND, args).map(rows -> all(rows, CandleRepository::candle));
  }

  /** Returns the chunks of the range that have confirmed candles; a chunk starts at a multiple of its length. */
  Future<List<ChunkCount>> countConfirmed(Range range, Duration chunk) {
    var args = Tuple.tuple()
        .addValue(venue)
        .addValue(range.symbol())
        .addValue(range.series().wireName())
        .addValue(chunk.toSeconds())
        .addValue(utc(range.first()))
        .addValue(utc(range.until()));
    return database
        .query(COUNT, args)
        .map(rows -> all(
            rows,
            row -> new ChunkCount(
                Instant.ofEpochSecond(row.getLong("first")), row.getLong("candles"))));
  }

  /** Returns the absent candles of the series since then, oldest first. */
  Future<List<AbsentCandle>> findAbsent(BaseSeries series, Instant since, int limit) {
    return database
        .query(ABSENT, Tuple.of(venue, series.wireName(), utc(since), limit))
        .map(rows ->
            all(rows, row -> new AbsentCandle(row.getString("symbol"), instant(row, "open_time"))));
  }

  private Future<Void> write(String sql, List<StoredCandle> candles) {
    if (candles.isEmpty()) {
      return Future.succeededFuture();
    }
    var args = Tuple.tuple()
        .addValue(venue)
        .addValue(each(candles, StoredCandle::symbol, String[]::new))
        .addValue(each(candles, candle -> candle.series().wireName(), String[]::new))
        .addValue(each(candles, candle -> utc(candle.openTime()), OffsetDateTime[]::new))
        .addValue(decimals(candles, candle -> candle.candle().open()))
        .addValue(decimals(candles, candle -> candle.candle().high()))
        .addValue(decimals(candles, candle -> candle.candle().low()))
        .addValue(decimals(candles, candle -> candle.candle().close()))
        .addValue(decimals(candles, candle -> candle.candle().volume()))
        .addValue(decimals(candles, candle -> candle.candle().quoteVolume()))
        .addValue(each(candles, candle -> candle.candle().trades(), Long[]::new))
        .addValue(decimals(candles, candle -> candle.candle().takerVolume()))
        .addValue(decimals(candles, candle -> candle.candle().takerQuoteVolume()))
        .addValue(each(
            candles,
            candle -> candle.candle().state().name().toLowerCase(Locale.ROOT),
            String[]::new))
        .addValue(each(candles, StoredCandle::confirmed, Boolean[]::new));
    return database.query(sql, args).mapEmpty();
  }

  private static StoredCandle candle(Row row) {
    return new StoredCandle(
        row.getString("symbol"),
        BaseSeries.of(row.getString("series")),
        new Candle(
            instant(row, "open_time"),
            row.getBigDecimal("open"),
            row.getBigDecimal("high"),
            row.getBigDecimal("low"),
            row.getBigDecimal("close"),
            row.getBigDecimal("volume"),
            row.getBigDecimal("quote_volume"),
            row.getLong("trades"),
            row.getBigDecimal("taker_volume"),
            row.getBigDecimal("taker_quote_volume"),
            State.valueOf(row.getString("state").toUpperCase(Locale.ROOT))),
        row.getBoolean("confirmed"));
  }

  /** As text, which PostgreSQL converts to numbers without changing a digit. */
  private static String[] decimals(
      List<StoredCandle> candles, Function<StoredCandle, BigDecimal> figure) {
    return each(
        candles,
        candle -> {
          var value = figure.apply(candle);
          return value == null ? null : value.toPlainString();
        },
        String[]::new);
  }

  private static <R, T> T[] each(List<R> rows, Function<R, T> field, IntFunction<T[]> array) {
    return rows.stream().map(field).toArray(array);
  }
}

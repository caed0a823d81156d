package dev.verticker.price.observation;

import static dev.verticker.data.Rows.all;
import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.page;
import static dev.verticker.data.Rows.utc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.data.Database;
import dev.verticker.data.PendingRows;
import dev.verticker.message.Prices.Day;
import dev.verticker.message.Prices.FindHistory;
import dev.verticker.message.Prices.History;
import dev.verticker.message.Prices.HistoryPosition;
import dev.verticker.message.Prices.Observation;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * {@code market.observations}: one observation per venue, symbol and slot. Reads include {@code market.exchange_info}, which
 * contains the observations of version 1.0 until their retention is over, and which nodes of that version still write.
 */
public final class ObservationRepository {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int MAX_PENDING = 20_000;
  private static final int BATCH = 500;
  private static final String STORED_FEED = "stored";

  private static final String INSERT =
      """
      INSERT INTO market.observations (venue, symbol, slot_start, id, exchange_info, called_at, event_time)
      SELECT venue, symbol, slot_start, id, info::jsonb, called_at, event_time
        FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[], $6::timestamptz[], $7::timestamptz[])
             AS given (venue, symbol, slot_start, id, info, called_at, event_time)
          ON CONFLICT (venue, symbol, slot_start) DO NOTHING
      """;

  private static final String NEWEST =
      """
      SELECT newest.id, newest.symbol, newest.exchange_info::text AS info, newest.called_at, newest.venue, newest.event_time
        FROM unnest($1::text[]) AS requested (symbol)
       CROSS JOIN LATERAL (
               (SELECT id, symbol, exchange_info, called_at, venue, event_time
                  FROM market.observations AS o
                 WHERE o.venue = $2
                   AND o.symbol = requested.symbol
                 ORDER BY o.slot_start DESC
                 LIMIT 1)
               UNION ALL
               (SELECT id, symbol, exchange_info, called_at, venue, event_time
                  FROM market.exchange_info AS e
                 WHERE e.venue = $2
                   AND e.symbol = requested.symbol
                 ORDER BY e.called_at DESC, e.id DESC
                 LIMIT 1)
               ORDER BY called_at DESC, id DESC
               LIMIT 1
             ) AS newest
      """;

  /** A slot that nodes of both versions stored has one row. */
  private static final String HISTORY =
      """
      SELECT id, symbol, exchange_info::text AS info, called_at, venue, event_time
        FROM (
               (SELECT id, symbol, exchange_info, called_at, venue, event_time
                  FROM market.observations
                 WHERE symbol = $1
                   AND called_at >= coalesce($2::timestamptz, '-infinity')
                   AND called_at < coalesce($3::timestamptz, 'infinity')
                   AND (called_at, id) < (coalesce($4::timestamptz, 'infinity'), $5)
                 ORDER BY called_at DESC, id DESC
                 LIMIT $6)
               UNION ALL
               (SELECT id, symbol, exchange_info, called_at, venue, event_time
                  FROM market.exchange_info AS e
                 WHERE symbol = $1
                   AND called_at >= coalesce($2::timestamptz, '-infinity')
                   AND called_at < coalesce($3::timestamptz, 'infinity')
                   AND (called_at, id) < (coalesce($4::timestamptz, 'infinity'), $5)
                   AND NOT EXISTS (SELECT
                                     FROM market.observations AS o
                                    WHERE o.venue = e.venue
                                      AND o.symbol = e.symbol
                                      AND o.slot_start = 'epoch'::timestamptz + e.slot * ($7::bigint * interval '1 microsecond'))
                 ORDER BY called_at DESC, id DESC
                 LIMIT $6)
             ) AS observed
       ORDER BY called_at DESC, id DESC
       LIMIT $6
      """;

  private static final String NEXT_BLOCK = "SELECT nextval('market.exchange_info_ids') AS first";

  private final Database database;
  private final String venue;
  private final TimeSlots slots;
  private final Duration staleAfter;

  public ObservationRepository(
      Database database, String venue, TimeSlots slots, Duration staleAfter) {
    this.database = database;
    this.venue = venue;
    this.slots = slots;
    this.staleAfter = staleAfter;
  }

  /** Returns a queue of observations to insert. */
  public PendingRows<SlotQuote> queue(MeterRegistry metrics) {
    return new PendingRows<>(
        new PendingRows.Table<>(
            "price_observations",
            MAX_PENDING,
            BATCH,
            this::insert,
            observation -> "observation of " + observation.quote().symbol()),
        metrics);
  }

  /** Inserts a row for each observation whose slot has none. Fails as a whole if a row is invalid or has no partition. */
  public Future<Void> insert(List<SlotQuote> observations) {
    var args = Tuple.tuple()
        .addValue(each(observations, o -> o.quote().venue(), String[]::new))
        .addValue(each(observations, o -> o.quote().symbol(), String[]::new))
        .addValue(each(observations, o -> utc(o.slotStart()), OffsetDateTime[]::new))
        .addValue(each(observations, o -> o.quote().id(), Long[]::new))
        .addValue(each(observations, o -> o.quote().exchangeInfo(), String[]::new))
        .addValue(each(observations, o -> utc(o.quote().receivedAt()), OffsetDateTime[]::new))
        .addValue(each(observations, o -> utc(o.quote().eventTime()), OffsetDateTime[]::new));
    return database.query(INSERT, args).mapEmpty();
  }

  /** The newest stored quote, at this venue, of each symbol that has one. */
  public Future<List<Quote>> newest(List<String> symbols) {
    return database
        .query(NEWEST, Tuple.of(symbols.toArray(String[]::new), venue))
        .map(this::quotes);
  }

  /** Returns a page of observations, newest first. */
  public Future<History> history(FindHistory find) {
    var before = find.before() == null ? new HistoryPosition(null, Long.MAX_VALUE) : find.before();
    var args = Tuple.tuple()
        .addValue(find.symbol())
        .addValue(utc(find.from()))
        .addValue(utc(find.to()))
        .addValue(utc(before.calledAt()))
        .addValue(before.id())
        .addValue(find.limit() + 1)
        .addValue(slots.interval().toNanos() / 1000);
    return database
        .query(HISTORY, args)
        .map(rows -> page(
            all(rows, ObservationRepository::observation),
            find.limit(),
            last -> new HistoryPosition(last.calledAt(), last.id()),
            History::new));
  }

  /** Reserves {@link QuoteIds#BLOCK} ids and returns the first. */
  Future<Long> nextBlock() {
    return database
        .query(NEXT_BLOCK, Tuple.tuple())
        .map(rows -> rows.iterator().next().getLong("first"));
  }

  private List<Quote> quotes(RowSet<Row> rows) {
    return all(rows, row -> {
      var observation = observation(row);
      return quote(observation, parse(observation.exchangeInfo()));
    });
  }

  private Quote quote(Observation row, JsonNode ticker) {
    return new Quote(
        row.id(),
        row.symbol(),
        row.price(),
        decimal(ticker, "bidPrice"),
        decimal(ticker, "askPrice"),
        decimal(ticker, "priceChangePercent"),
        decimal(ticker, "volume"),
        day(ticker),
        row.exchangeInfo(),
        STORED_FEED,
        0,
        ticker.path("lastId").asLong(),
        row.venue(),
        Source.STORED,
        row.eventTime(),
        row.calledAt(),
        row.calledAt().plus(staleAfter));
  }

  private static Day day(JsonNode ticker) {
    return new Day(
        decimal(ticker, "openPrice"),
        decimal(ticker, "highPrice"),
        decimal(ticker, "lowPrice"),
        decimal(ticker, "priceChange"),
        decimal(ticker, "quoteVolume"));
  }

  private static BigDecimal decimal(JsonNode ticker, String field) {
    var value = ticker.path(field);
    try {
      return value.isTextual() ? new BigDecimal(value.textValue()) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static Observation observation(Row row) {
    var info = row.getString("info");
    return new Observation(
        row.getLong("id"),
        row.getString("symbol"),
        new BigDecimal(parse(info).path("price").textValue()),
        info,
        row.getString("venue"),
        instant(row, "event_time"),
        instant(row, "called_at"));
  }

  private static JsonNode parse(String info) {
    try {
      return MAPPER.readTree(info);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot parse exchange_info of a stored observation", e);
    }
  }

  private static <T> T[] each(
      List<SlotQuote> observations, Function<SlotQuote, T> field, IntFunction<T[]> array) {
    return observations.stream().map(field).toArray(array);
  }
}

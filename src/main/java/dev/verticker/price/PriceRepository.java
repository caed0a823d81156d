package dev.verticker.price;

import static dev.verticker.data.Rows.all;
import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.utc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.data.Database;
import dev.verticker.message.Prices.FindHistory;
import dev.verticker.message.Prices.History;
import dev.verticker.message.Prices.HistoryPosition;
import dev.verticker.message.Prices.Observation;
import dev.verticker.message.Prices.Quote;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code market.exchange_info}: every observation, one per symbol and slot. */
final class PriceRepository {
  private static final Logger log = LoggerFactory.getLogger(PriceRepository.class);
  private static final JsonMapper MAPPER = new JsonMapper();

  private static final String INSERT =
      """
      INSERT INTO market.exchange_info (id, symbol, exchange_info, called_at, slot, venue, event_time)
      SELECT id, symbol, info::jsonb, called_at, slot, venue, event_time
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::text[], $7::timestamptz[])
             AS given (id, symbol, info, called_at, slot, venue, event_time)
          ON CONFLICT (symbol, slot) DO NOTHING
      RETURNING symbol
      """;

  private static final String IN_SLOT =
      """
      SELECT id, symbol, exchange_info::text AS info, called_at, venue, event_time
        FROM market.exchange_info
       WHERE slot = $1
         AND symbol = ANY ($2::text[])
      """;

  private static final String NEWEST =
      """
      SELECT newest.id, newest.symbol, newest.exchange_info::text AS info, newest.called_at, newest.venue, newest.event_time
        FROM unnest($1::text[]) AS asked (symbol)
       CROSS JOIN LATERAL (SELECT *
                             FROM market.exchange_info AS e
                            WHERE e.symbol = asked.symbol
                            ORDER BY e.called_at DESC, e.id DESC
                            LIMIT 1) AS newest
      """;

  private static final String HISTORY =
      """
      SELECT id, symbol, exchange_info::text AS info, called_at, venue, event_time
        FROM market.exchange_info
       WHERE symbol = $1
         AND called_at >= coalesce($2::timestamptz, '-infinity')
         AND called_at < coalesce($3::timestamptz, 'infinity')
         AND (called_at, id) < (coalesce($4::timestamptz, 'infinity'), $5)
       ORDER BY called_at DESC, id DESC
       LIMIT $6
      """;

  private static final String NEXT_BLOCK = "SELECT nextval('market.exchange_info_ids') AS first";

  /** For housekeeping. */
  static final String REMOVE_OLD =
      """
      DELETE FROM market.exchange_info
       WHERE id IN (SELECT id FROM market.exchange_info WHERE called_at < $1 ORDER BY called_at LIMIT $2)
      """;

  private final Database database;
  private final QuoteFactory quotes;
  private final MeterRegistry metrics;

  PriceRepository(Database database, QuoteFactory quotes, MeterRegistry metrics) {
    this.database = database;
    this.quotes = quotes;
    this.metrics = metrics;
  }

  /**
   * Stores what has no row yet; the symbols that got one. An observation that PostgreSQL refuses for what it contains is
   * left out, logged and counted in {@code price_rejected_total}: it must not keep the others from being stored.
   */
  Future<Set<String>> insert(List<SlotQuote> observed) {
    return insertAll(observed).recover(failure -> {
      if (!isRefusal(failure)) {
        return Future.failedFuture(failure);
      }
      if (observed.size() == 1) {
        reject(observed.get(0).quote(), failure);
        return Future.succeededFuture(Set.of());
      }
      var half = observed.size() / 2;
      return insert(observed.subList(0, half))
          .compose(first -> insert(observed.subList(half, observed.size())).map(second -> {
            var symbols = new HashSet<>(first);
            symbols.addAll(second);
            return symbols;
          }));
    });
  }

  /** Class 22: the data cannot be represented; class 23: it breaks a constraint. */
  private static boolean isRefusal(Throwable failure) {
    return failure instanceof PgException refusal
        && refusal.getSqlState() != null
        && (refusal.getSqlState().startsWith("22") || refusal.getSqlState().startsWith("23"));
  }

  private void reject(Quote quote, Throwable failure) {
    log.warn(
        "PostgreSQL refuses an observation of {}, it is dropped: {}",
        quote.symbol(),
        failure.getMessage());
    metrics.counter("price_rejected_total", "reason", "refused-by-postgres").increment();
  }

  private Future<Set<String>> insertAll(List<SlotQuote> observed) {
    var args = Tuple.tuple()
        .addValue(each(observed, o -> o.quote().id(), Long[]::new))
        .addValue(each(observed, o -> o.quote().symbol(), String[]::new))
        .addValue(each(observed, o -> o.quote().exchangeInfo(), String[]::new))
        .addValue(each(observed, o -> utc(o.quote().receivedAt()), OffsetDateTime[]::new))
        .addValue(each(observed, SlotQuote::slot, Long[]::new))
        .addValue(each(observed, o -> o.quote().venue(), String[]::new))
        .addValue(each(observed, o -> utc(o.quote().eventTime()), OffsetDateTime[]::new));
    return database.query(INSERT, args).map(rows -> {
      Set<String> symbols = new HashSet<>();
      rows.forEach(row -> symbols.add(row.getString("symbol")));
      return symbols;
    });
  }

  /** The rows that stand for a slot. */
  Future<List<Quote>> standing(long slot, List<String> symbols) {
    return database
        .query(IN_SLOT, Tuple.tuple().addValue(slot).addValue(symbols.toArray(String[]::new)))
        .map(this::quotes);
  }

  /** The newest row of each of the symbols that has one. */
  Future<List<Quote>> newest(List<String> symbols) {
    return database
        .query(NEWEST, Tuple.tuple().addValue(symbols.toArray(String[]::new)))
        .map(this::quotes);
  }

  Future<History> history(FindHistory find) {
    var before = find.before() == null ? new HistoryPosition(null, Long.MAX_VALUE) : find.before();
    var args = Tuple.tuple()
        .addValue(find.symbol())
        .addValue(utc(find.from()))
        .addValue(utc(find.to()))
        .addValue(utc(before.calledAt()))
        .addValue(before.id())
        .addValue(find.limit() + 1);
    return database
        .query(HISTORY, args)
        .map(rows -> page(all(rows, PriceRepository::observation), find.limit()));
  }

  /** The first of a block of ids as long as the sequence's increment. */
  Future<Long> nextBlock() {
    return database
        .query(NEXT_BLOCK, Tuple.tuple())
        .map(rows -> rows.iterator().next().getLong("first"));
  }

  private static History page(List<Observation> found, int limit) {
    if (found.size() <= limit) {
      return new History(found, null);
    }
    var page = found.subList(0, limit);
    var last = page.get(limit - 1);
    return new History(page, new HistoryPosition(last.calledAt(), last.id()));
  }

  private List<Quote> quotes(RowSet<Row> rows) {
    return all(rows, row -> {
      var observation = observation(row);
      return quotes.stored(
          observation, parse(observation.exchangeInfo()), instant(row, "event_time"));
    });
  }

  private static Observation observation(Row row) {
    var info = row.getString("info");
    return new Observation(
        row.getLong("id"),
        row.getString("symbol"),
        new BigDecimal(parse(info).path("price").textValue()),
        info,
        row.getString("venue"),
        instant(row, "called_at"));
  }

  private static JsonNode parse(String info) {
    try {
      return MAPPER.readTree(info);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("jsonb is JSON", e);
    }
  }

  private static <T> T[] each(
      List<SlotQuote> observed, Function<SlotQuote, T> field, IntFunction<T[]> array) {
    return observed.stream().map(field).toArray(array);
  }
}

package dev.verticker.legacy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.verticker.price.observation.PriceLocks;
import dev.verticker.price.observation.QuoteIds;
import dev.verticker.price.observation.TimeSlots;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Imports the price observations of the earlier system. That system stored duplicates whenever its cache was empty, so only
 * the first observation of a symbol and minute is imported. Can be repeated: existing rows stay unchanged.
 */
final class LegacyPriceImport {
  private static final int BATCH = 1000;
  private static final int PROGRESS_INTERVAL = 100_000;
  private static final int MAX_SYMBOL = 64;
  private static final int MAX_DIGITS = 64;

  /** Preserves every digit of a number. */
  private static final JsonMapper JSON = JsonMapper.builder()
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
      .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
      .build();

  private static final String TOTAL = "SELECT count(*) FROM exchange_info";
  private static final String NEXT_BLOCK = "SELECT pg_catalog.nextval('market.exchange_info_ids')";

  private static final String READ =
      """
      SELECT symbol, exchange_info::text AS exchange_info, called_at::timestamptz AS called_at
        FROM exchange_info
       WHERE called_at IS NOT NULL
       ORDER BY called_at, id
      """;

  private static final String INSERT =
      """
      INSERT INTO market.exchange_info (id, symbol, exchange_info, called_at, slot, venue, event_time)
      VALUES (?, ?, ?::jsonb, ?, ?, ?, ?)
      ON CONFLICT (symbol, slot) DO NOTHING
      """;

  private final Connection from;
  private final Connection to;
  private final TimeSlots slots;
  private final String venue;
  private final PrintStream out;
  private final Map<String, Instant> minutes = new HashMap<>();
  private long nextId;
  private long endOfBlock;
  private long read;
  private long imported;
  private long existing;
  private long duplicates;
  private long invalid;

  private LegacyPriceImport(
      Connection from, Connection to, Duration interval, String venue, PrintStream out) {
    this.from = from;
    this.to = to;
    this.slots = new TimeSlots(interval);
    this.venue = venue;
    this.out = out;
  }

  /**
   * @param from the database of the earlier system; a failure leaves it inside a transaction
   * @param interval the refresh interval of this system, which defines the slots
   * @param venue the exchange of the earlier system, which it did not store
   */
  static void run(Connection from, Connection to, Duration interval, String venue, PrintStream out)
      throws SQLException {
    var lock = ImportLock.acquire(to, PriceLocks.IMPORT);
    try (lock) {
      new LegacyPriceImport(from, to, interval, venue, out).copy();
    }
  }

  private void copy() throws SQLException {
    var total = Long.parseLong(JdbcConnections.queryOne(from, TOTAL));
    // The driver fetches in batches only inside a transaction.
    from.setAutoCommit(false);
    to.setAutoCommit(false);
    try (var query = from.prepareStatement(READ);
        var insert = to.prepareStatement(INSERT)) {
      query.setFetchSize(BATCH);
      try (var rows = query.executeQuery()) {
        var pending = 0;
        while (rows.next()) {
          read++;
          if (add(insert, rows)) {
            pending++;
          }
          if (pending == BATCH) {
            store(insert);
            pending = 0;
          }
          if (read % PROGRESS_INTERVAL == 0) {
            out.println("observations: " + read + " of " + total);
          }
        }
        store(insert);
      }
    }
    from.setAutoCommit(true);
    to.setAutoCommit(true);
    try (var statement = to.createStatement()) {
      statement.execute("ANALYZE market.exchange_info");
    }
    invalid += total - read;
    out.printf(
        "observations: %d read, %d imported, %d existing, %d duplicates of a symbol and minute, %d invalid%n",
        total, imported, existing, duplicates, invalid);
  }

  private boolean add(PreparedStatement insert, ResultSet row) throws SQLException {
    var symbol = row.getString("symbol");
    var info = valid(row.getString("exchange_info"));
    if (symbol == null || symbol.isEmpty() || symbol.length() > MAX_SYMBOL || info == null) {
      invalid++;
      return false;
    }
    var calledAt = row.getObject("called_at", OffsetDateTime.class);
    var minute = calledAt.toInstant().truncatedTo(ChronoUnit.MINUTES);
    if (minute.equals(minutes.put(symbol, minute))) {
      duplicates++;
      return false;
    }
    insert.setLong(1, nextId());
    insert.setString(2, symbol);
    insert.setString(3, info);
    insert.setObject(4, calledAt);
    insert.setLong(5, slots.of(calledAt.toInstant()));
    insert.setString(6, venue);
    insert.setObject(7, calledAt);
    insert.addBatch();
    return true;
  }

  /** The JSON object with its price as text; null unless it is an object with a positive price. */
  private static String valid(String exchangeInfo) {
    try {
      if (exchangeInfo != null && JSON.readTree(exchangeInfo) instanceof ObjectNode info) {
        var price = new BigDecimal(info.path("price").asText());
        return price.signum() > 0
                && price.precision() <= MAX_DIGITS
                && Math.abs(price.scale()) <= MAX_DIGITS
            ? JSON.writeValueAsString(info.put("price", price.toPlainString()))
            : null;
      }
      return null;
    } catch (JsonProcessingException | NumberFormatException e) {
      return null;
    }
  }

  private void store(PreparedStatement insert) throws SQLException {
    var counts = insert.executeBatch();
    var stored = Arrays.stream(counts).filter(count -> count == 1).count();
    imported += stored;
    existing += counts.length - stored;
    to.commit();
  }

  private long nextId() throws SQLException {
    if (nextId == endOfBlock) {
      nextId = Long.parseLong(JdbcConnections.queryOne(to, NEXT_BLOCK));
      endOfBlock = nextId + QuoteIds.BLOCK;
    }
    return nextId++;
  }
}

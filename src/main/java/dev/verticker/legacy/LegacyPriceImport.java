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
 * Takes over what the earlier system observed. It stored a row for every reader that came while its cache was empty, so of
 * each symbol and minute only the first is kept. Can be repeated: what is here already is left as it is.
 */
public final class LegacyPriceImport {
  private static final int BATCH = 1000;
  private static final int TELL_EVERY = 100_000;
  private static final int MAX_SYMBOL = 64;
  private static final int MAX_DIGITS = 64;

  /** Every number as exact as it was written. */
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
  private long endOfIds;
  private long read;
  private long kept;
  private long present;
  private long repeated;
  private long unusable;

  private LegacyPriceImport(
      Connection from, Connection to, Duration interval, String venue, PrintStream out) {
    this.from = from;
    this.to = to;
    this.slots = new TimeSlots(interval);
    this.venue = venue;
    this.out = out;
  }

  /**
   * @param from the database of the earlier system, where {@code exchange_info} is found without a schema; after a failure
   *     it is left inside a transaction
   * @param to the database of schema {@code market}, migrated
   * @param interval the refresh interval of this system, which numbers the slots
   * @param venue where the earlier system asked, which it did not write down
   * @param out told of progress and of the sums
   * @throws ImportRefused when another import runs
   */
  public static void run(
      Connection from, Connection to, Duration interval, String venue, PrintStream out)
      throws SQLException {
    new LegacyPriceImport(from, to, interval, venue, out).run();
  }

  private void run() throws SQLException {
    new ImportLock(to, PriceLocks.IMPORT).run(this::take);
  }

  private void take() throws SQLException {
    var total = Long.parseLong(one(from, TOTAL));
    // Without a transaction the driver would read the whole table into memory.
    from.setAutoCommit(false);
    to.setAutoCommit(false);
    try (var query = from.prepareStatement(READ);
        var insert = to.prepareStatement(INSERT)) {
      query.setFetchSize(BATCH);
      try (var rows = query.executeQuery()) {
        var waiting = 0;
        while (rows.next()) {
          read++;
          if (add(insert, rows)) {
            waiting++;
          }
          if (waiting == BATCH) {
            store(insert);
            waiting = 0;
          }
          if (read % TELL_EVERY == 0) {
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
    unusable += total - read;
    out.printf(
        "observations: %d read, %d kept, %d here already, %d more of the same symbol and minute, %d unusable%n",
        total, kept, present, repeated, unusable);
  }

  private boolean add(PreparedStatement insert, ResultSet row) throws SQLException {
    var symbol = row.getString("symbol");
    var info = usable(row.getString("exchange_info"));
    if (symbol == null || symbol.isEmpty() || symbol.length() > MAX_SYMBOL || info == null) {
      unusable++;
      return false;
    }
    var calledAt = row.getObject("called_at", OffsetDateTime.class);
    var minute = calledAt.toInstant().truncatedTo(ChronoUnit.MINUTES);
    if (minute.equals(minutes.put(symbol, minute))) {
      repeated++;
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

  /** Null unless it is an object with a positive price, which becomes a string where it was a number. */
  private static String usable(String exchangeInfo) {
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
    kept += stored;
    present += counts.length - stored;
    to.commit();
  }

  private long nextId() throws SQLException {
    if (nextId == endOfIds) {
      nextId = Long.parseLong(one(to, NEXT_BLOCK));
      endOfIds = nextId + QuoteIds.BLOCK;
    }
    return nextId++;
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}

package dev.verticker.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeMap;

/**
 * The sequential scans of the large tables of a schema. PostgreSQL counts them, whatever plan it chooses; a query must run several
 * times, because PostgreSQL may choose another plan after the fifth.
 */
public final class SequentialScans {
  private static final int MIN_ROWS = 50_000;

  private final TestDatabase database;
  private final String schema;
  private final TreeMap<String, Long> before;

  private SequentialScans(TestDatabase database, String schema) {
    this.database = database;
    this.schema = schema;
    // Statements of the test would be reported later, as those of a node.
    database.execute("SELECT pg_stat_force_next_flush()");
    this.before = read(MIN_ROWS);
  }

  /** Starts to count. The tables must be analyzed. */
  public static SequentialScans of(TestDatabase database, String schema) {
    return new SequentialScans(database, schema);
  }

  /** Fails if a node has scanned a large table. The nodes must be closed, because a connection reports its scans late. */
  public void assertNone(String... largeTables) {
    assertEquals(List.of(largeTables), List.copyOf(before.keySet()), "the large tables");
    Await.until(
        "connections are closed",
        () -> database.number(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'verticker%'")
            == 0);
    var scanned = read(0);
    scanned.keySet().retainAll(before.keySet());
    assertEquals(before, scanned, "sequential scans of each table");
  }

  private TreeMap<String, Long> read(int minRows) {
    var scans = new TreeMap<String, Long>();
    database
        .rows(
            """
            SELECT relname, seq_scan
              FROM pg_stat_user_tables
             WHERE schemaname = '%s'
               AND n_live_tup >= %d"""
                .formatted(schema, minRows))
        .forEach(row -> scans.put(row.get(0), Long.parseLong(row.get(1))));
    return scans;
  }
}

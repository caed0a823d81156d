package dev.verticker.data;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonthlyPartitionsTest {
  private static final AdvisoryLock LOCK = new AdvisoryLock(1, 1);
  private static final Duration RETENTION = Duration.ofDays(90);

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final TestDatabase test = TestDatabase.create();
  private final Database database = Database.open(vertx, test.settings("market"));
  private final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-29T23:59:59Z"));
  private final MonthlyPartitions partitions =
      new MonthlyPartitions(database, LOCK, "market.samples", 1, clock);
  private final Housekeeping housekeeping = partitions.addTo(
      new Housekeeping(vertx, database, LOCK, clock, metrics), "sample-partitions", RETENTION);

  MonthlyPartitionsTest() {
    test.execute(
        """
        CREATE TABLE market.samples (
          at timestamptz PRIMARY KEY, value int NOT NULL DEFAULT 1 CHECK (value > 0)
        ) PARTITION BY RANGE (at)
        """);
    until(
        "PostgreSQL is available",
        () -> await(database.query("SELECT 1", Tuple.tuple()).map(true).otherwise(false)));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void every_month_around_the_current_one_has_a_partition_and_others_do_not() {
    await(partitions.create());
    await(partitions.create());

    assertEquals(List.of("2026_10", "2026_11", "2026_12", "2027_01", "2027_02"), attached());
    insert("2026-10-01T00:00:00Z");
    insert("2027-02-28T23:59:59.999999Z");
    for (var outside : List.of("2026-09-30T23:59:59.999999Z", "2027-03-01T00:00:00Z")) {
      assertTrue(MonthlyPartitions.isMissing(failureOf(insertion(outside, 1))), outside);
    }
  }

  @Test
  void an_invalid_row_is_not_taken_for_a_missing_partition() {
    await(partitions.create());
    assertFalse(MonthlyPartitions.isMissing(failureOf(insertion("2026-11-01T00:00:00Z", 0))));
  }

  @Test
  void a_partition_is_created_while_a_transaction_reads_the_table() throws SQLException {
    await(partitions.create());
    try (var reader = reader()) {
      clock.step(Duration.ofDays(2));
      await(housekeeping.run());
      reader.rollback();
    }
    assertEquals("2027_03", attached().get(attached().size() - 1));
    assertEquals(0, failures());
  }

  @Test
  void partitions_are_dropped_when_all_their_rows_are_older_than_the_retention() {
    await(partitions.create());
    insert("2026-10-31T00:00:00Z");
    insert("2026-11-30T00:00:00Z");

    clock.step(Duration.ofDays(62 + 28));
    await(housekeeping.run());

    assertEquals("2026_11", attached().get(0), "2027-02-27 minus 90 days is in November");
    assertEquals(1, test.number("SELECT count(*) FROM market.samples"));
    assertEquals(List.of(), detached());
    assertEquals(
        1,
        metrics
            .counter("housekeeping_removed_total", "what", "sample-partitions")
            .count());
  }

  @Test
  void a_partition_whose_removal_a_reader_delayed_is_dropped_after_its_end() throws SQLException {
    await(partitions.create());
    clock.step(Duration.ofDays(120));
    try (var reader = reader()) {
      await(housekeeping.run());
      assertEquals(1, failures());
      assertTrue(
          test.column("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhdetachpending")
              .contains("market.samples_2026_10"));
      insert("2027-02-28T00:00:00Z");
      reader.rollback();
    }

    await(housekeeping.run());

    assertEquals("2026_12", attached().get(0));
    assertEquals(List.of(), detached());
  }

  @Test
  void a_detached_partition_that_was_left_over_is_dropped() {
    await(partitions.create());
    test.execute("ALTER TABLE market.samples DETACH PARTITION market.samples_2026_10");
    clock.step(Duration.ofDays(120));

    await(housekeeping.run());

    assertEquals(List.of(), detached());
  }

  @Test
  void nodes_that_create_partitions_at_the_same_time_do_not_fail() {
    var other = new MonthlyPartitions(database, LOCK, "market.samples", 1, clock);
    await(Future.all(partitions.create(), other.create()));
    assertEquals(5, attached().size());
  }

  /** A transaction that holds a lock on the table, like a backup. */
  private java.sql.Connection reader() throws SQLException {
    var connection = test.connect();
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.executeQuery("SELECT count(*) FROM market.samples").close();
    }
    return connection;
  }

  private void insert(String at) {
    await(insertion(at, 1));
  }

  private Future<?> insertion(String at, int value) {
    return database.query(
        "INSERT INTO market.samples (at, value) VALUES ($1, $2)",
        Tuple.of(Rows.utc(Instant.parse(at)), value));
  }

  private double failures() {
    return metrics
        .counter("housekeeping_failures_total", "what", "sample-partitions")
        .count();
  }

  private List<String> attached() {
    return test.column(
        """
        SELECT right(inhrelid::regclass::text, 7) FROM pg_inherits
         WHERE inhparent = 'market.samples'::regclass ORDER BY 1""");
  }

  private List<String> detached() {
    return test.column(
        """
        SELECT relname FROM pg_class
         WHERE relname ~ '^samples_[0-9_]+$' AND relkind = 'r'
           AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid)""");
  }
}

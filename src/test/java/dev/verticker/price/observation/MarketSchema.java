package dev.verticker.price.observation;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;

import dev.verticker.data.Database;
import dev.verticker.data.MonthlyPartitions;
import dev.verticker.data.Rows;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** The schema {@code market} of a new database, with the repository of its observations. */
final class MarketSchema implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Database database = Database.open(vertx, TestDatabase.create().settings("market"));
  final TimeSlots slots = new TimeSlots(Duration.ofMinutes(1));
  final ObservationRepository repository =
      new ObservationRepository(database, "simulated", slots, Duration.ofSeconds(70));

  MarketSchema() {
    until(
        "PostgreSQL is available",
        () -> await(database.query("SELECT 1", Tuple.tuple()).map(true).otherwise(false)));
  }

  /** The partitions of the observations at this time. */
  MonthlyPartitions partitions(Clock clock) {
    return new MonthlyPartitions(
        database, PriceLocks.HOUSEKEEPING, "market.observations", 0, clock);
  }

  /** Returns the names of the tables with observations, without {@code exchange_info}. */
  List<String> partitionTables() {
    return await(database
        .query(
            """
            SELECT inhrelid::regclass::text AS name
              FROM pg_inherits WHERE inhparent = 'market.observations'::regclass ORDER BY name
            """,
            Tuple.tuple())
        .map(rows -> Rows.all(rows, row -> row.getString("name"))));
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}

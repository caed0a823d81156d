package dev.verticker.price.observation;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;

import dev.verticker.data.Database;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;

/** The schema {@code market} of a new database, with the repository of its observations. */
final class MarketSchema implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Database database = Database.open(vertx, TestDatabase.create().settings("market"));
  final ObservationRepository repository =
      new ObservationRepository(database, Duration.ofSeconds(70), metrics);

  MarketSchema() {
    until(
        "PostgreSQL is available",
        () -> await(database.query("SELECT 1", Tuple.tuple()).map(true).otherwise(false)));
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}

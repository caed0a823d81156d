package dev.verticker.price;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;

import dev.verticker.data.Database;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Map;

/** A market schema of its own that answers, and what stores observations there. */
final class Market implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Database database = Database.open(
      vertx,
      SettingsReader.read(
          PriceNode.settings("http://localhost", TestDatabase.create(), Map.of()),
          reader -> PostgresSettings.read("market", reader)));
  final PriceRepository repository = new PriceRepository(
      database, new QuoteFactory("simulated", "run", Duration.ofSeconds(70)), metrics);

  Market() {
    until(
        "PostgreSQL answers",
        () -> await(database.query("SELECT 1", Tuple.tuple()).map(true).otherwise(false)));
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}

package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.SmallDisk;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests a node while the disk of PostgreSQL is full. */
@Tag("alone")
@Tag("faults")
@ExtendWith(VertxExtension.class)
class DiskFullTest {
  private final Vertx vertx;
  private final List<String> acknowledged = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private SmallDisk disk;
  private DevPostgres postgres;
  private TestDatabase database;
  private Node node;
  private NodeClient client;

  DiskFullTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeEach
  void start() throws IOException {
    // Outside of private folders, because PostgreSQL may run as another user.
    var folder = Path.of("target", "small-disk-" + UUID.randomUUID()).toAbsolutePath();
    disk = SmallDisk.mount(Files.createDirectories(folder), 192);
    postgres = DevPostgres.start(folder.resolve("postgres"), 0, false, sentence -> {});
    database = new TestDatabase(postgres.createDatabase());
    var exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withHistoryDays(2)
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT")
                .withWeightLimit(1_000_000))
        .await();
    var settings = database.settings();
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    settings.put("INTERNAL_API_KEY", NodeClient.KEY);
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("REFRESH_INTERVAL_SECONDS", "0.5");
    settings.put("CACHE_TTL_SECONDS", "0.4");
    settings.put("PRICE_STALE_GRACE_SECONDS", "3");
    node = TestNode.start(settings, List.of());
    client = new NodeClient(vertx, node);
    client.signIn();
    until("prices", this::fresh);
  }

  @AfterEach
  void stop() throws IOException {
    threads.shutdownNow();
    if (disk == null) {
      return;
    }
    if (node != null) {
      node.stop();
    }
    if (postgres != null) {
      postgres.close();
    }
    disk.close();
    Files.deleteIfExists(disk.folder());
  }

  @Test
  @Provokes(16)
  void reads_continue_and_writes_are_unavailable_with_retry_after() {
    disk.fill();
    // PostgreSQL first fills the free space of existing pages.
    until(Duration.ofSeconds(30), "refused", () -> !rename());
    for (var round = 0; round < 10; round++) {
      // More failures in a row than the circuit breaker allows.
      var changes = Stream.generate(() -> CompletableFuture.supplyAsync(this::rename, threads))
          .limit(20)
          .toList();
      changes.forEach(CompletableFuture::join);
      var me = client.get("/users/me");
      assertEquals(200, me.status(), me::toString);
      var events = client.get("/events?topic=users&limit=10");
      assertEquals(200, events.status(), events::toString);
      assertTrue(fresh());
    }
    disk.clear();
    expectAllIsWell();
  }

  @Test
  @Provokes(16)
  void prices_continue_while_postgres_is_stopped_for_lack_of_space_and_no_change_is_lost() {
    assertTrue(rename());
    disk.fill();
    until(Duration.ofSeconds(30), "PostgreSQL stops", () -> {
      writeAhead();
      return !postgres.isRunning();
    });
    for (var change = 0; change < 10; change++) {
      assertTrue(!rename());
      client.get("/users/me").expectUnavailable();
      assertTrue(fresh());
    }
    disk.clear();
    postgres.start();
    expectAllIsWell();
  }

  private void expectAllIsWell() {
    until(
        "all is well",
        () -> rename() && client.login().status() == 200 && client.health().status() == 200);
    assertEquals(
        acknowledged.get(acknowledged.size() - 1),
        client.get("/users/me").object().getString("full_name"));
    var changes = database.column(
        """
        SELECT details -> 'full_name' ->> 'to'
          FROM account.audit WHERE action = 'user.updated' ORDER BY id""");
    assertTrue(changes.containsAll(acknowledged));
    assertEquals(changes.size(), Set.copyOf(changes).size());
    // Reads every row of every table, with and without indexes.
    database.column(
        """
        SELECT query_to_xml(format('SELECT count(t::text) FROM %I.%I AS t', schemaname, tablename),
                            false, false, '')::text
          FROM pg_tables WHERE schemaname IN ('account', 'market', 'notification')""");
    until(
        "every change is delivered",
        () -> database.column("SELECT id::text FROM account.outbox").isEmpty());
    assertEquals(
        List.of(),
        database.column(
            "SELECT symbol FROM market.observations GROUP BY symbol, slot_start HAVING count(*) > 1"));
  }

  /** Returns whether the change was acknowledged; asserts a correct refusal otherwise. */
  private boolean rename() {
    var name = "name " + acknowledged.size() + " " + UUID.randomUUID();
    var answer = client.rename(name);
    if (answer.status() != 200) {
      answer.expectUnavailable();
      return false;
    }
    acknowledged.add(name);
    return true;
  }

  /** Writes a megabyte into the write-ahead log. */
  private void writeAhead() {
    try (var connection = database.connect();
        var statement = connection.createStatement()) {
      statement.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))");
    } catch (SQLException stopped) {
      // Expected: the disk is full.
    }
  }

  private boolean fresh() {
    var answer = client.price("");
    return answer.status() == 200
        && answer.array().stream()
            .map(JsonObject.class::cast)
            .noneMatch(price -> price.getBoolean("stale"));
  }
}

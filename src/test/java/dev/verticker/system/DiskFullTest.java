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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** What is seen of a whole node while there is no space on the disk of PostgreSQL. */
@Tag("alone")
@Tag("faults")
class DiskFullTest {
  private final Vertx vertx = Vertx.vertx();
  private final List<String> acknowledged = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private SmallDisk disk;
  private DevPostgres postgres;
  private TestDatabase database;
  private Node node;
  private NodeClient client;

  @BeforeEach
  void start() throws IOException {
    // Not where only we may enter: PostgreSQL may run as another user.
    var folder = Path.of("target", "small-disk-" + UUID.randomUUID()).toAbsolutePath();
    disk = SmallDisk.mount(Files.createDirectories(folder), 192);
    postgres = DevPostgres.start(folder.resolve("postgres"), 0, false, sentence -> {});
    database = new TestDatabase(postgres.createDatabase());
    var exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
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
    vertx.close().await();
  }

  @Test
  @Provokes(16)
  void what_is_stored_is_still_read_and_who_wants_to_write_is_told_to_come_back() {
    disk.fill();
    // What is left of pages that are begun is still filled.
    until(Duration.ofSeconds(30), "refused", () -> !rename());
    for (var round = 0; round < 10; round++) {
      // More in a row than a server may fail before it is left alone.
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
  void when_postgres_gives_up_for_want_of_space_prices_go_on_and_all_is_there_when_it_is_back() {
    assertTrue(rename());
    disk.fill();
    until(Duration.ofSeconds(30), "it gave up", () -> {
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
    // Every row of every table can be read, and by its indexes too.
    database.column(
        """
        SELECT query_to_xml(format('SELECT count(t::text) FROM %I.%I AS t', schemaname, tablename),
                            false, false, '')::text
          FROM pg_tables WHERE schemaname IN ('account', 'market', 'notification')""");
    until(
        "all of it is told",
        () -> database.column("SELECT id::text FROM account.outbox").isEmpty());
    assertEquals(
        List.of(),
        database.column(
            "SELECT symbol FROM market.exchange_info GROUP BY symbol, slot HAVING count(*) > 1"));
  }

  /** Whether it was acknowledged; else it was refused as it should be. */
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

  /** A megabyte into the log that PostgreSQL writes before it changes anything. */
  private void writeAhead() {
    try {
      database.column("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))::text");
    } catch (IllegalStateException gone) {
      // That is what it is for.
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

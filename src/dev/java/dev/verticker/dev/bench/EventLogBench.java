package dev.verticker.dev.bench;

import dev.verticker.bus.Bus;
import dev.verticker.context.Health;
import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.PostgresDatabase;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.notification.NotificationVerticle;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;

/**
 * Compares the append of the event log with that of version 1.0.0, in turn, so that other load of the machine affects both:
 * outbox entries per second of one caller, in batches of 500 entries with two events each.
 */
public final class EventLogBench {
  private static final int BATCH = 500;
  private static final int BATCHES_PER_ROUND = 20;
  private static final int ROUNDS = 15;
  private static final int WARM_UP = 4;
  private static final int USERS = 100_000;

  private final DevPostgres postgres;
  private final Random random = new Random(1);
  private long lastId;

  /** A log with its own database and event bus. */
  private record Log(String name, PostgresDatabase database, Vertx vertx, Bus bus) {
    static Log of(String name, DevPostgres postgres) {
      var vertx = Vertx.vertx();
      return new Log(
          name,
          postgres.createDatabase(),
          vertx,
          new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry()));
    }

    JsonObject settings() {
      return SettingsFiles.load(database.settings(), Path.of("target"));
    }

    void migrate(String version) {
      Flyway.configure()
          .dataSource(database.jdbcUrl(), database.user(), database.password())
          .schemas("notification")
          .table("migrations")
          .locations("classpath:db/migration/notification")
          .target(version)
          .load()
          .migrate();
    }
  }

  private static final class NoHealth implements Health {
    @Override
    public void notReadyWhen(String name, Supplier<Optional<String>> reason) {}

    @Override
    public void note(String name, Supplier<Optional<String>> note) {}

    @Override
    public void listening(String name, int port) {}
  }

  private EventLogBench(DevPostgres postgres) {
    this.postgres = postgres;
  }

  public static void main(String[] arguments) throws IOException, SQLException {
    var folder = Files.createDirectories(Path.of("target", "bench"));
    try (var postgres =
        DevPostgres.start(folder.resolve("postgres"), 0, false, System.out::println)) {
      new EventLogBench(postgres).run();
    }
    System.exit(0);
  }

  private void run() throws SQLException {
    var former = former();
    var current = current();
    System.out.printf("%n%-34s %10s %10s %7s%n", "entries per second", "1.0.0", "now", "ratio");
    compare("500 entries, 100,000 users", former, current, () -> random.nextInt(USERS));
    compare("500 entries, one user", former, current, () -> 7);
    try (var backup = hold(former.database());
        var another = hold(current.database())) {
      compare("during a backup, 100,000 users", former, current, () -> random.nextInt(USERS));
      backup.rollback();
      another.rollback();
    }
  }

  /** Opens a transaction that prevents the removal of dead rows, as a backup does. */
  private static Connection hold(PostgresDatabase database) throws SQLException {
    var connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (var statement = connection.createStatement()) {
      statement.execute("SELECT count(*) FROM notification.log");
    }
    return connection;
  }

  private void compare(String name, Log former, Log current, Supplier<Integer> users) {
    var rates = new double[2][ROUNDS];
    for (var round = -WARM_UP; round < ROUNDS; round++) {
      var before = rate(former, users);
      var now = rate(current, users);
      if (round >= 0) {
        rates[0][round] = before;
        rates[1][round] = now;
      }
    }
    var medians = Arrays.stream(rates).mapToDouble(EventLogBench::median).toArray();
    System.out.printf(
        "%-34s %10.0f %10.0f %7.2f%n", name, medians[0], medians[1], medians[1] / medians[0]);
  }

  private double rate(Log log, Supplier<Integer> users) {
    var batches = new ArrayList<Append>();
    for (var batch = 0; batch < BATCHES_PER_ROUND; batch++) {
      batches.add(batch(users));
    }
    var start = System.nanoTime();
    for (var batch : batches) {
      log.bus().request(Notifications.APPEND, batch).await();
    }
    return BATCH * BATCHES_PER_ROUND * 1e9 / (System.nanoTime() - start);
  }

  private Append batch(Supplier<Integer> users) {
    var entries = new ArrayList<OutboxEntry>();
    for (var i = 0; i < BATCH; i++) {
      entries.add(entry(++lastId, users.get()));
    }
    return new Append("account", entries);
  }

  private static OutboxEntry entry(long id, long userId) {
    var user = new JsonObject()
        .put("id", userId)
        .put("username", "user" + userId)
        .put("full_name", "Given" + userId % 1000 + " Family" + userId)
        .put("email", "mail" + userId + "@example.com")
        .put("status", "active");
    var payload = new JsonObject()
        .put("event", "user_updated")
        .put("user_id", userId)
        .put("by", new JsonObject().put("id", userId).put("username", "user" + userId))
        .put("changes", new JsonObject().put("email", "mail" + userId + "@example.com"))
        .put("data", user)
        .put("before", user);
    return new OutboxEntry(
        id,
        Instant.now(),
        "user_updated",
        userId,
        userId,
        false,
        List.of(
            new Recipient(Notifications.USERS, Audience.permission("users.read")),
            new Recipient(Notifications.ownTopic(userId), Audience.user(userId))),
        payload.encode());
  }

  private Log former() {
    var log = Log.of("1.0.0", postgres);
    log.migrate("1");
    var settings = SettingsReader.read(
        log.settings(), reader -> PostgresSettings.read("notification", reader));
    var events = new FormerEventLog(Database.open(log.vertx(), settings), log.bus());
    log.bus().serve(Notifications.APPEND, events::append).await();
    return log;
  }

  private Log current() {
    var log = Log.of("now", postgres);
    log.migrate("latest");
    var node = new NodeContext(
        log.bus(), Clock.systemUTC(), new NoHealth(), handler -> {}, new SimpleMeterRegistry());
    log.vertx()
        .deployVerticle(
            () -> new NotificationVerticle(node), new DeploymentOptions().setConfig(log.settings()))
        .await();
    return log;
  }

  private static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}

package dev.verticker.notification;

import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.dev.PostgresDatabase;
import dev.verticker.dev.TestServers;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.message.Notifications.TopicPage;
import dev.verticker.node.Migrations;
import dev.verticker.settings.NotificationSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.SteppedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A node with the notification verticle on a schema of its own, and a look at what it wrote. */
final class LogNode implements AutoCloseable {
  static final String SOURCE = "account";

  final Vertx vertx = Vertx.vertx();
  final SteppedClock clock = new SteppedClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final RecordedHealth health = new RecordedHealth();
  final Bus bus = new Bus(vertx, clock, metrics);
  final PostgresDatabase postgres;
  private final JsonObject settings;

  LogNode() {
    this(migrated());
  }

  /** Another node on the same schema. */
  LogNode(PostgresDatabase postgres) {
    this.postgres = postgres;
    this.settings = settings(postgres);
    var node = new NodeContext(bus, clock, health, handler -> {}, metrics);
    vertx
        .deployVerticle(
            () -> new NotificationVerticle(node), new DeploymentOptions().setConfig(settings))
        .await();
  }

  private static PostgresDatabase migrated() {
    var postgres = TestServers.postgres().createDatabase();
    Migrations.packaged(Duration.ZERO).migrate(postgresSettings(settings(postgres)));
    return postgres;
  }

  private static JsonObject settings(PostgresDatabase postgres) {
    return SettingsFiles.load(TestServers.settings(postgres), Path.of("target"));
  }

  private static PostgresSettings postgresSettings(JsonObject settings) {
    return SettingsReader.read(settings, reader -> PostgresSettings.read("notification", reader));
  }

  /** Told on {@code users} and to user 7, 8, ... */
  static OutboxEntry entry(long id, long userId) {
    return entry(id, userId, "user_updated", 1L, false);
  }

  static OutboxEntry entry(long id, long userId, String event, Long actorId, boolean erases) {
    var payload = new JsonObject()
        .put("event", event)
        .put("user_id", userId)
        .put("by", new JsonObject().put("id", actorId).put("username", "name-of-" + actorId))
        .put(
            "data",
            erases
                ? new JsonObject().put("id", userId)
                : new JsonObject().put("email", "user-" + userId + "@example.org"));
    return new OutboxEntry(
        id,
        Instant.parse("2025-08-20T10:11:12.131415Z"),
        event,
        userId,
        actorId,
        erases,
        List.of(
            new Recipient(Notifications.USERS, Audience.permission("users.read")),
            new Recipient(Notifications.ownTopic(userId), Audience.user(userId))),
        payload.encode());
  }

  int append(OutboxEntry... entries) {
    return ask(Notifications.APPEND, new Append(SOURCE, List.of(entries))).added();
  }

  TopicPage page(String topic) {
    return ask(
        Notifications.READ_TOPIC, new ReadTopic(topic, null, null, Notifications.MAX_EVENTS));
  }

  TopicPage after(String topic, String epoch, long seq) {
    return ask(
        Notifications.READ_TOPIC, new ReadTopic(topic, epoch, seq, Notifications.MAX_EVENTS));
  }

  static List<Long> sequences(List<Event> events) {
    return events.stream().map(Event::seq).toList();
  }

  static List<JsonObject> payloads(List<Event> events) {
    return events.stream().map(event -> new JsonObject(event.payload())).toList();
  }

  <Q, A> A ask(Address<Q, A> address, Q request) {
    try {
      return bus.request(address, request).await(20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  /** Why it was refused; fails when it was not. */
  <Q> Failure refusal(Address<Q, ?> address, Q request) {
    try {
      var answer = ask(address, request);
      throw new AssertionError("was not refused but answered " + answer);
    } catch (Failure refusal) {
      return refusal;
    }
  }

  /** The chore by itself, with these bounds. */
  void retain(Duration kept, int mostPerTopic) {
    var database = Database.open(vertx, postgresSettings(settings));
    var housekeeping =
        new Housekeeping(vertx, database, NotificationLocks.HOUSEKEEPING, clock, metrics);
    LogRetention.addCleanupTasks(housekeeping, new NotificationSettings(kept, mostPerTopic));
    housekeeping.run().eventually(database::close).await();
  }

  List<String> column(String sql) {
    try (var connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        var statement = connection.createStatement()) {
      var column = new ArrayList<String>();
      if (statement.execute(sql)) {
        var result = statement.getResultSet();
        while (result.next()) {
          column.add(result.getString(1));
        }
      }
      return column;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}

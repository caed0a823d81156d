package dev.verticker.notification;

import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.message.Notifications.TopicPage;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.testing.Await;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Runs only the notification verticle on its own database. */
final class LogNode implements AutoCloseable {
  static final String SOURCE = "account";

  final Vertx vertx = Vertx.vertx();
  final SteppedClock clock = new SteppedClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final RecordedHealth health = new RecordedHealth();
  final Bus bus = new Bus(vertx, clock, metrics);
  final TestDatabase postgres;
  private final long partitionSize;

  LogNode() {
    this(TestDatabase.create());
  }

  /** Creates another node on the same database. */
  LogNode(TestDatabase postgres) {
    this(postgres, LogPartitions.SIZE, 100_000);
  }

  /** @param maxPerTopic number of newest events of each topic that can be read */
  LogNode(TestDatabase postgres, long partitionSize, int maxPerTopic) {
    this.postgres = postgres;
    this.partitionSize = partitionSize;
    var settings = SettingsFiles.load(
        with(postgres.settings(), "EVENT_RETENTION_COUNT", maxPerTopic), Path.of("target"));
    var node = new NodeContext(bus, clock, health, handler -> {}, metrics);
    vertx
        .deployVerticle(
            () -> new NotificationVerticle(node, partitionSize),
            new DeploymentOptions().setConfig(settings))
        .await();
  }

  private static Map<String, String> with(Map<String, String> settings, String name, int value) {
    settings.put(name, Integer.toString(value));
    return settings;
  }

  /** Creates an entry for the topics {@code users} and {@code user.<id>}. */
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
    return Await.await(bus.request(address, request));
  }

  /** Returns the failure of a request; the test fails if the request succeeds. */
  <Q> Failure failure(Address<Q, ?> address, Q request) {
    try {
      var answer = ask(address, request);
      throw new AssertionError("expected a failure but was " + answer);
    } catch (Failure failure) {
      return failure;
    }
  }

  /** Runs the cleanup tasks once with this retention. */
  void retain(Duration retention) {
    var database = Database.open(vertx, postgres.settings("notification"));
    var housekeeping =
        new Housekeeping(vertx, database, NotificationLocks.HOUSEKEEPING, clock, metrics);
    LogRetention.addCleanupTasks(
        housekeeping,
        new LogPartitions(database, clock, partitionSize),
        new EventErasure(),
        retention);
    housekeeping.run().eventually(database::close).await();
  }

  List<String> column(String sql) {
    return postgres.column(sql);
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}

package dev.verticker.notification;

import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.message.Notifications;
import dev.verticker.settings.NotificationSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.SettingsReader;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;

/** Appends events to the log and serves replays. Schema {@code notification}. */
public final class NotificationVerticle extends VerticleBase {
  private static final String SCHEMA = "notification";

  private final NodeContext node;
  private final long partitionSize;
  private Database database;

  public NotificationVerticle(NodeContext node) {
    this(node, LogPartitions.SIZE);
  }

  NotificationVerticle(NodeContext node, long partitionSize) {
    this.node = node;
    this.partitionSize = partitionSize;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), NotificationSettings::read);
    database = Database.open(
        vertx, SettingsReader.read(config(), reader -> PostgresSettings.read(SCHEMA, reader)));
    var bus = node.bus();
    var partitions = new LogPartitions(database, node.clock(), partitionSize);
    var erasure = new EventErasure();
    var log = new EventLog(database, partitions, erasure, bus, node.clock(), node.metrics());
    var topics = new TopicRepository(database, partitions, settings.maxPerTopic());
    var heads = new LogHeads(database, node.metrics());
    var housekeeping = new Housekeeping(
        vertx, database, NotificationLocks.HOUSEKEEPING, node.clock(), node.metrics());
    LogRetention.addCleanupTasks(housekeeping, partitions, erasure, settings.retention());
    node.health().notReadyWhen("postgres notification", database::outage);
    return Future.all(List.of(
            bus.serve(Notifications.APPEND, log::append),
            bus.serve(Notifications.READ_LOG, log::read),
            bus.serve(Notifications.READ_TOPIC, topics::read),
            bus.serve(Notifications.REPLAY, topics::replay),
            bus.serve(Notifications.MARK, topics::mark),
            bus.serve(Notifications.UNREAD, topics::unread),
            bus.subscribe(Notifications.APPENDED, heads::onAppended)))
        .compose(serving -> partitions.createIfAvailable())
        .compose(created -> heads.read())
        .onSuccess(read -> housekeeping.start());
  }

  @Override
  public Future<?> stop() {
    return database.close();
  }
}

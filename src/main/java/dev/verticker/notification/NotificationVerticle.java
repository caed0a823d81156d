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
  private Database database;

  public NotificationVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), NotificationSettings::read);
    database = Database.open(
        vertx, SettingsReader.read(config(), reader -> PostgresSettings.read(SCHEMA, reader)));
    var bus = node.bus();
    var log = new EventLog(database, new EventErasure(), bus, node.clock(), node.metrics());
    var topics = new TopicRepository(database);
    var marks = new ReadMarkService(topics, bus, node.clock());
    var heads = new LogHeads(database, node.metrics());
    var housekeeping = new Housekeeping(
        vertx, database, NotificationLocks.HOUSEKEEPING, node.clock(), node.metrics());
    LogRetention.addCleanupTasks(housekeeping, settings);
    node.health().notReadyWhen("postgres notification", database::outage);
    return Future.all(List.of(
            bus.serve(Notifications.APPEND, database.whileAvailable(log::append)),
            bus.serve(Notifications.READ_LOG, database.whileAvailable(log::read)),
            bus.serve(Notifications.READ_TOPIC, database.whileAvailable(topics::read)),
            bus.serve(Notifications.READ_BEFORE, database.whileAvailable(topics::readBefore)),
            bus.serve(Notifications.REPLAY, database.whileAvailable(topics::replay)),
            bus.serve(Notifications.MARK, database.whileAvailable(marks::mark)),
            bus.serve(Notifications.UNREAD, database.whileAvailable(topics::unread)),
            bus.subscribe(Notifications.APPENDED, heads::onAppended)))
        .compose(serving -> heads.read())
        .onSuccess(read -> housekeeping.start());
  }

  @Override
  public Future<?> stop() {
    return database.close();
  }
}

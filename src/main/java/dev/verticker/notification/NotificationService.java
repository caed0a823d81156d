package dev.verticker.notification;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Appended;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.TopicPage;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.List;

/** Handles the messages of {@link Notifications}. */
final class NotificationService {
  private final EventLog log;
  private final TopicRepository topics;
  private final Bus bus;
  private final MeterRegistry metrics;

  NotificationService(EventLog log, TopicRepository topics, Bus bus, MeterRegistry metrics) {
    this.log = log;
    this.topics = topics;
    this.bus = bus;
    this.metrics = metrics;
  }

  Future<Appended> append(Append append) {
    if (append.entries().size() > Notifications.MAX_EVENTS) {
      return Future.failedFuture(invalid(
          "/entries", "At most " + Notifications.MAX_EVENTS + " entries can be appended at once."));
    }
    return log.append(append).map(written -> {
      var duplicates = append.entries().size() - written.entries();
      if (duplicates > 0) {
        metrics
            .counter("notification_known_total", "source", append.source())
            .increment(duplicates);
      }
      if (written.page() != null) {
        bus.publish(Notifications.APPENDED, bounded(written.page()));
      }
      return new Appended(written.entries());
    });
  }

  Future<TopicPage> readTopic(ReadTopic read) {
    if (read.limit() < 1 || read.limit() > Notifications.MAX_EVENTS) {
      return Future.failedFuture(
          invalid("query/limit", "The limit must be 1 to " + Notifications.MAX_EVENTS + "."));
    }
    return topics.read(read);
  }

  /** Without events if there are too many for one message: a subscriber then reads them from the log. */
  private static LogPage bounded(LogPage page) {
    return page.events().size() <= Notifications.MAX_EVENTS
        ? page
        : new LogPage(page.epoch(), page.head(), page.oldest(), List.of());
  }

  private static Failure invalid(String pointer, String rule) {
    return Failure.Invalid.of(pointer, "range", rule);
  }
}

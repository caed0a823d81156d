package dev.verticker.notification;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Appended;
import dev.verticker.message.Notifications.FindUnread;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.MarkRead;
import dev.verticker.message.Notifications.ReadLog;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.TopicPage;
import dev.verticker.message.Notifications.Unread;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.List;

/** What the notification verticle is told and asked. */
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
      return Future.failedFuture(
          invalid("/entries", "At most " + Notifications.MAX_EVENTS + " are taken at once."));
    }
    return log.append(append).map(written -> {
      var known = append.entries().size() - written.entries();
      if (known > 0) {
        metrics.counter("notification_known_total", "source", append.source()).increment(known);
      }
      if (written.news() != null) {
        bus.publish(Notifications.APPENDED, bounded(written.news()));
      }
      return new Appended(written.entries());
    });
  }

  Future<LogPage> after(ReadLog after) {
    return log.after(after.epoch(), after.position(), Notifications.MAX_EVENTS);
  }

  Future<TopicPage> read(ReadTopic read) {
    if (read.limit() < 1 || read.limit() > Notifications.MAX_EVENTS) {
      return Future.failedFuture(
          invalid("query/limit", "It must be 1 to " + Notifications.MAX_EVENTS + "."));
    }
    return topics.read(read);
  }

  Future<Unread> mark(MarkRead mark) {
    return topics.mark(mark);
  }

  Future<Unread> unread(FindUnread find) {
    return topics.unread(find.topic());
  }

  /** Too much for one message: whoever hears of the head asks for the rest. */
  private static LogPage bounded(LogPage news) {
    return news.events().size() <= Notifications.MAX_EVENTS
        ? news
        : new LogPage(news.epoch(), news.head(), news.oldest(), List.of());
  }

  private static Failure invalid(String pointer, String rule) {
    return Failure.Invalid.of(pointer, "range", rule);
  }
}

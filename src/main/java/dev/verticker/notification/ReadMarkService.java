package dev.verticker.notification;

import dev.verticker.bus.Bus;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.MarkRead;
import dev.verticker.message.Notifications.ReadPosition;
import dev.verticker.message.Notifications.Unread;
import io.vertx.core.Future;
import java.time.Clock;

/** Moves the read position of a topic and publishes it, so that every socket of the user shows the same count. */
final class ReadMarkService {
  private final TopicRepository topics;
  private final Bus bus;
  private final Clock clock;

  ReadMarkService(TopicRepository topics, Bus bus, Clock clock) {
    this.topics = topics;
    this.bus = bus;
    this.clock = clock;
  }

  Future<Unread> mark(MarkRead mark) {
    return topics.mark(mark).map(marked -> {
      var unread = marked.unread();
      if (marked.changed()) {
        bus.publish(
            Notifications.READ,
            new ReadPosition(
                mark.topic(), unread.epoch(), unread.upTo(), unread.count(), clock.instant()));
      }
      return unread;
    });
  }
}

package dev.verticker.notification;

import dev.verticker.message.Notifications.News;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The newest position of each family of topics, as this node heard it last. */
final class LogHeads {
  private final Map<String, AtomicLong> heads = new ConcurrentHashMap<>();
  private final MeterRegistry metrics;

  LogHeads(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  void heard(News news) {
    for (var event : news.events()) {
      heads
          .computeIfAbsent(family(event.topic()), this::register)
          .accumulateAndGet(event.position(), Math::max);
    }
  }

  private AtomicLong register(String family) {
    var head = new AtomicLong();
    metrics.gauge("notification_log_head", List.of(Tag.of("family", family)), head);
    return head;
  }

  /** {@code user} for {@code user.7}. */
  private static String family(String topic) {
    var dot = topic.indexOf('.');
    return dot < 0 ? topic : topic.substring(0, dot);
  }
}

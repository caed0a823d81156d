package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.log.EncodedEvent;
import dev.verticker.api.socket.log.LogListener;
import dev.verticker.api.socket.log.LogReader;
import dev.verticker.api.socket.log.ReplayResult;
import dev.verticker.api.socket.protocol.ResumePoint;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The topics of the event log: every event once and in order, resumable after a disconnect. */
final class EventLogChannel implements Channel, LogListener {
  /** One change makes an event on two topics, and most sockets are subscribed to one of them. */
  private static final int MAX_EVENTS_SENT_SINGLY = 2;

  private final Context loop;
  private final LogReader log;
  private final Counter gaps;
  private final Map<String, Subscriptions> topics = new HashMap<>();

  /** The subscriptions to one topic. */
  private static final class Subscriptions {
    private final Set<LogSubscription> all = new LinkedHashSet<>();

    /** As an event may end a subscription while it is delivered; null after a change. */
    private LogSubscription[] snapshot;

    LogSubscription[] snapshot() {
      if (snapshot == null) {
        snapshot = all.toArray(LogSubscription[]::new);
      }
      return snapshot;
    }
  }

  EventLogChannel(Context loop, LogReader log, MeterRegistry metrics) {
    this.loop = loop;
    this.log = log;
    this.gaps = metrics.counter("socket_gaps_total");
    log.addListener(loop, this);
  }

  @Override
  public Subscription subscribe(Subscriber subscriber, SubscriptionRequest request) {
    var subscription = new LogSubscription(this, subscriber, request);
    var topic = topics.computeIfAbsent(request.topic(), name -> new Subscriptions());
    topic.all.add(subscription);
    topic.snapshot = null;
    subscription.start();
    return subscription;
  }

  @Override
  public void onEvents(List<EncodedEvent> events) {
    var few = events.size() <= MAX_EVENTS_SENT_SINGLY;
    for (var event : events) {
      var topic = topics.get(event.topic());
      if (topic != null) {
        for (var subscription : topic.snapshot()) {
          subscription.onEvent(event, few);
        }
      }
    }
  }

  @Override
  public void onReset() {
    for (var topic : List.copyOf(topics.values())) {
      for (var subscription : topic.snapshot()) {
        subscription.onReset();
      }
    }
  }

  @Override
  public void close() {
    log.removeListener(this);
  }

  Future<ResumePoint> newestEvent(String topic) {
    var newest = Promise.<ResumePoint>promise();
    replay(topic, null, result -> {
      if (result instanceof ReplayResult.Page page) {
        newest.complete(new ResumePoint(page.epoch(), page.newest()));
      } else if (result instanceof ReplayResult.Failed failed) {
        newest.fail(failed.failure());
      }
    });
    return newest.future();
  }

  void replay(String topic, ResumePoint after, Consumer<ReplayResult> callback) {
    log.replay(topic, after, loop, callback);
  }

  void countGap() {
    gaps.increment();
  }

  void remove(String name, LogSubscription subscription) {
    topics.computeIfPresent(name, (same, topic) -> {
      topic.all.remove(subscription);
      topic.snapshot = null;
      return topic.all.isEmpty() ? null : topic;
    });
  }
}

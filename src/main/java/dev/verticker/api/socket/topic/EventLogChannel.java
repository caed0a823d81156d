package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.log.EncodedEvent;
import dev.verticker.api.socket.log.LogReader;
import dev.verticker.api.socket.log.ReplayResult;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.api.web.EventJson;
import dev.verticker.message.Notifications.ReadPosition;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The topics of the event log: every event once and in order, resumable after a disconnect. */
final class EventLogChannel implements Channel, LogReader.LogListener {
  /** Max number of events sent one by one: a change creates two, and most sockets subscribe to the topic of one. */
  private static final int MAX_EVENTS_SENT_SINGLY = 2;

  private final Context loop;
  private final LogReader log;
  private final Counter gaps;
  private final Map<String, Set<LogSubscription>> topics = new HashMap<>();

  EventLogChannel(Context loop, LogReader log, MeterRegistry metrics) {
    this.loop = loop;
    this.log = log;
    this.gaps = metrics.counter("socket_gaps_total");
    log.addListener(loop, this);
  }

  @Override
  public boolean confirms() {
    return true;
  }

  @Override
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    var subscription = new LogSubscription(this, subscriber, request, after);
    topics.computeIfAbsent(request.topic(), name -> new LinkedHashSet<>()).add(subscription);
    subscription.start();
    return subscription;
  }

  @Override
  public void onEvents(List<EncodedEvent> events) {
    var few = events.size() <= MAX_EVENTS_SENT_SINGLY;
    for (var event : events) {
      // A copy: an event may end a subscription while it is delivered.
      for (var subscription : List.copyOf(topics.getOrDefault(event.topic(), Set.of()))) {
        subscription.onEvent(event, few);
      }
    }
  }

  @Override
  public void onRead(ReadPosition position) {
    var subscriptions = topics.get(position.topic());
    if (subscriptions != null) {
      var frame = Frame.of(position.topic(), EventJson.readPosition(position));
      List.copyOf(subscriptions)
          .forEach(subscription -> subscription.onRead(position.epoch(), frame));
    }
  }

  @Override
  public void onReset() {
    topics.values().stream().flatMap(Set::stream).toList().forEach(LogSubscription::onReset);
  }

  @Override
  public void close() {
    log.removeListener(this);
  }

  Future<ResumePoint> newestEvent(String topic) {
    return replay(topic, null).map(result -> new ResumePoint(result.epoch(), result.newest()));
  }

  Future<ReplayResult> replay(String topic, ResumePoint after) {
    return log.replay(topic, after, loop);
  }

  void countGap() {
    gaps.increment();
  }

  void remove(String topic, LogSubscription subscription) {
    topics.computeIfPresent(topic, (name, subscriptions) -> {
      subscriptions.remove(subscription);
      return subscriptions.isEmpty() ? null : subscriptions;
    });
  }
}

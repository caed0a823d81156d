package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** Delivers the topics of one kind to the subscribers on one event loop. Used on that event loop. */
interface Channel {
  /** Returns the confirmation of a subscription to a topic without history. */
  static Frame subscribed(String topic) {
    return Frame.of(
        topic,
        new JsonObject()
            .put("event", "subscribed")
            .put("topic", topic)
            .put("recovered", false)
            .put("replayed", 0));
  }

  /** Completes when the topic can be subscribed to; fails when it does not exist. */
  default Future<?> prepare(String topic) {
    return Future.succeededFuture();
  }

  /**
   * Sends {@code subscribed} and the following frames, now or later.
   *
   * @param after the event after which a resumable topic begins; null = now
   */
  Subscription subscribe(Subscriber subscriber, Command.Subscribe request, ResumePoint after);

  /** Unsubscribes from its source. */
  void close();
}

package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.ResumePoint;
import io.vertx.core.Future;
import java.util.List;

/** Delivers the topics of one kind to the subscribers on one event loop. Used on that event loop. */
interface Channel {
  /** Completes when all of these topics can be subscribed to; fails when one does not exist. */
  default Future<?> prepare(List<String> topics) {
    return Future.succeededFuture();
  }

  /** Returns whether its subscriptions confirm themselves, because they report what they replay. */
  default boolean confirms() {
    return false;
  }

  /**
   * Sends the current state and the following frames, now or later.
   *
   * @param after the event after which a resumable topic begins; null = now
   */
  Subscription subscribe(Subscriber subscriber, Command.Subscribe request, ResumePoint after);

  /** Unsubscribes from its source. */
  void close();
}

package dev.verticker.api.socket.topic;

import io.vertx.core.Future;

/** Delivers the topics of one kind to the subscribers on one event loop. Used on that event loop. */
interface Channel {
  /** Completes when the topic can be subscribed to; fails when it does not exist. */
  default Future<?> prepare(String topic) {
    return Future.succeededFuture();
  }

  /** Sends {@code subscribed} and what follows it, now or later. */
  Subscription subscribe(Subscriber subscriber, SubscriptionRequest request);

  /** Receives nothing any more from its source. */
  void close();
}

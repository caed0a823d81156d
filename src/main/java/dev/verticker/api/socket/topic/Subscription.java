package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.Command;

/** One subscriber's subscription to one topic. Used on the subscriber's event loop. */
public interface Subscription {
  /** Confirms the request and returns true if this subscription satisfies it; returns false if a new one must replace it. */
  default boolean tryConfirm(Command.Subscribe request) {
    return false;
  }

  /** The subscriber accepts frames again. */
  void onWritable();

  void cancel();
}

package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.Command;

/** One subscriber's subscription to one topic. Used on the subscriber's event loop. */
public interface Subscription {
  /** Confirms the request and returns true if this subscription serves it; otherwise a new one replaces it. */
  default boolean serves(Command.Subscribe request) {
    return false;
  }

  /** The subscriber has room again. */
  void onRoom();

  void cancel();
}

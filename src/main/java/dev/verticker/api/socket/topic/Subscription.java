package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.Command;

/** One subscriber's subscription to one topic. Used on the subscriber's event loop. */
public interface Subscription {
  /** Whether it already serves the request; then it confirms that to the subscriber. If not, a new one replaces it. */
  default boolean serves(Command.Subscribe request) {
    return false;
  }

  /** The subscriber has room again. */
  void onRoom();

  void cancel();
}

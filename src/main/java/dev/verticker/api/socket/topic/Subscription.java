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

  /** Ends the subscription. Returns the number of subscribe commands that it has not answered. */
  int cancel();

  /** Adds subscribe commands of a subscription that this one replaces: it answers them together with its own. */
  default void addUnanswered(int commands) {}
}

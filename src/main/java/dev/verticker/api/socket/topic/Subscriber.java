package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.message.Notifications.Audience;

/** The receiver of a subscription. Sending may close it, and so cancel its subscriptions. */
public interface Subscriber {
  boolean canReceive(Audience audience);

  /** Sends the frame together with the others of the current task. */
  void send(Frame frame);

  /** Sends the frame immediately, which is cheaper for a single frame. */
  void sendNow(Frame frame);

  /** Returns whether the socket accepts more frames; if not, {@link Subscription#onWritable} follows when it does. */
  boolean isWritable();

  /**
   * Counts bytes that wait until the socket has room. Returns false, and counts nothing, if the sockets of the node have too
   * many unsent bytes.
   */
  boolean hold(int bytes);

  /** Stops counting bytes that were held. */
  void release(int bytes);

  /** Ends the subscription and reports why. */
  void unsubscribe(String topic, Throwable reason);
}

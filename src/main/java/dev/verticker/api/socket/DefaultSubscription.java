package dev.verticker.api.socket;

import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.api.socket.topic.TopicRegistry;
import java.util.function.BiConsumer;

/**
 * Subscribes a client that signs in by a ticket and names no topic shortly after to its default topic, beginning with the
 * events since its connection. Used on the socket's own event loop.
 */
final class DefaultSubscription {
  private final BiConsumer<String, ResumePoint> subscribe;

  /** The newest event at the time of the connection; null while unknown. */
  private ResumePoint connectedAt;

  private boolean due;
  private boolean decided;

  /** @param subscribe called once at most */
  DefaultSubscription(BiConsumer<String, ResumePoint> subscribe) {
    this.subscribe = subscribe;
  }

  void start(SocketContext context, LoopExecutor loop, TopicRegistry topics, String topic) {
    topics.newestEvent(topic).onSuccess(newest -> {
      connectedAt = newest;
      subscribeWhenDue(topic);
    });
    context
        .vertx()
        .setTimer(
            context.limits().defaultTopic().toMillis(),
            timer -> loop.run(() -> {
              due = true;
              subscribeWhenDue(topic);
            }));
  }

  /** The client named a topic, or the socket closes. */
  void cancel() {
    decided = true;
  }

  private void subscribeWhenDue(String topic) {
    if (due && connectedAt != null && !decided) {
      decided = true;
      subscribe.accept(topic, connectedAt);
    }
  }
}

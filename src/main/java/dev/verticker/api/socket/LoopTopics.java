package dev.verticker.api.socket;

import dev.verticker.api.socket.topic.TopicRegistry;

/**
 * The topics on an event loop.
 *
 * @param all for signed-in sockets
 * @param publicTopics for the others; null if no topic is public
 */
record LoopTopics(TopicRegistry all, TopicRegistry publicTopics) {
  void close() {
    all.close();
    if (publicTopics != null) {
      publicTopics.close();
    }
  }
}

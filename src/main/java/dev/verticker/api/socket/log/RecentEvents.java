package dev.verticker.api.socket.log;

import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The newest events of the log and the newest sequence of each topic, in memory. Serves most replays. It has no
 * gaps: it returns nothing rather than an incomplete result.
 */
final class RecentEvents {
  private static final int MAX_EVENTS = 4096;
  private static final long MAX_BYTES = 8 * 1024 * 1024;
  private static final int MAX_TOPICS = 50_000;

  /** Text written by a user cannot contain it: quotes within a string are escaped. */
  private static final String DELETED = "\"event\":\"user_deleted\"";

  record Head(String epoch, long seq) {}

  private final ArrayDeque<EncodedEvent> events = new ArrayDeque<>();
  private final Map<String, ArrayDeque<EncodedEvent>> byTopic = new HashMap<>();
  private long bytes;
  private final Map<String, Head> heads = new HashMap<>();

  /** @param event the next one of the log */
  void add(EncodedEvent event) {
    if (event.frame().json().contains(DELETED)) {
      // The log erases the personal data of a deleted user, so every copy of its events must do the
      // same.
      removeUser(new JsonObject(event.frame().json()).getLong("user_id"));
    }
    updateHead(event.topic(), event.epoch(), event.seq());
    events.add(event);
    bytes += event.size();
    byTopic.computeIfAbsent(event.topic(), topic -> new ArrayDeque<>()).add(event);
    while (events.size() > MAX_EVENTS || bytes > MAX_BYTES) {
      var oldest = events.poll();
      bytes -= oldest.size();
      var ofTopic = byTopic.get(oldest.topic());
      ofTopic.poll();
      if (ofTopic.isEmpty()) {
        byTopic.remove(oldest.topic());
      }
    }
  }

  /**
   * Stores the newest sequence of a topic that the log reported, which may be ahead of the events in memory. Returns the
   * newest known sequence of this epoch.
   */
  Head updateHead(String topic, String epoch, long seq) {
    if (heads.size() >= MAX_TOPICS && !heads.containsKey(topic)) {
      heads.clear();
    }
    return heads.merge(
        topic,
        new Head(epoch, seq),
        (known, reported) -> known.epoch().equals(reported.epoch()) && known.seq() > reported.seq()
            ? known
            : reported);
  }

  /** Returns the newest known sequence of the topic, or null if it is not in memory. */
  Head head(String topic) {
    return heads.get(topic);
  }

  /** The events after {@code seq}; null when some of them are no longer here. */
  List<EncodedEvent> after(String topic, String epoch, long seq) {
    var after = new ArrayList<EncodedEvent>();
    for (var event : byTopic.getOrDefault(topic, new ArrayDeque<>())) {
      if (event.epoch().equals(epoch) && event.seq() > seq) {
        after.add(event);
      }
    }
    return after.isEmpty() || after.get(0).seq() == seq + 1 ? after : null;
  }

  void clear() {
    events.clear();
    byTopic.clear();
    bytes = 0;
    heads.clear();
  }

  /** Removes the events of each topic up to the last one that mentions the user: the others have no gap. */
  private void removeUser(long userId) {
    var mention = Pattern.compile("id\":" + userId + "\\b");
    var last = new HashMap<String, Long>();
    for (var event : events) {
      if (mention.matcher(event.frame().json()).find()) {
        last.put(event.topic(), event.position());
      }
    }
    last.forEach((topic, position) -> byTopic.computeIfPresent(topic, (name, ofTopic) -> {
      ofTopic.removeIf(event -> event.position() <= position);
      return ofTopic.isEmpty() ? null : ofTopic;
    }));
    events.removeIf(event -> event.position() <= last.getOrDefault(event.topic(), 0L));
    bytes = events.stream().mapToLong(EncodedEvent::size).sum();
  }
}

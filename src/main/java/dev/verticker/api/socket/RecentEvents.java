package dev.verticker.api.socket;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The newest events of the log and where each topic stands, as this node heard them. Most of those who come back find here
 * what they missed; it has no gaps, so what it cannot answer for certain it does not answer.
 */
final class RecentEvents {
  private static final int MAX_EVENTS = 4096;
  private static final int MAX_TOPICS = 50_000;

  /** Nothing that a user wrote can look like it: in a text the quotes are escaped. */
  private static final String DELETED = "\"event\":\"user_deleted\"";

  record Head(String epoch, long seq) {}

  private final ArrayDeque<EncodedEvent> events = new ArrayDeque<>();
  private final Map<String, ArrayDeque<EncodedEvent>> byTopic = new HashMap<>();
  private final Map<String, Head> heads = new HashMap<>();

  /** The next event of the log. */
  void add(EncodedEvent told) {
    if (told.frame().plain().text().contains(DELETED)) {
      // The log erases what it holds of a deleted user; so does whoever remembers it.
      forgetEvents();
    }
    standsAt(told.topic(), told.epoch(), told.seq());
    events.add(told);
    byTopic.computeIfAbsent(told.topic(), topic -> new ArrayDeque<>()).add(told);
    if (events.size() > MAX_EVENTS) {
      var oldest = events.poll();
      var ofTopic = byTopic.get(oldest.topic());
      ofTopic.poll();
      if (ofTopic.isEmpty()) {
        byTopic.remove(oldest.topic());
      }
    }
  }

  /** What the log said of a topic; it may know more than was heard here yet. */
  void standsAt(String topic, String epoch, long seq) {
    if (heads.size() >= MAX_TOPICS && !heads.containsKey(topic)) {
      heads.clear();
    }
    heads.merge(
        topic,
        new Head(epoch, seq),
        (known, fresh) ->
            known.epoch().equals(fresh.epoch()) && known.seq() > fresh.seq() ? known : fresh);
  }

  /** Null when it is not known here. */
  Head head(String topic) {
    return heads.get(topic);
  }

  /** What was told after {@code seq}; null when something of it is not held here any more. */
  List<EncodedEvent> after(String topic, String epoch, long seq) {
    var after = new ArrayList<EncodedEvent>();
    for (var told : byTopic.getOrDefault(topic, new ArrayDeque<>())) {
      if (told.epoch().equals(epoch) && told.seq() > seq) {
        after.add(told);
      }
    }
    return after.isEmpty() || after.get(0).seq() == seq + 1 ? after : null;
  }

  void forgetEvents() {
    events.clear();
    byTopic.clear();
  }

  void forget() {
    forgetEvents();
    heads.clear();
  }
}

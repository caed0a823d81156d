package dev.verticker.notification;

import io.vertx.sqlclient.Row;
import java.util.List;

/**
 * A row of {@code notification.topics} with the partitions that contain the events of the topic.
 *
 * @param oldest the oldest retained sequence; newest + 1 if there is none
 * @param newest 0 if the topic has no event yet
 * @param partitions the retained ones, ascending
 * @param firstSeqs the first sequence in each of the partitions
 */
record TopicState(
    String name,
    String epoch,
    long oldest,
    long newest,
    long readUpTo,
    List<Long> partitions,
    List<Long> firstSeqs) {

  /**
   * Events of a topic and the partitions that contain them.
   *
   * @param after the events after this sequence
   * @param upTo up to this one
   */
  record Range(String topic, long after, long upTo, long firstPartition, long lastPartition) {
    long size() {
      return upTo - after;
    }
  }

  /**
   * @param oldestPartition the oldest one that is retained
   * @param maxEvents older events of the topic are not replayed any more
   */
  static TopicState of(Row row, long oldestPartition, long maxEvents) {
    var newest = row.getLong("newest");
    var partitions = List.of(row.getArrayOfLongs("partitions"));
    var firstSeqs = List.of(row.getArrayOfLongs("first_seqs"));
    if (partitions.isEmpty() && newest > 0) {
      // Written by version 1.0.0.
      partitions = List.of(oldestPartition);
      firstSeqs = List.of(1L);
    }
    var dropped =
        (int) partitions.stream().filter(number -> number < oldestPartition).count();
    partitions = partitions.subList(dropped, partitions.size());
    firstSeqs = firstSeqs.subList(dropped, firstSeqs.size());
    var retained = firstSeqs.isEmpty() ? newest + 1 : firstSeqs.get(0);
    return new TopicState(
        row.getString("name"),
        row.getString("epoch"),
        Math.max(retained, newest - maxEvents + 1),
        newest,
        row.getLong("read_up_to"),
        partitions,
        firstSeqs);
  }

  /** Returns the number of unread events, without those that are not retained. */
  long unread() {
    return newest - Math.max(readUpTo, oldest - 1);
  }

  /** Returns the first retained events after the sequence, at most the limit; null if there are none. */
  Range range(long after, int limit) {
    var from = Math.max(after, oldest - 1);
    var upTo = Math.min(from + limit, newest);
    return from >= upTo ? null : new Range(name, from, upTo, partition(from + 1), partition(upTo));
  }

  private long partition(long seq) {
    var i = firstSeqs.size() - 1;
    while (i > 0 && firstSeqs.get(i) > seq) {
      i--;
    }
    return partitions.get(i);
  }
}

package dev.verticker.api.socket.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.socket.protocol.Command;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConflatedTopicTest {
  @ParameterizedTest
  @CsvSource({
    "100, 100",
    "101, 150",
    "250, 250",
    "1000, 1000",
    "1001, 1250",
    "10000, 10000",
    "10001, 11000",
    "60000, 60000",
    "60001, 120000",
    "3600000, 3600000"
  })
  void a_requested_interval_is_rounded_up_to_a_step(int requested, int everyMs) {
    assertEquals(everyMs, ConflatedTopic.roundUp(requested));
  }

  @Test
  void all_intervals_of_a_topic_share_at_most_170_groups() {
    var intervals = IntStream.rangeClosed(
            Command.Subscribe.MIN_EVERY_MS, Command.Subscribe.MAX_EVERY_MS)
        .map(ConflatedTopic::roundUp)
        .distinct()
        .count();
    assertTrue(intervals <= 170, intervals + " groups");
  }
}

package dev.verticker.api.socket.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.socket.protocol.Command;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceStreamTest {
  @ParameterizedTest
  @CsvSource({
    "250, 250",
    "251, 500",
    "10000, 10000",
    "10001, 11000",
    "60000, 60000",
    "60001, 120000",
    "3600000, 3600000"
  })
  void a_requested_interval_is_rounded_up_to_a_step(int requested, int everyMs) {
    assertEquals(everyMs, PriceStream.Key.of("prices", requested).everyMs());
  }

  @Test
  void all_intervals_of_a_topic_share_at_most_150_streams() {
    var keys = IntStream.rangeClosed(Command.Subscribe.MIN_EVERY_MS, Command.Subscribe.MAX_EVERY_MS)
        .mapToObj(requested -> PriceStream.Key.of("prices", requested))
        .collect(Collectors.toSet());
    assertTrue(keys.size() <= 150, keys.size() + " streams");
  }
}

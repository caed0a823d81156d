package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceChannelTest {
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
  void a_client_gets_prices_as_often_as_it_wished_or_a_step_less(int wished, int every) {
    assertEquals(every, PriceChannel.Key.of("prices", wished).everyMs());
  }

  @Test
  void all_wishes_there_are_share_a_hundred_and_fifty_channels() {
    var keys = IntStream.rangeClosed(PriceChannel.MIN_MS, PriceChannel.MAX_MS)
        .mapToObj(wished -> PriceChannel.Key.of("prices", wished))
        .collect(Collectors.toSet());
    assertTrue(keys.size() <= 150, keys.size() + " channels");
  }
}

package dev.verticker.price;

import static dev.verticker.price.QuoteFixture.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OnDemandSymbolsTest {
  private final OnDemandSymbols onDemand = new OnDemandSymbols();

  @Test
  void a_symbol_is_removed_ten_minutes_after_its_last_read() {
    onDemand.onRead(List.of("LTCUSDT"), NOON);
    onDemand.onRead(List.of("LTCUSDT"), NOON.plusSeconds(300));
    assertEquals(List.of("LTCUSDT"), onDemand.symbols(NOON.plusSeconds(900)));
    assertEquals(List.of(), onDemand.symbols(NOON.plusSeconds(901)));
  }

  @Test
  void beyond_the_limit_the_least_recently_read_symbol_is_removed_first() {
    IntStream.range(0, 100).forEach(i -> onDemand.onRead(List.of("S" + i), NOON));
    onDemand.onRead(List.of("S0"), NOON);
    onDemand.onRead(List.of("ONE_MORE"), NOON);
    var symbols = onDemand.symbols(NOON);
    assertEquals(100, symbols.size());
    assertTrue(symbols.contains("S0"));
    assertFalse(symbols.contains("S1"));
  }

  @Test
  void a_removed_symbol_is_not_refreshed() {
    onDemand.onRead(List.of("NOSUCHPAIR"), NOON);
    onDemand.remove("NOSUCHPAIR");
    assertEquals(List.of(), onDemand.symbols(NOON));
  }
}

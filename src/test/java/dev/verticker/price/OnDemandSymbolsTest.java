package dev.verticker.price;

import static dev.verticker.price.QuoteFixture.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OnDemandSymbolsTest {
  private final OnDemandSymbols demand = new OnDemandSymbols(3);

  @Test
  void a_symbol_stays_ten_minutes_after_its_last_read() {
    demand.read(List.of("LTCUSDT"), NOON);
    demand.read(List.of("LTCUSDT"), NOON.plusSeconds(300));
    assertEquals(List.of("LTCUSDT"), demand.symbols(NOON.plusSeconds(900)));
    assertEquals(List.of(), demand.symbols(NOON.plusSeconds(901)));
  }

  @Test
  void of_more_than_there_is_room_for_the_least_recently_read_leaves_first() {
    IntStream.range(0, 97).forEach(i -> demand.read(List.of("S" + i), NOON));
    demand.read(List.of("S0"), NOON);
    demand.read(List.of("ONE_MORE"), NOON);
    var symbols = demand.symbols(NOON);
    assertEquals(97, symbols.size());
    assertTrue(symbols.contains("S0"));
    assertFalse(symbols.contains("S1"));
  }

  @Test
  void with_the_configured_ones_there_are_never_more_than_one_call_tells_every_figure_of() {
    assertEquals(99, keptBeside(1));
    assertEquals(20, keptBeside(80));
    assertEquals(0, keptBeside(100));
    assertEquals(100, keptBeside(101), "a call for everything has room for all");
  }

  private static int keptBeside(int configured) {
    var demand = new OnDemandSymbols(configured);
    demand.read(IntStream.range(0, 200).mapToObj(i -> "S" + i).toList(), NOON);
    return demand.symbols(NOON).size();
  }

  @Test
  void a_forgotten_symbol_is_asked_no_more() {
    demand.read(List.of("NOSUCHPAIR"), NOON);
    demand.forget("NOSUCHPAIR");
    assertEquals(List.of(), demand.symbols(NOON));
  }
}

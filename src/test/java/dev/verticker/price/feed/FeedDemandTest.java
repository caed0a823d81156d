package dev.verticker.price.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.message.Feed;
import dev.verticker.testing.SteppedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeedDemandTest {
  private static final Set<Kind> QUOTES = EnumSet.of(Kind.TICKER, Kind.KLINE_1M);
  private static final Set<Kind> TRADES =
      EnumSet.of(Kind.TICKER, Kind.KLINE_1M, Kind.AGGREGATE_TRADE);
  private static final Set<Kind> BOOKS =
      EnumSet.of(Kind.TICKER, Kind.KLINE_1M, Kind.BOOK_TICKER, Kind.DEPTH);
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

  private final SteppedClock clock = new SteppedClock(Instant.EPOCH);
  private final List<String> refreshed = new ArrayList<>(symbols("S", 25));
  private final Set<String> listed = new HashSet<>(symbols("S", 25));
  private final FeedDemand demand = new FeedDemand(
      new FeedDemand.Symbols(symbols("S", 25), () -> refreshed, listed::contains), clock);

  @Test
  void the_first_twenty_configured_symbols_have_all_streams_and_the_others_tickers_and_candles() {
    refreshed.add("ONDEMAND");
    assertEquals(ALL, streamsOf("S0"));
    assertEquals(ALL, streamsOf("S19"));
    assertEquals(QUOTES, streamsOf("S20"));
    assertEquals(QUOTES, streamsOf("ONDEMAND"));
    assertEquals(20 * 5 + 6 * 2, demand.streams().size());
  }

  @Test
  void a_demanded_symbol_has_the_streams_of_its_demand_and_those_that_prove_their_silence() {
    listed.add("币安人生USDT");
    demand("one", List.of("S22", "币安人生USDT"), List.of("S23", "币安人生USDT"));
    assertEquals(TRADES, streamsOf("S22"));
    assertEquals(BOOKS, streamsOf("S23"));
    assertEquals(ALL, streamsOf("币安人生USDT"));
    assertEquals(3, demand.size());
  }

  @Test
  void demands_of_nodes_add_up_and_each_ends_five_minutes_after_it_was_last_published() {
    demand("one", List.of("S22"), List.of());
    clock.step(Duration.ofMinutes(4));
    demand("two", List.of(), List.of("S22"));
    assertEquals(ALL, streamsOf("S22"));
    clock.step(Duration.ofMinutes(1));
    assertEquals(BOOKS, streamsOf("S22"));
    demand("two", List.of(), List.of("S22"));
    clock.step(Duration.ofMinutes(4));
    assertEquals(BOOKS, streamsOf("S22"));
    clock.step(Duration.ofMinutes(1));
    assertEquals(QUOTES, streamsOf("S22"));
    assertEquals(0, demand.size());
  }

  @Test
  void symbols_that_the_exchange_does_not_list_are_never_streamed() {
    demand("one", List.of("NOSUCH", "", "x".repeat(10_000), "s22", "\u0000"), List.of("NOSUCH"));
    assertEquals(0, demand.size());
    assertEquals(Set.of(), streamsOf("NOSUCH"));

    listed.add("NEWUSDT");
    demand("one", List.of("NEWUSDT"), List.of());
    assertEquals(TRADES, streamsOf("NEWUSDT"));
    listed.remove("NEWUSDT");
    assertEquals(Set.of(), streamsOf("NEWUSDT"));
  }

  @Test
  void a_demand_without_lists_is_empty() {
    demand.onDemand(new Feed.Demand(null, null, null));
    assertEquals(0, demand.size());
  }

  @Test
  void a_hundred_demanded_symbols_keep_their_streams_and_others_are_ignored_until_there_is_room() {
    var first = symbols("A", 60);
    var second = symbols("B", 60);
    listed.addAll(first);
    listed.addAll(second);
    demand("one", first, List.of());
    demand("two", second, List.of());
    var streams = demand.streams();
    assertEquals(100, demand.size());
    assertTrue(streams.contains(new Stream("B39", Kind.AGGREGATE_TRADE)));
    assertFalse(streams.contains(new Stream("B40", Kind.TICKER)));

    demand("two", second, List.of());
    demand("one", first, List.of());
    assertEquals(streams, demand.streams());

    clock.step(Duration.ofMinutes(5));
    demand("two", second, List.of());
    assertEquals(60, demand.size());
    assertEquals(TRADES, streamsOf("B59"));
  }

  @Test
  void symbols_that_are_always_streamed_take_no_room() {
    demand("one", symbols("S", 20), symbols("S", 20));
    assertEquals(0, demand.size());
  }

  private void demand(String node, List<String> trades, List<String> books) {
    demand.onDemand(new Feed.Demand(node, trades, books));
  }

  private Set<Kind> streamsOf(String symbol) {
    return demand.streams().stream()
        .filter(stream -> stream.symbol().equals(symbol))
        .map(Stream::kind)
        .collect(Collectors.toSet());
  }

  private static List<String> symbols(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }
}

package dev.verticker.api.listings;

import static dev.verticker.api.listings.FakeListings.listing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.api.listings.SymbolList.Query;
import dev.verticker.bus.Failure;
import dev.verticker.message.Listings.Listing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolListTest {
  private static final Set<String> CONFIGURED = Set.of("BTCUSDT", "ETHBTC");

  private final SymbolList symbols = list(
      listing("BTC", "USDT", "TRADING"),
      listing("BTC", "EUR", "TRADING"),
      listing("BTC", "DAI", "BREAK"),
      listing("WBTC", "USDT", "TRADING"),
      listing("ETH", "BTC", "TRADING"),
      listing("BTCST", "USDT", "CANCEL_ONLY"),
      listing("币安人生", "USDT", "TRADING"));

  @Test
  void an_exact_match_comes_first_then_the_base_asset_then_prefixes_then_the_quote_asset() {
    assertEquals(
        List.of("BTCUSDT", "BTCEUR", "BTCDAI", "BTCSTUSDT", "ETHBTC", "WBTCUSDT"), find("btc"));
    assertEquals(List.of("BTCEUR"), find("btcEur"));
    assertEquals(List.of("BTCUSDT", "WBTCUSDT"), find("BTC/USDT"));
    assertEquals(List.of("BTCUSDT", "WBTCUSDT", "币安人生USDT", "BTCSTUSDT"), find("uSdT"));
    assertEquals(List.of("币安人生USDT"), find("人生"));
    assertEquals(List.of(), find("doge"));
  }

  @Test
  void a_status_that_this_version_does_not_know_is_found_and_not_tradable() {
    var found = symbols.search(
        new Query(
            Optional.empty(), Optional.of("cancel_only"), Optional.empty(), 10, Optional.empty()),
        CONFIGURED::contains);

    assertEquals(
        List.of("BTCSTUSDT"), found.listings().stream().map(Listing::symbol).toList());
    assertEquals(false, found.listings().get(0).tradable());
    assertNull(found.next());
  }

  @Test
  void configured_symbols_and_the_others_are_found_separately() {
    var names = Set.of("BTCUSDT", "ETHBTC");
    var configured =
        new Query(Optional.empty(), Optional.empty(), Optional.of(true), 10, Optional.empty());
    var others =
        new Query(Optional.of("eth"), Optional.empty(), Optional.of(false), 10, Optional.empty());

    var found = symbols.search(configured, names::contains).listings();

    assertEquals(
        List.of("BTCUSDT", "ETHBTC"), found.stream().map(Listing::symbol).toList());
    assertEquals(List.of(), symbols.search(others, names::contains).listings());
  }

  @Test
  void pages_follow_each_other_also_if_the_last_symbol_of_a_page_was_delisted() {
    for (var text : List.of("", "usdt", "b")) {
      var all = pages(symbols, text, 100);

      assertEquals(all, pages(symbols, text, 1), text);
      assertEquals(all, pages(symbols, text, 3), text);
    }
    var first = symbols.search(query("", 3, null), CONFIGURED::contains);
    var delisted = list(listing("ETH", "BTC", "TRADING"), listing("WBTC", "USDT", "TRADING"));

    var second = delisted.search(query("", 3, first.next()), CONFIGURED::contains);

    assertEquals(
        List.of("ETHBTC", "WBTCUSDT"),
        second.listings().stream().map(Listing::symbol).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "!", "AAAA", "OjE", "LTk5OTk5OTk5OTk5OkJUQw", "%00", "💥"})
  void a_cursor_that_no_page_contained_is_invalid(String cursor) {
    assertThrows(
        Failure.Invalid.class, () -> symbols.search(query("", 3, cursor), CONFIGURED::contains));
  }

  private List<String> find(String text) {
    return find(symbols, text);
  }

  private static List<String> find(SymbolList list, String text) {
    return list.search(query(text, 100, null), CONFIGURED::contains).listings().stream()
        .map(Listing::symbol)
        .toList();
  }

  private static List<String> pages(SymbolList list, String text, int limit) {
    var symbols = new ArrayList<String>();
    String cursor = null;
    do {
      var page = list.search(query(text, limit, cursor), CONFIGURED::contains);
      page.listings().forEach(listing -> symbols.add(listing.symbol()));
      cursor = page.next();
    } while (cursor != null);
    return symbols;
  }

  private static Query query(String text, int limit, String cursor) {
    return new Query(
        Optional.of(text).filter(given -> !given.isEmpty()),
        Optional.empty(),
        Optional.empty(),
        limit,
        Optional.ofNullable(cursor));
  }

  private static SymbolList list(Listing... listings) {
    return new SymbolList("simulated", "1", Instant.EPOCH, Stream.of(listings).toList());
  }
}

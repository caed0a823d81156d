package dev.verticker.exchange.binance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.RecordedMarket;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.message.Listings.Limits;
import dev.verticker.message.Listings.Listing;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeInfoParserTest {
  @Test
  void a_listing_has_assets_and_limits_in_exact_decimals_and_zero_is_no_limit() {
    var listing = parse(
        """
        {"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "baseAssetPrecision": 8, "quoteAsset": "USDT",
         "quoteAssetPrecision": 6, "isSpotTradingAllowed": true, "filters": [
          {"filterType": "PRICE_FILTER", "minPrice": "0.00000000", "maxPrice": "1000000.00000000", "tickSize": "0.01000000"},
          {"filterType": "LOT_SIZE", "minQty": "0.00001000", "maxQty": "9000.00000000", "stepSize": "0.00001000"},
          {"filterType": "NOTIONAL", "minNotional": "5.00000000", "maxNotional": "9000000.00000000"}]}
        """);

    assertEquals(
        new Listing(
            "BTCUSDT",
            "TRADING",
            "BTC",
            "USDT",
            8,
            6,
            true,
            new Limits(null, decimal("1000000.00000000"), decimal("0.01000000")),
            new Limits(decimal("0.00001000"), decimal("9000.00000000"), decimal("0.00001000")),
            new Limits(decimal("5.00000000"), decimal("9000000.00000000"), null)),
        listing);
    assertTrue(listing.tradable());
  }

  @ParameterizedTest
  @ValueSource(strings = {"CANCEL_ONLY", "BREAK", "trading", "未来"})
  void a_status_that_this_version_does_not_know_is_kept_and_not_tradable(String status) {
    var listing = parse("{\"symbol\": \"币安人生USDT\", \"status\": \"" + status + "\"}");

    assertEquals("币安人生USDT", listing.symbol());
    assertEquals(status, listing.status());
    assertFalse(listing.tradable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"status\": null, \"filters\": null}",
        "{\"status\": 7, \"filters\": {\"filterType\": 1}, \"baseAsset\": [], \"baseAssetPrecision\": \"8\"}",
        "{\"filters\": [null, 3, \"LOT_SIZE\", {}, {\"filterType\": \"LOT_SIZE\", \"minQty\": 1, \"maxQty\": \"1e9\"}]}",
        "{\"baseAssetPrecision\": -1, \"quoteAssetPrecision\": 99999999999, \"status\": \"\"}"
      })
  void fields_of_another_type_are_unknown_and_the_symbol_stays(String fields) {
    var symbol = new JsonObject(fields).put("symbol", "BTCUSDT");

    assertEquals(
        new Listing(
            "BTCUSDT", "UNKNOWN", "", "", null, null, true, Limits.NONE, Limits.NONE, Limits.NONE),
        parse(symbol.encode()));
  }

  @Test
  void names_that_are_too_long_or_no_text_are_left_out() {
    var info = ExchangeInfoParser.parse(body(new JsonArray()
        .add(new JsonObject().put("symbol", "A".repeat(10_000)))
        .add(new JsonObject().put("symbol", 7))
        .add(new JsonObject().put("symbol", ""))
        .add(new JsonObject())
        .add(new JsonObject().put("symbol", "BTCUSDT").put("baseAsset", "B".repeat(10_000)))));

    assertEquals(1, info.listings().size());
    assertEquals("", info.listings().get(0).base());
    assertThrows(ExchangeException.class, () -> ExchangeInfoParser.parse(body(new JsonArray())));
  }

  @Test
  void the_revision_is_that_of_an_equal_response_and_changes_with_the_content() {
    var btc = new JsonObject().put("symbol", "BTCUSDT").put("status", "TRADING");
    var eth = new JsonObject().put("symbol", "ETHUSDT").put("status", "TRADING");

    var one = revision(new JsonArray().add(btc).add(eth));

    assertEquals(one, revision(new JsonArray().add(btc.copy()).add(eth.copy())));
    assertNotEquals(one, revision(new JsonArray().add(btc)));
    assertNotEquals(
        one, revision(new JsonArray().add(btc.copy().put("status", "BREAK")).add(eth)));
  }

  @Test
  void recorded_symbols_have_steps_and_a_minimum_of_the_notional() throws IOException {
    var info =
        ExchangeInfoParser.parse(Buffer.buffer(Files.readAllBytes(RecordedMarket.exchangeInfo())));

    assertEquals(20, info.listings().size());
    assertTrue(info.weightPerMinute() > 0);
    for (var listing : info.listings()) {
      assertTrue(listing.tradable(), listing::toString);
      assertEquals(listing.symbol(), listing.base() + listing.quote());
      assertEquals(1, listing.price().step().signum(), listing::toString);
      assertEquals(1, listing.quantity().step().signum(), listing::toString);
      assertEquals(1, listing.notional().min().signum(), listing::toString);
    }
  }

  private static String revision(JsonArray symbols) {
    return ExchangeInfoParser.parse(body(symbols)).revision();
  }

  private static Listing parse(String symbol) {
    var symbols = new JsonArray().add(new JsonObject(symbol));
    return ExchangeInfoParser.parse(body(symbols)).listings().get(0);
  }

  private static Buffer body(JsonArray symbols) {
    return new JsonObject().put("symbols", symbols).toBuffer();
  }

  private static BigDecimal decimal(String text) {
    return new BigDecimal(text);
  }
}

package dev.verticker.dev.exchange;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The exchangeInfo response. Of a recorded one it keeps the entries of symbols that have prices; a symbol that is not
 * recorded gets a generated entry. The weight limit is the one that is enforced.
 */
final class SimulatedExchangeInfo {
  private final Map<String, JsonObject> symbols = new LinkedHashMap<>();
  /** Those that were changed. */
  private final Map<String, String> statuses = new ConcurrentHashMap<>();

  private final JsonObject head;

  SimulatedExchangeInfo(
      RecordedMarketData recording, Optional<Path> file, int weightLimit, int orderLimit) {
    var recorded = file.map(SimulatedExchangeInfo::read).orElseGet(JsonObject::new);
    var entries = recorded.getJsonArray("symbols", new JsonArray());
    for (int index = 0; index < entries.size(); index++) {
      var entry = entries.getJsonObject(index);
      if (recording.has(entry.getString("symbol"))) {
        symbols.put(entry.getString("symbol"), entry);
      }
    }
    for (var symbol : recording.symbols()) {
      symbols.computeIfAbsent(
          symbol,
          name -> generated(
              ListedPair.of(name),
              recording.of(name).units().tick(),
              recording.of(name).units().step()));
    }
    this.head = new JsonObject()
        .put("timezone", recorded.getString("timezone", "UTC"))
        .put("serverTime", 0L)
        .put("rateLimits", rateLimits(weightLimit, orderLimit))
        .put("exchangeFilters", recorded.getJsonArray("exchangeFilters", new JsonArray()));
  }

  /** Symbols in the exchange's order. */
  List<String> symbols() {
    return List.copyOf(symbols.keySet());
  }

  String status(String symbol) {
    return statuses.getOrDefault(symbol, symbols.get(symbol).getString("status"));
  }

  /** @throws IllegalArgumentException without such a symbol */
  void setStatus(String symbol, String status) {
    if (!symbols.containsKey(symbol)) {
      throw new IllegalArgumentException("no such symbol: " + symbol);
    }
    statuses.put(symbol, status);
  }

  /** The entry of a symbol with its present status; empty without such a symbol. */
  Optional<JsonObject> entry(String symbol) {
    return Optional.ofNullable(symbols.get(symbol))
        .map(entry -> entry.copy().put("status", status(symbol)));
  }

  JsonArray exchangeFilters() {
    return head.getJsonArray("exchangeFilters");
  }

  JsonObject json(List<String> requested, boolean permissionSets, Instant now) {
    var entries = new JsonArray();
    for (var symbol : requested) {
      var entry = symbols.get(symbol).copy().put("status", status(symbol));
      if (!permissionSets) {
        entry.remove("permissionSets");
      }
      entries.add(entry);
    }
    return head.copy().put("serverTime", now.toEpochMilli()).put("symbols", entries);
  }

  private static JsonObject read(Path file) {
    try {
      return new JsonObject(Buffer.buffer(Files.readAllBytes(file)));
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read the exchange info in " + file, failure);
    }
  }

  private static JsonArray rateLimits(int weightLimit, int orderLimit) {
    return new JsonArray()
        .add(rateLimit("REQUEST_WEIGHT", "MINUTE", 1, weightLimit))
        .add(rateLimit("ORDERS", "SECOND", 10, orderLimit))
        .add(rateLimit("ORDERS", "DAY", 1, 160_000))
        .add(rateLimit("RAW_REQUESTS", "MINUTE", 5, 300_000));
  }

  private static JsonObject rateLimit(String type, String interval, int number, int limit) {
    return new JsonObject()
        .put("rateLimitType", type)
        .put("interval", interval)
        .put("intervalNum", number)
        .put("limit", limit);
  }

  private static JsonObject generated(ListedPair listing, BigDecimal tick, BigDecimal step) {
    return new JsonObject()
        .put("symbol", listing.symbol())
        .put("status", "TRADING")
        .put("baseAsset", listing.base())
        .put("baseAssetPrecision", 8)
        .put("quoteAsset", listing.quote())
        .put("quotePrecision", 8)
        .put("quoteAssetPrecision", 8)
        .put("baseCommissionPrecision", 8)
        .put("quoteCommissionPrecision", 8)
        .put(
            "orderTypes",
            JsonArray.of("LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"))
        .put("icebergAllowed", true)
        .put("ocoAllowed", true)
        .put("otoAllowed", true)
        .put("quoteOrderQtyMarketAllowed", true)
        .put("allowTrailingStop", true)
        .put("cancelReplaceAllowed", true)
        .put("isSpotTradingAllowed", true)
        .put("isMarginTradingAllowed", false)
        .put("filters", filters(tick, step))
        .put("permissions", new JsonArray())
        .put("permissionSets", JsonArray.of(JsonArray.of("SPOT")))
        .put("defaultSelfTradePreventionMode", "EXPIRE_MAKER")
        .put(
            "allowedSelfTradePreventionModes",
            JsonArray.of("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"));
  }

  private static JsonArray filters(BigDecimal tick, BigDecimal step) {
    return new JsonArray()
        .add(filter("PRICE_FILTER")
            .put("minPrice", text(tick))
            .put("maxPrice", "1000000.00000000")
            .put("tickSize", text(tick)))
        .add(filter("LOT_SIZE")
            .put("minQty", text(step))
            .put("maxQty", "9000.00000000")
            .put("stepSize", text(step)))
        .add(filter("ICEBERG_PARTS").put("limit", 10))
        .add(filter("MARKET_LOT_SIZE")
            .put("minQty", "0.00000000")
            .put("maxQty", "9000.00000000")
            .put("stepSize", "0.00000000"))
        .add(filter("TRAILING_DELTA")
            .put("minTrailingAboveDelta", 10)
            .put("maxTrailingAboveDelta", 2000)
            .put("minTrailingBelowDelta", 10)
            .put("maxTrailingBelowDelta", 2000))
        .add(filter("PERCENT_PRICE_BY_SIDE")
            .put("bidMultiplierUp", "5")
            .put("bidMultiplierDown", "0.2")
            .put("askMultiplierUp", "5")
            .put("askMultiplierDown", "0.2")
            .put("avgPriceMins", 5))
        .add(filter("NOTIONAL")
            .put("minNotional", "5.00000000")
            .put("applyMinToMarket", true)
            .put("maxNotional", "9000000.00000000")
            .put("applyMaxToMarket", false)
            .put("avgPriceMins", 5))
        .add(filter("MAX_NUM_ORDERS").put("maxNumOrders", 200))
        .add(filter("MAX_NUM_ALGO_ORDERS").put("maxNumAlgoOrders", 5));
  }

  private static JsonObject filter(String type) {
    return new JsonObject().put("filterType", type);
  }

  private static String text(BigDecimal amount) {
    return amount.setScale(Candle.DECIMALS).toPlainString();
  }
}

package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Creates the regular response to a request. */
final class RestApi {
  private final SimulatedMarket market;
  private final SimulatedExchangeInfo info;
  private final Tickers tickers;
  private final Klines klines;
  private final TradeLists trades;

  RestApi(SimulatedMarket market, SimulatedExchangeInfo info) {
    this.market = market;
    this.info = info;
    this.tickers = new Tickers(market);
    this.klines = new Klines(market);
    this.trades = new TradeLists(market);
  }

  SimulatorResponse respond(Endpoint endpoint, Query query, Instant now) {
    try {
      query.check(endpoint);
      return SimulatorResponse.ok(json(endpoint, query, SimulatorRequest.of(query), now));
    } catch (BinanceError error) {
      return SimulatorResponse.rejected(error);
    }
  }

  /** Records the served prices without those that a fault has changed. */
  void served(Object regular, Object sent, Instant at) {
    var unchanged = Collections.newSetFromMap(new IdentityHashMap<>());
    parts(regular).forEach(unchanged::add);
    parts(sent).filter(unchanged::contains).forEach(part -> served(part, at));
  }

  private static Stream<JsonObject> parts(Object json) {
    return (json instanceof JsonArray list ? list.stream() : Stream.of(json))
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast);
  }

  private void served(JsonObject ticker, Instant at) {
    var price = ticker.getString("price", ticker.getString("lastPrice"));
    var symbol = ticker.getString("symbol");
    // Trades and average prices name no symbol.
    if (price != null && symbol != null) {
      var closeTime = ticker.getLong("closeTime");
      market.serve(
          symbol,
          new ServedMarket(closeTime == null ? at : Instant.ofEpochMilli(closeTime), price));
    }
  }

  private Object json(Endpoint endpoint, Query query, SimulatorRequest request, Instant now) {
    return switch (endpoint) {
      case PING -> new JsonObject();
      case TIME -> new JsonObject().put("serverTime", now.toEpochMilli());
      case TICKER_PRICE -> tickers(query, request, symbol -> tickers.price(symbol, now));
      case TICKER_24HR ->
        query.text("type").orElse("FULL").equals("MINI")
            ? tickers(query, request, symbol -> tickers.mini(symbol, now))
            : tickers(query, request, symbol -> tickers.full(symbol, now));
      case BOOK_TICKER -> tickers(query, request, symbol -> tickers.book(symbol, now));
      case AVERAGE_PRICE -> tickers.average(selected(query, request).get(0), now);
      case KLINES, UI_KLINES -> klines.rows(selected(query, request).get(0), query, now);
      case DEPTH -> Depth.snapshot(market.of(selected(query, request).get(0)).book(now), query);
      case TRADES -> trades.trades(selected(query, request).get(0), query, now);
      case AGGREGATE_TRADES -> trades.aggregates(selected(query, request).get(0), query, now);
      case EXCHANGE_INFO ->
        info.json(
            described(query, request),
            !query.text("showPermissionSets").equals(Optional.of("false")),
            now);
      default -> throw new IllegalArgumentException("signed endpoint: " + endpoint);
    };
  }

  private interface Ticker {
    JsonObject of(String symbol);
  }

  private Object tickers(Query query, SimulatorRequest request, Ticker ticker) {
    var symbols = selected(query, request);
    if (request.form() == SimulatorRequest.Form.ONE) {
      return ticker.of(symbols.get(0));
    }
    var list = new JsonArray();
    symbols.forEach(symbol -> list.add(ticker.of(symbol)));
    return list;
  }

  private List<String> described(Query query, SimulatorRequest request) {
    if (request.form() != SimulatorRequest.Form.ALL
        && query.text("symbolStatus").isPresent()) {
      throw BinanceError.badCombination();
    }
    return selected(query, request);
  }

  /** In the exchange's order, not in that of the request. One unknown symbol fails the request. */
  private List<String> selected(Query query, SimulatorRequest request) {
    if (!info.symbols().containsAll(request.symbols())) {
      throw BinanceError.badSymbol();
    }
    var status = query.text("symbolStatus");
    var selected = info.symbols().stream()
        .filter(request::includes)
        .filter(symbol -> status.map(info.status(symbol)::equals).orElse(true))
        .toList();
    if (selected.isEmpty() && request.form() == SimulatorRequest.Form.ONE) {
      throw BinanceError.otherStatus();
    }
    return selected;
  }
}

package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a sound exchange answers to a call. */
final class RestApi {
  private final SimulatedMarket market;
  private final SimulatedExchangeInfo info;
  private final Tickers tickers;
  private final Klines klines;

  RestApi(SimulatedMarket market, SimulatedExchangeInfo info) {
    this.market = market;
    this.info = info;
    this.tickers = new Tickers(market, info);
    this.klines = new Klines(market);
  }

  SimulatorResponse answer(Endpoint endpoint, Query query, Instant now) {
    try {
      query.check(endpoint);
      return SimulatorResponse.ok(json(endpoint, query, SimulatorRequest.in(query), now));
    } catch (BinanceError refusal) {
      return SimulatorResponse.refused(refusal);
    }
  }

  /** Notes as served each price that left as it was answered; the parts that a fault changed on the way are not. */
  void served(Object answered, Object sent, Instant at) {
    var sound = Collections.newSetFromMap(new IdentityHashMap<>());
    parts(answered).forEach(sound::add);
    parts(sent).filter(sound::contains).forEach(part -> served(part, at));
  }

  private static Stream<JsonObject> parts(Object json) {
    return (json instanceof JsonArray list ? list.stream() : Stream.of(json))
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast);
  }

  private void served(JsonObject ticker, Instant at) {
    var price = ticker.getString("price", ticker.getString("lastPrice"));
    if (price != null) {
      var closeTime = ticker.getLong("closeTime");
      market.serve(
          ticker.getString("symbol"),
          new ServedMarket(closeTime == null ? at : Instant.ofEpochMilli(closeTime), price));
    }
  }

  private Object json(Endpoint endpoint, Query query, SimulatorRequest asked, Instant now) {
    return switch (endpoint) {
      case PING -> new JsonObject();
      case TIME -> new JsonObject().put("serverTime", now.toEpochMilli());
      case TICKER_PRICE -> tickers(query, asked, symbol -> tickers.price(symbol, now));
      case TICKER_24HR ->
        query.text("type").orElse("FULL").equals("MINI")
            ? tickers(query, asked, symbol -> tickers.mini(symbol, now))
            : tickers(query, asked, symbol -> tickers.full(symbol, now));
      case KLINES -> klines.answer(selected(query, asked).get(0), query, now);
      case EXCHANGE_INFO ->
        info.answer(
            described(query, asked),
            !query.text("showPermissionSets").equals(Optional.of("false")),
            now);
    };
  }

  private interface Ticker {
    JsonObject of(String symbol);
  }

  private Object tickers(Query query, SimulatorRequest asked, Ticker ticker) {
    var symbols = selected(query, asked);
    if (asked.form() == SimulatorRequest.Form.ONE) {
      return ticker.of(symbols.get(0));
    }
    var list = new JsonArray();
    symbols.forEach(symbol -> list.add(ticker.of(symbol)));
    return list;
  }

  private List<String> described(Query query, SimulatorRequest asked) {
    if (asked.form() != SimulatorRequest.Form.ALL && query.text("symbolStatus").isPresent()) {
      throw BinanceError.badCombination();
    }
    return selected(query, asked);
  }

  /** In the exchange's own order, whatever order was asked: no caller may lean on it. One stranger fails them all. */
  private List<String> selected(Query query, SimulatorRequest asked) {
    if (!info.symbols().containsAll(asked.symbols())) {
      throw BinanceError.badSymbol();
    }
    var status = query.text("symbolStatus");
    var selected = info.symbols().stream()
        .filter(asked::includes)
        .filter(symbol -> status.map(info.status(symbol)::equals).orElse(true))
        .toList();
    if (selected.isEmpty() && asked.form() == SimulatorRequest.Form.ONE) {
      throw BinanceError.otherStatus();
    }
    return selected;
  }
}

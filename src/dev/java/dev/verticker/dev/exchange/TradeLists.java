package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;

/** Lists of trades and aggregate trades in the JSON of the exchange's REST API, oldest first. */
final class TradeLists {
  private static final int MAX_LIMIT = 1000;
  private final SimulatedMarket market;

  TradeLists(SimulatedMarket market) {
    this.market = market;
  }

  /** The newest trades. */
  JsonArray trades(String symbol, Query query, Instant now) {
    var limit = query.limit(MAX_LIMIT);
    var list = new JsonArray();
    newest(symbol, limit, now)
        .forEach(trade -> list.add(new JsonObject()
            .put("id", trade.id())
            .put("price", trade.price().toPlainString())
            .put("qty", trade.quantity().toPlainString())
            .put("quoteQty", trade.quoteQuantity().toPlainString())
            .put("time", trade.time().toEpochMilli())
            .put("isBuyerMaker", trade.buyerIsMaker())
            .put("isBestMatch", true)));
    return list;
  }

  /** From an id or a start time on, else the newest before the end time or now. */
  JsonArray aggregates(String symbol, Query query, Instant now) {
    var list = new JsonArray();
    selected(symbol, query, now)
        .forEach(trade -> list.add(new JsonObject()
            .put("a", trade.aggregateId())
            .put("p", trade.price().toPlainString())
            .put("q", trade.quantity().toPlainString())
            .put("f", trade.id())
            .put("l", trade.id())
            .put("T", trade.time().toEpochMilli())
            .put("m", trade.buyerIsMaker())
            .put("M", true)));
    return list;
  }

  private List<SimulatedTrade> selected(String symbol, Query query, Instant now) {
    var limit = query.limit(MAX_LIMIT);
    var start = query.time("startTime");
    var end = query.time("endTime").filter(time -> time.isBefore(now)).orElse(now);
    var first = query.number("fromId");
    if (first.isPresent()) {
      if (start.isPresent() || query.time("endTime").isPresent()) {
        throw BinanceError.badCombination();
      }
      return market
          .of(symbol)
          .tradesFrom(SimulatedTrade.ofAggregate(first.getAsLong()), limit, now);
    }
    return start
        .map(from -> from.isAfter(end)
            ? List.<SimulatedTrade>of()
            : market.of(symbol).tradesFrom(market.of(symbol).firstTradeAt(from), limit, end))
        .orElseGet(() -> newest(symbol, limit, end));
  }

  private List<SimulatedTrade> newest(String symbol, int limit, Instant end) {
    var last = market.of(symbol).lastTrade(end);
    return market.of(symbol).tradesFrom(last.id() - limit + 1, limit, end);
  }
}

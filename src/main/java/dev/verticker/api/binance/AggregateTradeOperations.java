package dev.verticker.api.binance;

import dev.verticker.api.market.SharedReads;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.function.Supplier;

/** Handles {@code binanceAggregateTrades}. */
final class AggregateTradeOperations {
  private static final int DEFAULT_LIMIT = 500;
  private static final int MAX_LIMIT = 1000;

  private final SharedReads reads;
  private final Supplier<Instant> marketTime;

  AggregateTradeOperations(SharedReads reads, Supplier<Instant> marketTime) {
    this.reads = reads;
    this.marketTime = marketTime;
  }

  Future<ApiResponse> aggregateTrades(BinanceRequest request) {
    var limit = request.limit(DEFAULT_LIMIT, MAX_LIMIT);
    var first = request.id("fromId");
    var from = request.time("startTime");
    var to = request.time("endTime");
    if (first != null && (from != null || to != null)) {
      throw BinanceException.wrongCombination();
    }
    if (request.isEmptyRange(marketTime.get())) {
      return Future.succeededFuture(ApiResponse.json(new JsonArray().toBuffer()));
    }
    var find = new FindTrades(request.symbol(), first, from, to, limit);
    return reads.request(Trades.FIND, find, Vertx.currentContext()).map(found -> {
      var json = new JsonArray();
      found.trades().forEach(trade -> json.add(json(request, trade)));
      return ApiResponse.json(json.toBuffer());
    });
  }

  private static JsonObject json(BinanceRequest request, Trade trade) {
    return new JsonObject()
        .put("a", trade.id())
        .put("p", trade.price().toPlainString())
        .put("q", trade.quantity().toPlainString())
        .put("f", trade.firstTradeId())
        .put("l", trade.lastTradeId())
        .put("T", request.timestamp(trade.time()))
        .put("m", trade.buyerIsMaker())
        .put("M", true);
  }
}

package dev.verticker.price.book;

import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Found;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.util.List;

/** Handles {@link Trades#FIND}: from the trades in memory, and from the exchange what they do not have. */
final class TradeFinder {
  /** A request has the same weight for any number of trades. */
  private static final int FEW_TRADES = 100;

  private final String venue;
  private final RecentTrades recent;
  private final MarketData exchange;
  private final MarketReads<FindTrades, List<Trade>> reads;

  TradeFinder(
      String venue,
      RecentTrades recent,
      MarketData exchange,
      MarketReads<FindTrades, List<Trade>> reads) {
    this.venue = venue;
    this.recent = recent;
    this.exchange = exchange;
    this.reads = reads;
  }

  Future<Found> find(FindTrades request) {
    return trades(request).map(found -> new Found(request.symbol(), venue, found));
  }

  private Future<List<Trade>> trades(FindTrades request) {
    if (request.held()) {
      return recent
          .held(request)
          .map(Future::succeededFuture)
          .orElseGet(() -> reads.refuse(request.symbol()));
    }
    if (request.fromId() != null) {
      return recent
          .from(request.symbol(), request.fromId(), request.limit())
          .map(Future::succeededFuture)
          .orElseGet(() -> read(request));
    }
    return request.from() != null || request.to() != null ? read(request) : newest(request);
  }

  private Future<List<Trade>> newest(FindTrades request) {
    return recent
        .newest(request.symbol(), request.limit())
        .map(Future::succeededFuture)
        .orElseGet(() -> readNewest(request));
  }

  private Future<List<Trade>> readNewest(FindTrades request) {
    var symbol = request.symbol();
    var limit = request.limit() <= FEW_TRADES ? FEW_TRADES : MarketData.MAX_TRADES;
    return read(new FindTrades(symbol, null, null, null, limit))
        .onSuccess(trades -> recent.add(symbol, trades, trades.size() < limit))
        .map(trades -> recent
            .newest(symbol, request.limit())
            .orElseGet(
                () -> trades.subList(Math.max(0, trades.size() - request.limit()), trades.size())));
  }

  private Future<List<Trade>> read(FindTrades request) {
    return reads.read(request.symbol(), request, () -> exchange.trades(request, Priority.USER));
  }
}

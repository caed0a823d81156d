package dev.verticker.api.market;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.FeedMonitor;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Books;
import dev.verticker.message.Books.FindBook;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;

/** Handles {@code listTrades} and {@code getBook} in both APIs. */
public final class MarketOperations {
  private static final long DEFAULT_TRADES = 100;
  private static final int TRADE_LENGTH = 150;

  private final Bus bus;
  private final FeedMonitor feed;
  private final Clock clock;
  private final BiConsumer<List<String>, String> requireHeld;

  /** @param requireHeld as in {@link dev.verticker.api.candles.CandleOperations} */
  public MarketOperations(
      Bus bus, FeedMonitor feed, Clock clock, BiConsumer<List<String>, String> requireHeld) {
    this.bus = bus;
    this.feed = feed;
    this.clock = clock;
    this.requireHeld = requireHeld;
  }

  public void addTo(ContractRouter routes) {
    routes.operation("listTrades", this::listTrades).operation("getBook", this::getBook);
  }

  private Future<ApiResponse> listTrades(ApiRequest request) {
    var limit = request.queryNumber("limit").orElse(DEFAULT_TRADES).intValue();
    var fromId = request.queryNumber("from_id").orElse(null);
    var find =
        new FindTrades(request.path("symbol"), fromId, null, null, limit, request.isAnonymous());
    return find(request, Trades.FIND, find)
        .map(found -> ApiResponse.json(Buffer.buffer(encode(found, fromId != null, limit))));
  }

  private Future<ApiResponse> getBook(ApiRequest request) {
    var find = new FindBook(request.path("symbol"), request.isAnonymous());
    return find(request, Books.FIND, find).map(book -> {
      var now = clock.instant();
      return ApiResponse.json(
          Buffer.buffer(BookJson.of(book, now, feed.isStale(book.receivedAt(), now, true))));
    });
  }

  private <Q, A> Future<A> find(ApiRequest request, Address<Q, A> address, Q query) {
    if (request.isAnonymous()) {
      requireHeld.accept(List.of(request.path("symbol")), "path/symbol");
    }
    return bus.request(address, query)
        .recover(cause -> Future.failedFuture(
            cause instanceof Failure failure ? failure.at("path/symbol") : cause));
  }

  private String encode(Trades.Found found, boolean paged, int limit) {
    var trades = found.trades();
    var json = new StringBuilder(TRADE_LENGTH * (trades.size() + 1));
    json.append("{\"symbol\":").append(Json.encode(found.symbol()));
    json.append(",\"venue\":").append(Json.encode(found.venue()));
    json.append(",\"trades\":[");
    for (var i = 0; i < trades.size(); i++) {
      TradeJson.append(i == 0 ? json : json.append(','), trades.get(i));
    }
    var newest = trades.isEmpty() ? null : trades.get(trades.size() - 1);
    json.append("],\"next\":");
    json.append(paged && trades.size() == limit ? Long.toString(newest.id() + 1) : "null");
    return json.append(",\"stale\":")
        .append(feed.isStale(newest == null ? Instant.EPOCH : newest.time(), clock.instant(), true))
        .append('}')
        .toString();
  }
}

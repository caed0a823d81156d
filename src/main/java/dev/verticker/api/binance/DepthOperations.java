package dev.verticker.api.binance;

import dev.verticker.api.market.SharedReads;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.Level;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Handles {@code binanceDepth}: at most {@link Books#MAX_LEVELS} levels, also if the request has a greater limit. */
final class DepthOperations {
  private final SharedReads reads;
  private final ExchangeSymbols symbols;
  private final Clock clock;

  DepthOperations(SharedReads reads, ExchangeSymbols symbols, Clock clock) {
    this.reads = reads;
    this.symbols = symbols;
    this.clock = clock;
  }

  Future<ApiResponse> depth(BinanceRequest request) {
    var limit = request.limit(Books.MAX_LEVELS, Books.MAX_LEVELS);
    return checkStatus(request)
        .compose(checked ->
            reads.request(Books.FIND, new Books.FindBook(request.symbol()), Vertx.currentContext()))
        .map(book -> ApiResponse.json(json(book, limit).toBuffer()).with("Age", age(book)));
  }

  private Future<Void> checkStatus(BinanceRequest request) {
    var status = request.text("symbolStatus");
    return status.isEmpty()
        ? Future.succeededFuture()
        : symbols.find().map(list -> {
          if (!list.mayContain(request.symbol())) {
            throw BinanceException.unknownSymbol();
          }
          if (!list.hasStatus(request.symbol(), status.get())) {
            throw BinanceException.otherStatus();
          }
          return null;
        });
  }

  private static JsonObject json(Book book, int limit) {
    return new JsonObject()
        .put("lastUpdateId", book.updateId())
        .put("bids", levels(book.bids(), limit))
        .put("asks", levels(book.asks(), limit));
  }

  private static JsonArray levels(List<Level> levels, int limit) {
    var json = new JsonArray();
    levels.stream()
        .limit(limit)
        .forEach(level -> json.add(
            JsonArray.of(level.price().toPlainString(), level.quantity().toPlainString())));
    return json;
  }

  private String age(Book book) {
    var age = Duration.between(book.receivedAt(), clock.instant());
    return Long.toString(Math.max(0, age.toSeconds()));
  }
}

package dev.verticker.api.price;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.request.ApiRequest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Handles {@code listPrices} and {@code getPrice} from memory; a symbol that is not in memory needs a bus request. */
final class PriceOperations {
  private final QuoteService quotes;
  private final Clock clock;

  PriceOperations(QuoteService quotes, Clock clock) {
    this.quotes = quotes;
    this.clock = clock;
  }

  void addTo(ContractRouter routes) {
    routes.operation("listPrices", this::listPrices).operation("getPrice", this::getPrice);
  }

  Future<ApiResponse> listPrices(ApiRequest request) {
    var limit = (long) request.queryNumber("limit").orElse(Long.MAX_VALUE);
    var named = request.queryList("symbols");
    var found =
        named.isPresent() ? quotes.named(named.get(), "query/symbols") : quotes.configured();
    var pointer = named.isPresent() ? "query/symbols" : "query/max_age";
    return found.map(all -> response(
        limit < all.size() ? all.subList(0, (int) limit) : all,
        request.queryNumber("max_age"),
        pointer));
  }

  Future<ApiResponse> getPrice(ApiRequest request) {
    return quotes
        .named(List.of(request.path("symbol")), "path/symbol")
        .map(found -> response(found, request.queryNumber("max_age"), "path/symbol"));
  }

  private ApiResponse response(List<CachedQuote> quotes, Optional<Long> maxAge, String pointer) {
    var now = clock.instant();
    QuoteService.checkMaxAge(maxAge, quotes, now, pointer);
    var json = Buffer.buffer(quotes.size() * 1024).appendByte((byte) '[');
    var oldest = Duration.ZERO;
    for (var i = 0; i < quotes.size(); i++) {
      if (i > 0) {
        json.appendByte((byte) ',');
      }
      quotes.get(i).appendTo(json, now);
      var age = quotes.get(i).quote().age(now);
      oldest = age.compareTo(oldest) > 0 ? age : oldest;
    }
    return ApiResponse.json(json.appendByte((byte) ']'))
        .with("Age", Long.toString(oldest.toSeconds()));
  }
}

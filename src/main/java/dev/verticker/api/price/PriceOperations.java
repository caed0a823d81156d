package dev.verticker.api.price;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.QuoteList;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.request.ApiRequest;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;

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
    var symbols = request.queryList("symbols");
    var found =
        symbols.isPresent() ? quotes.find(symbols.get(), "query/symbols") : quotes.findConfigured();
    var pointer = symbols.isPresent() ? "query/symbols" : "query/max_age";
    return found.map(all -> response(request, all.limit(limit), pointer));
  }

  Future<ApiResponse> getPrice(ApiRequest request) {
    return quotes
        .find(List.of(request.path("symbol")), "path/symbol")
        .map(found -> response(request, found, "path/symbol"));
  }

  private ApiResponse response(ApiRequest request, QuoteList found, String pointer) {
    var now = clock.instant();
    found.checkMaxAge(request.queryNumber("max_age"), now, pointer);
    return ApiResponse.json(found.internalJson(now)).with("Age", found.age(now));
  }
}

package dev.verticker.api.user;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.QuoteList;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.EntityTags;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;

/** Handles the operations on the latest prices, which it reads from memory. */
final class QuoteOperations {
  private final QuoteService quotes;
  private final Clock clock;

  QuoteOperations(QuoteService quotes, Clock clock) {
    this.quotes = quotes;
    this.clock = clock;
  }

  void addTo(ContractRouter routes) {
    routes.operation("listPrices", this::listPrices).operation("getPrice", this::getPrice);
  }

  Future<ApiResponse> listPrices(ApiRequest request) {
    var symbols = request.queryList("symbols");
    var found = symbols.isPresent()
        ? find(request, symbols.get(), "query/symbols")
        : quotes.findConfigured();
    var pointer = symbols.isPresent() ? "query/symbols" : "query/max_age";
    return found.map(all -> response(request, all, pointer, QuoteList::json));
  }

  Future<ApiResponse> getPrice(ApiRequest request) {
    return find(request, List.of(request.path("symbol")), "path/symbol")
        .map(one -> response(request, one, "path/symbol", QuoteList::singleJson));
  }

  private Future<QuoteList> find(ApiRequest request, List<String> symbols, String pointer) {
    return (request.isAnonymous() ? quotes.heldOnly() : quotes).find(symbols, pointer);
  }

  private ApiResponse response(
      ApiRequest request,
      QuoteList found,
      String pointer,
      BiFunction<QuoteList, Instant, Buffer> encode) {
    var now = clock.instant();
    found.checkMaxAge(request.queryNumber("max_age"), now, pointer);
    var tag = found.tag(now);
    var response = EntityTags.names(request.header("If-None-Match"), tag)
        ? ApiResponse.notModified()
        : ApiResponse.json(encode.apply(found, now));
    return response.with("ETag", tag).with("Age", found.age(now));
  }
}

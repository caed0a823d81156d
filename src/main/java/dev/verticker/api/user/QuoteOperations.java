package dev.verticker.api.user;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteJson;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.EntityTags;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

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
    var named = request.queryList("symbols");
    var found =
        named.isPresent() ? quotes.named(named.get(), "query/symbols") : quotes.configured();
    var pointer = named.isPresent() ? "query/symbols" : "query/max_age";
    return found.map(all -> response(request, all, pointer, json -> json.array().toBuffer()));
  }

  Future<ApiResponse> getPrice(ApiRequest request) {
    return quotes
        .named(List.of(request.path("symbol")), "path/symbol")
        .map(one -> response(request, one, "path/symbol", json -> json.single().toBuffer()));
  }

  private ApiResponse response(
      ApiRequest request,
      List<CachedQuote> found,
      String pointer,
      Function<QuoteJson, Buffer> shape) {
    var now = clock.instant();
    QuoteService.checkMaxAge(request.queryNumber("max_age"), found, now, pointer);
    var json = new QuoteJson(found, now);
    var tag = json.tag("");
    var response = EntityTags.names(request.header("If-None-Match"), tag)
        ? ApiResponse.notModified()
        : ApiResponse.json(shape.apply(json));
    return response.with("ETag", tag).with("Age", json.age());
  }
}

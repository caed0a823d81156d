package dev.verticker.api.user;

import dev.verticker.api.http.Answer;
import dev.verticker.api.http.ApiRequest;
import dev.verticker.api.http.EntityTags;
import dev.verticker.api.price.HeldQuote;
import dev.verticker.api.price.QuoteJson;
import dev.verticker.api.price.QuoteReads;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

/** The latest prices, answered from memory. */
final class QuoteOperations {
  private final QuoteReads quotes;
  private final Clock clock;

  QuoteOperations(QuoteReads quotes, Clock clock) {
    this.quotes = quotes;
    this.clock = clock;
  }

  Future<Answer> listPrices(ApiRequest request) {
    var named = request.queryList("symbols");
    var found =
        named.isPresent() ? quotes.named(named.get(), "query/symbols") : quotes.configured();
    var pointer = named.isPresent() ? "query/symbols" : "query/max_age";
    return found.map(all -> answer(request, all, pointer, json -> json.array().toBuffer()));
  }

  Future<Answer> getPrice(ApiRequest request) {
    return quotes
        .named(List.of(request.path("symbol")), "path/symbol")
        .map(one -> answer(request, one, "path/symbol", json -> json.single().toBuffer()));
  }

  private Answer answer(
      ApiRequest request,
      List<HeldQuote> found,
      String pointer,
      Function<QuoteJson, Buffer> shape) {
    var now = clock.instant();
    QuoteReads.refuseOlderThan(request.queryNumber("max_age"), found, now, pointer);
    var json = new QuoteJson(found, now);
    var tag = json.tag("");
    var answer = EntityTags.names(request.header("If-None-Match"), tag)
        ? Answer.notModified()
        : Answer.json(shape.apply(json));
    return answer.with("ETag", tag).with("Age", json.age());
  }
}

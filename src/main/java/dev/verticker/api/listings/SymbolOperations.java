package dev.verticker.api.listings;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.EntityTags;
import dev.verticker.bus.Failure;
import dev.verticker.message.Timestamps;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Predicate;

/** Handles {@code listSymbols} in both APIs, from the memory of this node. */
public final class SymbolOperations {
  private final SymbolListCache symbols;
  private final Predicate<String> configured;
  private final Clock clock;

  /** @param configured accepts the symbols that are always streamed and stored */
  public SymbolOperations(SymbolListCache symbols, Predicate<String> configured, Clock clock) {
    this.symbols = symbols;
    this.configured = configured;
    this.clock = clock;
  }

  public void addTo(ContractRouter routes) {
    routes.operation("listSymbols", this::listSymbols);
  }

  private Future<ApiResponse> listSymbols(ApiRequest request) {
    var list = symbols
        .current()
        .orElseThrow(() -> new Failure.Unavailable(
            "symbols-not-yet-known", "The symbols of the exchange are not known yet."));
    var query = new SymbolList.Query(
        request.query("q"),
        request.query("status"),
        request.queryFlag("configured"),
        request.pageLimit(),
        request.query("cursor"));
    var found = list.search(query, configured);
    var json = new JsonArray();
    found
        .listings()
        .forEach(listing -> json.add(ListingJson.of(listing, configured.test(listing.symbol()))));
    var content = new JsonObject()
        .put("venue", list.venue())
        .put("symbols", json)
        .put("next", found.next())
        .encode();
    var tag = "W/" + EntityTags.of(content.getBytes(StandardCharsets.UTF_8));
    var response = EntityTags.names(request.header("If-None-Match"), tag)
        ? ApiResponse.notModified()
        : ApiResponse.json(Buffer.buffer(
            "{\"read_at\":\"" + Timestamps.write(list.readAt()) + "\"," + content.substring(1)));
    return Future.succeededFuture(response.with("ETag", tag).with("Age", age(list)));
  }

  /** Returns the seconds since the exchange sent the list. */
  private String age(SymbolList list) {
    var age = Duration.between(list.readAt(), clock.instant());
    return Long.toString(Math.max(0, age.toSeconds()));
  }
}

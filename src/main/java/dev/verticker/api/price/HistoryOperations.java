package dev.verticker.api.price;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.Timestamps;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Prices;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.stream.Collectors;

/** The history of prices, the same operation in both APIs. */
public final class HistoryOperations {
  private final Bus bus;

  public HistoryOperations(Bus bus) {
    this.bus = bus;
  }

  public void addTo(ContractRouter routes) {
    routes.operation("listPriceHistory", this::listPriceHistory);
  }

  private Future<ApiResponse> listPriceHistory(ApiRequest request) {
    var find = find(request);
    return bus.request(Prices.HISTORY, find).map(history -> {
      var page = ApiResponse.json(Buffer.buffer(history.observations().stream()
          .map(HistoryOperations::json)
          .collect(Collectors.joining(",", "[", "]"))));
      return history.next() == null
          ? page
          : page.with(
              "Link",
              request.nextPage(
                  "cursor", HistoryCursor.write(find.symbol(), history.next()), "from", "to"));
    });
  }

  private static Prices.FindHistory find(ApiRequest request) {
    var symbol = request.path("symbol");
    var from = time(request, "from");
    var to = time(request, "to");
    if (from != null && to != null && !from.isBefore(to)) {
      throw Failure.Invalid.of("query/from", "order", "Must be before \"to\".");
    }
    return new Prices.FindHistory(
        symbol,
        from,
        to,
        request.pageLimit(),
        request
            .query("cursor")
            .map(cursor -> HistoryCursor.read(symbol, cursor))
            .orElse(null));
  }

  private static Instant time(ApiRequest request, String name) {
    try {
      return request
          .query(name)
          .map(OffsetDateTime::parse)
          .map(OffsetDateTime::toInstant)
          .orElse(null);
    } catch (DateTimeParseException e) {
      // For example 31 June: the format of the contract only checks digits.
      throw Failure.Invalid.of("query/" + name, "format", "Must be a date-time.");
    }
  }

  /** Contains the JSON of the exchange unchanged, as {@link CachedQuote} does. */
  private static String json(Prices.Observation observation) {
    return "{\"id\":" + observation.id()
        + ",\"symbol\":" + Json.encode(observation.symbol())
        + ",\"called_at\":\"" + Timestamps.write(observation.calledAt())
        + "\",\"exchange_info\":" + observation.exchangeInfo()
        + ",\"venue\":" + Json.encode(observation.venue())
        + ",\"source\":\"stored\"}";
  }
}

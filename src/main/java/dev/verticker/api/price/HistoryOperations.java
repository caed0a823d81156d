package dev.verticker.api.price;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Prices;
import dev.verticker.message.Timestamps;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.util.stream.Collectors;

/** Handles {@code listPriceHistory} in both APIs. */
public final class HistoryOperations {
  private final Bus bus;

  public HistoryOperations(Bus bus) {
    this.bus = bus;
  }

  public void addTo(ContractRouter routes) {
    routes.operation("listPriceHistory", this::listPriceHistory);
  }

  private Future<ApiResponse> listPriceHistory(ApiRequest request) {
    var find = findHistory(request);
    return bus.request(Prices.HISTORY, find).map(history -> {
      var page = ApiResponse.json(Buffer.buffer(history.observations().stream()
          .map(HistoryOperations::encode)
          .collect(Collectors.joining(",", "[", "]"))));
      return history.next() == null
          ? page
          : page.with(
              "Link",
              request.nextPage(
                  "cursor", HistoryCursor.encode(find.symbol(), history.next()), "from", "to"));
    });
  }

  private static Prices.FindHistory findHistory(ApiRequest request) {
    var symbol = request.path("symbol");
    var from = request.queryTime("from");
    var to = request.queryTime("to");
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
            .map(cursor -> HistoryCursor.decode(symbol, cursor))
            .orElse(null));
  }

  /** Inserts the exchange's JSON unchanged, as {@link CachedQuote} does. */
  private static String encode(Prices.Observation observation) {
    return "{\"id\":" + observation.id()
        + ",\"symbol\":" + Json.encode(observation.symbol())
        + ",\"called_at\":\"" + Timestamps.write(observation.calledAt())
        + "\",\"exchange_info\":" + observation.exchangeInfo()
        + ",\"venue\":" + Json.encode(observation.venue())
        + ",\"source\":\"stored\""
        + (observation.eventTime() == null
            ? "}"
            : ",\"event_time\":\"" + Timestamps.write(observation.eventTime()) + "\"}");
  }
}

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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.stream.Collectors;

/** The history of prices, the same operation in both APIs. */
public final class HistoryOperations {
  private static final int DEFAULT_LIMIT = 100;

  private final Bus bus;

  public HistoryOperations(Bus bus) {
    this.bus = bus;
  }

  /** Adds the operation. */
  public void addTo(ContractRouter routes) {
    routes.operation("listPriceHistory", this::listPriceHistory);
  }

  private Future<ApiResponse> listPriceHistory(ApiRequest request) {
    var find = find(request);
    return bus.request(Prices.HISTORY, find).map(history -> {
      var page = ApiResponse.json(json(history));
      return history.next() == null
          ? page
          : page.with("Link", "<" + next(request, find, history.next()) + ">; rel=\"next\"");
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
        (int) request.queryNumber("limit").orElse(DEFAULT_LIMIT),
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

  private static String next(
      ApiRequest request, Prices.FindHistory find, Prices.HistoryPosition cursor) {
    var query = new StringBuilder("?limit=" + find.limit());
    request.query("from").ifPresent(from -> query.append("&from=").append(encoded(from)));
    request.query("to").ifPresent(to -> query.append("&to=").append(encoded(to)));
    return request.rawPath() + query + "&cursor=" + HistoryCursor.write(find.symbol(), cursor);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static Buffer json(Prices.History history) {
    return Buffer.buffer(history.observations().stream()
        .map(HistoryOperations::json)
        .collect(Collectors.joining(",", "[", "]")));
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

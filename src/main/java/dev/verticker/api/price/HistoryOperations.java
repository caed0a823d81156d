package dev.verticker.api.price;

import dev.verticker.api.openapi.ApiResponse;
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

/** What was observed before. */
public final class HistoryOperations {
  private static final int STANDARD_LIMIT = 100;

  private final Bus bus;

  public HistoryOperations(Bus bus) {
    this.bus = bus;
  }

  /** {@code symbol}, {@code from}, {@code to}, {@code limit}, {@code cursor}: the same on every front door. */
  public Future<ApiResponse> listPriceHistory(ApiRequest request) {
    var asked = asked(request);
    return bus.request(Prices.HISTORY, asked).map(history -> {
      var page = ApiResponse.json(json(history));
      return history.next() == null
          ? page
          : page.with("Link", "<" + next(request, asked, history.next()) + ">; rel=\"next\"");
    });
  }

  private static Prices.FindHistory asked(ApiRequest request) {
    var symbol = request.path("symbol");
    var from = time(request, "from");
    var to = time(request, "to");
    if (from != null && to != null && !from.isBefore(to)) {
      throw Failure.Invalid.of("query/from", "order", "It must be before \"to\".");
    }
    return new Prices.FindHistory(
        symbol,
        from,
        to,
        (int) request.queryNumber("limit").orElse(STANDARD_LIMIT),
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
      // For example the 31st of June: the contract's format looks at the digits only.
      throw Failure.Invalid.of("query/" + name, "format", "It is no date and time.");
    }
  }

  private static String next(
      ApiRequest request, Prices.FindHistory asked, Prices.HistoryPosition cursor) {
    var query = new StringBuilder("?limit=" + asked.limit());
    request.query("from").ifPresent(from -> query.append("&from=").append(encoded(from)));
    request.query("to").ifPresent(to -> query.append("&to=").append(encoded(to)));
    return request.rawPath() + query + "&cursor=" + HistoryCursor.write(asked.symbol(), cursor);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static Buffer json(Prices.History history) {
    return Buffer.buffer(history.observations().stream()
        .map(HistoryOperations::json)
        .collect(Collectors.joining(",", "[", "]")));
  }

  /** What the exchange sent goes in as it is, as in {@link CachedQuote}. */
  private static String json(Prices.Observation observation) {
    return "{\"id\":" + observation.id()
        + ",\"symbol\":" + Json.encode(observation.symbol())
        + ",\"called_at\":\"" + Timestamps.write(observation.calledAt())
        + "\",\"exchange_info\":" + observation.exchangeInfo()
        + ",\"venue\":" + Json.encode(observation.venue())
        + ",\"source\":\"stored\"}";
  }
}

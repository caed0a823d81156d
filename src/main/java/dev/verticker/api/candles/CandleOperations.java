package dev.verticker.api.candles;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.EntityTags;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Handles {@code listCandles} and {@code listCandlesOfSymbols} in both APIs. */
public final class CandleOperations {
  private static final long DEFAULT_LIMIT = 500;
  private static final long DEFAULT_LIMIT_OF_EACH = 100;

  private final Bus bus;
  private final BiConsumer<List<String>, String> requireHeld;

  /**
   * @param requireHeld throws a {@link Failure} at a pointer for symbols that callers without credentials may not read, because
   *     that would cause requests to the exchange
   */
  public CandleOperations(Bus bus, BiConsumer<List<String>, String> requireHeld) {
    this.bus = bus;
    this.requireHeld = requireHeld;
  }

  public void addTo(ContractRouter routes) {
    routes
        .operation("listCandles", this::listCandles)
        .operation("listCandlesOfSymbols", this::listCandlesOfSymbols);
  }

  private Future<ApiResponse> listCandles(ApiRequest request) {
    var find = new FindCandles(
        List.of(request.path("symbol")),
        interval(request),
        request.queryTime("from"),
        request.queryTime("to"),
        (int) (long) request.queryNumber("limit").orElse(DEFAULT_LIMIT),
        request.isAnonymous());
    if (find.from() != null && find.to() != null && !find.from().isBefore(find.to())) {
      throw Failure.Invalid.of("query/from", "order", "Must be before \"to\".");
    }
    var encode = encoder(request);
    return find(find, "path/symbol")
        .map(found -> response(request, encode.apply(found.series().get(0))));
  }

  private Future<ApiResponse> listCandlesOfSymbols(ApiRequest request) {
    var symbols = request.queryList("symbols").orElseThrow();
    var limit = (int) (long) request.queryNumber("limit").orElse(DEFAULT_LIMIT_OF_EACH);
    var encode = encoder(request);
    var find =
        new FindCandles(symbols, interval(request), null, null, limit, request.isAnonymous());
    return find(find, "query/symbols")
        .map(found -> response(
            request,
            found.series().stream().map(encode).collect(Collectors.joining(",", "[", "]"))));
  }

  private static ApiResponse response(ApiRequest request, String json) {
    var body = json.getBytes(StandardCharsets.UTF_8);
    var tag = EntityTags.of(body);
    var response = EntityTags.names(request.header("If-None-Match"), tag)
        ? ApiResponse.notModified()
        : ApiResponse.json(Buffer.buffer(body));
    return response.with("ETag", tag);
  }

  /** @param pointer the part of the HTTP request that names the symbols */
  private Future<Candles.Found> find(FindCandles find, String pointer) {
    if (find.held()) {
      requireHeld.accept(find.symbols(), pointer);
    }
    return bus.request(Candles.FIND, find)
        .recover(cause ->
            Future.failedFuture(cause instanceof Failure failure ? failure.at(pointer) : cause));
  }

  private static Function<Series, String> encoder(ApiRequest request) {
    return request.query("format").filter("chart"::equals).isPresent()
        ? CandleJson::chart
        : CandleJson::series;
  }

  /** The contract lists the names. */
  private static Interval interval(ApiRequest request) {
    return Interval.of(request.query("interval").orElseThrow()).orElseThrow();
  }
}

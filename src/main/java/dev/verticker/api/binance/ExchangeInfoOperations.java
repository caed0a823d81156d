package dev.verticker.api.binance;

import dev.verticker.api.binance.BinanceRequest.Form;
import dev.verticker.api.binance.ExchangeSymbols.ExchangeSymbol;
import dev.verticker.api.binance.ExchangeSymbols.ListedObjects;
import dev.verticker.api.openapi.ApiResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Handles {@code binanceExchangeInfo}: the exchange's own objects, unchanged. */
final class ExchangeInfoOperations {
  private static final int BYTES_PER_SYMBOL = 4096;

  private final Vertx vertx;
  private final ExchangeSymbols symbols;
  private final Supplier<Instant> marketTime;

  ExchangeInfoOperations(Vertx vertx, ExchangeSymbols symbols, Supplier<Instant> marketTime) {
    this.vertx = vertx;
    this.symbols = symbols;
    this.marketTime = marketTime;
  }

  Future<ApiResponse> exchangeInfo(BinanceRequest request) {
    if (request.form() != Form.ALL && request.text("symbolStatus").isPresent()) {
      throw BinanceException.wrongCombination();
    }
    // All symbols of the exchange have megabytes.
    return symbols
        .find()
        .compose(list -> request.form() == Form.ALL
            ? vertx.executeBlocking(() -> encode(request, list), false)
            : Future.succeededFuture(encode(request, list)));
  }

  private ApiResponse encode(BinanceRequest request, ListedObjects list) {
    if (list.symbols().isEmpty()) {
      throw BinanceException.unavailable(null);
    }
    if (!request.symbols().stream().allMatch(list::mayContain)) {
      throw BinanceException.unknownSymbol();
    }
    var status = request.text("symbolStatus");
    var withoutPermissions = request.text("showPermissionSets").equals(Optional.of("false"));
    var head = list.head()
        .copy()
        .put("serverTime", request.timestamp(marketTime.get()))
        .encode();
    var json = Buffer.buffer(BYTES_PER_SYMBOL)
        .appendString(head.substring(0, head.length() - 1))
        .appendString(",\"symbols\":[");
    var selected = request.form() == Form.ALL
        ? list.symbols().keySet().stream()
        : request.symbols().stream().sorted(list.order());
    var separator = "";
    for (var name : (Iterable<String>) selected::iterator) {
      var symbol = list.symbols().get(name);
      if (status.isEmpty() || symbol.status().equals(status.get())) {
        json.appendString(separator)
            .appendString(withoutPermissions ? withoutPermissions(symbol) : symbol.json());
        separator = ",";
      }
    }
    return ApiResponse.json(json.appendString("]}"));
  }

  private static String withoutPermissions(ExchangeSymbol symbol) {
    var json = new JsonObject(symbol.json());
    json.remove("permissionSets");
    return json.encode();
  }
}

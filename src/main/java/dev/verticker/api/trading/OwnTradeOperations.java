package dev.verticker.api.trading;

import static dev.verticker.api.trading.TradingRequest.accountId;
import static dev.verticker.api.trading.TradingRequest.caller;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.bus.Bus;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Orders.ListTrades;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Handles {@code listOwnTrades}: the trades of the caller's orders, as JSON or CSV. */
public final class OwnTradeOperations {
  private static final List<String> COLUMNS = List.of(
      "id",
      "order_id",
      "account_id",
      "venue",
      "symbol",
      "side",
      "exchange_trade_id",
      "price",
      "qty",
      "quote_qty",
      "fee_asset",
      "fee",
      "maker",
      "traded_at");

  private final Bus bus;

  public OwnTradeOperations(Bus bus) {
    this.bus = bus;
  }

  public void addTo(ContractRouter routes) {
    routes.operation("listOwnTrades", this::listOwnTrades);
  }

  private Future<ApiResponse> listOwnTrades(ApiRequest request) {
    var find = new ListTrades(
        caller(request).userId(),
        accountId(request),
        request.queryNumber("order_id").orElse(null),
        request.query("symbol").orElse(null),
        request.queryNumber("before").orElse(null),
        request.pageLimit());
    var csv = request.query("format").filter("csv"::equals).isPresent();
    return bus.request(Orders.TRADES, find).map(page -> {
      var trades = page.trades().stream().map(OrderJson::of);
      var response = csv ? csv(trades) : TradingRequest.list(200, trades);
      return page.next() == null
          ? response
          : response.with(
              "Link",
              request.nextPage(
                  "before", page.next(), "symbol", "format", "order_id", "account_id"));
    });
  }

  private static ApiResponse csv(Stream<JsonObject> trades) {
    var lines =
        Stream.concat(Stream.of(String.join(",", COLUMNS)), trades.map(trade -> COLUMNS.stream()
            .map(column -> csv(trade.getValue(column)))
            .collect(Collectors.joining(","))));
    var body = Buffer.buffer(lines.collect(Collectors.joining("\r\n", "", "\r\n")));
    return new ApiResponse(200, Map.of("Content-Type", "text/csv"), body)
        .with("Content-Disposition", "attachment; filename=\"trades.csv\"");
  }

  /** Quotes a field as RFC 4180 requires; null is an empty field. */
  private static String csv(Object value) {
    var text = value == null ? "" : value.toString();
    return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
        ? '"' + text.replace("\"", "\"\"") + '"'
        : text;
  }
}

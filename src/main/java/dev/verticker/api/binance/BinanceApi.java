package dev.verticker.api.binance;

import dev.verticker.api.market.SharedReads;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.FeedMonitor;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.openapi.contract.Location;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Serves the operations of Binance's API for market data below {@code /api/v3}, in its notation: clients of the exchange work
 * with another base URL and the key as a header.
 */
public final class BinanceApi {
  /** The headers in which clients send the key: that of the exchange's clients and that of this API. */
  public static final List<String> KEY_HEADERS = List.of("X-MBX-APIKEY", "X-API-Key");

  static final String USED_WEIGHT = "X-MBX-USED-WEIGHT-1M";

  private static final String PATHS = "/api/v3/*";

  private final Contract contract;
  private final FeedMonitor feed;
  private final Clock clock;
  private final RequestWeights weights;
  private final TickerOperations tickers;
  private final ExchangeInfoOperations info;
  private final KlineOperations klines;
  private final DepthOperations depth;
  private final AggregateTradeOperations trades;

  public BinanceApi(Vertx vertx, NodeContext node, Contract contract, QuoteService quotes) {
    this.contract = contract;
    this.feed = quotes.feed();
    this.clock = node.clock();
    this.weights = new RequestWeights(clock);
    var symbols = new ExchangeSymbols(vertx, node.bus());
    var reads = new SharedReads(node.bus());
    this.tickers = new TickerOperations(quotes, reads, symbols, clock);
    this.info = new ExchangeInfoOperations(vertx, symbols, this::marketTime);
    this.klines = new KlineOperations(vertx, reads, this::marketTime);
    this.depth = new DepthOperations(reads, symbols, clock);
    this.trades = new AggregateTradeOperations(reads, this::marketTime);
  }

  /** Adds the operations of the contract. */
  public void addTo(ContractRouter routes) {
    add(routes, "binancePing", request -> 1, request -> json(new JsonObject()));
    add(routes, "binanceTime", request -> 1, this::time);
    add(routes, "binanceExchangeInfo", request -> 20, info::exchangeInfo);
    add(routes, "binancePrices", TickerOperations::weight, tickers::prices);
    add(routes, "binanceDayTickers", TickerOperations::dayWeight, tickers::dayTickers);
    add(routes, "binanceBookTickers", TickerOperations::weight, tickers::bookTickers);
    add(routes, "binanceKlines", request -> 2, klines::klines);
    add(routes, "binanceUiKlines", request -> 2, klines::klines);
    add(routes, "binanceDepth", request -> 5, depth::depth);
    add(routes, "binanceAggregateTrades", request -> 4, trades::aggregateTrades);
  }

  /** Adds the responses to failed requests below {@code /api/v3}, also for paths that it does not have. */
  public void mountErrors(Router router) {
    router.route(PATHS).failureHandler(new BinanceErrorHandler(weights));
  }

  private void add(
      ContractRouter routes,
      String operationId,
      ToIntFunction<BinanceRequest> weight,
      Function<BinanceRequest, Future<ApiResponse>> handler) {
    var declared = parameters(operationId);
    routes.operation(operationId, sent -> respond(sent, declared, weight, handler));
  }

  private Future<ApiResponse> respond(
      ApiRequest sent,
      Map<String, Boolean> declared,
      ToIntFunction<BinanceRequest> weight,
      Function<BinanceRequest, Future<ApiResponse>> handler) {
    var request = new BinanceRequest(sent);
    var used = weights.use(sent.caller().name(), weight.applyAsInt(request));
    return handler
        .apply(request.check(declared))
        .map(response -> response.with(USED_WEIGHT, Integer.toString(used)));
  }

  /** Returns the query parameters of the operation, and whether each is mandatory. */
  private Map<String, Boolean> parameters(String operationId) {
    var declared = new LinkedHashMap<String, Boolean>();
    contract.openApi().operation(operationId).getParameters().stream()
        .filter(parameter -> parameter.getIn() == Location.QUERY)
        .forEach(parameter -> declared.put(parameter.getName(), parameter.isRequired()));
    return declared;
  }

  private Future<ApiResponse> time(BinanceRequest request) {
    return json(JsonObject.of("serverTime", request.timestamp(marketTime())));
  }

  private Instant marketTime() {
    return feed.state().marketTime(clock.instant());
  }

  private static Future<ApiResponse> json(JsonObject json) {
    return Future.succeededFuture(ApiResponse.json(json.toBuffer()));
  }
}

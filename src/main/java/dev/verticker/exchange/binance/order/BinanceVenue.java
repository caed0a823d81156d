package dev.verticker.exchange.binance.order;

import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.ExchangeClient;
import dev.verticker.exchange.ExchangeClient.Call;
import dev.verticker.exchange.ExchangeClient.Use;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeException.RejectedException;
import dev.verticker.exchange.JsonFields;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TickerParser;
import dev.verticker.exchange.TradingVenue;
import dev.verticker.exchange.UserStream;
import dev.verticker.exchange.binance.order.OrderBudget.Limit;
import dev.verticker.exchange.binance.order.SignedRequests.Query;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of Binance's Spot venues: the market, the testnet or the demo mode. Wires its requests and its user data stream. */
public final class BinanceVenue implements TradingVenue {
  private static final Logger log = LoggerFactory.getLogger(BinanceVenue.class);
  private static final Duration PROBE_DELAY = Duration.ofSeconds(1);
  private static final int MAX_QUERY_CONNECTIONS = 8;
  private static final int MAX_COMMAND_CONNECTIONS = 32;
  private static final int MAX_FRAME_BYTES = 256 * 1024;
  private static final int CONNECT_TIMEOUT_MS = 3000;
  private static final int MAX_ACCOUNT_BYTES = 4 * 1024 * 1024;
  private static final Duration PUBLIC_TIMEOUT = Duration.ofSeconds(5);

  /** Error codes: no such symbol, or an illegal character in it. */
  private static final Set<Integer> UNLISTED = Set.of(-1121, -1100);

  private static final Duration LIMITS_RETRY = Duration.ofMinutes(1);
  private static final String COUNTER = "trading_upstream_calls_total";

  private final Vertx vertx;
  private final Hosts hosts;
  private final RateLimits limits;
  private final Clock clock;
  private final MeterRegistry metrics;
  private final VenueClock venueClock;
  private final SignedRequests requests;
  private final WebSocketClient socketClient;
  private final UserStreamOptions streamOptions;
  private final TickerParser tickers;
  private List<Limit> orderLimits = List.of();
  private boolean stopped;

  /**
   * @param rest base URL of {@code /api/v3}
   * @param socket URL of the WebSocket API
   * @param reportsWithdrawals whether the host serves {@code /sapi}, which reports whether a key may withdraw
   */
  public record Hosts(URI rest, URI socket, boolean reportsWithdrawals) {}

  public BinanceVenue(
      Vertx vertx,
      Hosts hosts,
      UserStreamOptions streamOptions,
      RateLimits limits,
      Clock clock,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.hosts = hosts;
    this.streamOptions = streamOptions;
    this.limits = limits;
    this.clock = clock;
    this.metrics = metrics;
    this.tickers = new TickerParser(metrics);
    var queries = client(MAX_QUERY_CONNECTIONS);
    this.venueClock = new VenueClock(vertx, queries, limits, clock);
    this.requests =
        new SignedRequests(queries, client(MAX_COMMAND_CONNECTIONS), limits, venueClock);
    this.socketClient = vertx.createWebSocketClient(new WebSocketClientOptions()
        .setConnectTimeout(CONNECT_TIMEOUT_MS)
        .setMaxFrameSize(MAX_FRAME_BYTES)
        .setMaxMessageSize(MAX_FRAME_BYTES));
  }

  /** Reads the order limits and the time of the exchange; does not fail if the exchange does not respond. */
  public Future<Void> start() {
    return limits.start().compose(started -> Future.all(venueClock.start(), readLimits())
        .mapEmpty());
  }

  /** Requests one symbol that every venue lists: the limits are the same for all symbols. */
  private Future<Void> readLimits() {
    return get("exchangeInfo", new QueryStringEncoder("/api/v3/exchangeInfo?symbol=BTCUSDT"), 20)
        .onSuccess(body -> {
          orderLimits = OrderBudget.limits(JsonFields.tree(body).path("rateLimits"));
          log.info("limits of unfilled orders: {}", orderLimits);
        })
        .onFailure(failure -> {
          log.warn("limits of the exchange cannot be read: {}", failure.getMessage());
          if (!stopped) {
            vertx.setTimer(LIMITS_RETRY.toMillis(), id -> readLimits());
          }
        })
        .otherwiseEmpty()
        .mapEmpty();
  }

  public Future<Void> stop() {
    stopped = true;
    venueClock.stop();
    return socketClient.close();
  }

  @Override
  public OrderGateway gateway(ApiKey key) {
    return new BinanceOrders(
        requests, RequestSigner.of(key), new OrderBudget(clock, () -> orderLimits));
  }

  @Override
  public Future<KeyPermissions> check(ApiKey key) {
    var signer = RequestSigner.of(key);
    var account =
        new Query("/api/v3/account", Map.of("omitZeroBalances", "true"), 20, MAX_ACCOUNT_BYTES);
    return requests.get(signer, account, Priority.USER).compose(json -> {
      var trade = json.path("canTrade").asBoolean();
      return hosts.reportsWithdrawals()
          ? restrictions(signer, trade)
          : Future.succeededFuture(new KeyPermissions(trade, null));
    });
  }

  /** Returns whether the key may withdraw; {@code canWithdraw} of the account does not depend on the key. */
  private Future<KeyPermissions> restrictions(RequestSigner signer, boolean accountTrades) {
    var query = new Query("/sapi/v1/account/apiRestrictions", Map.of(), 1, MAX_FRAME_BYTES);
    return requests
        .get(signer, query, Priority.USER)
        .map(json -> new KeyPermissions(
            accountTrades && json.path("enableSpotAndMarginTrading").asBoolean(),
            json.path("enableWithdrawals").asBoolean(true)));
  }

  @Override
  public UserStream userStream() {
    return new BinanceUserStream(vertx, streamOptions, metrics, owner -> {
      var connection =
          new UserStreamConnection(vertx, limits, venueClock, streamOptions.maxSilence(), owner);
      // Later, because the owner has no connection yet on which it could receive a failure.
      vertx.runOnContext(next -> connection.open(socketClient, target()));
      return connection;
    });
  }

  @Override
  public Future<Optional<String>> symbol(String symbol) {
    var path = new QueryStringEncoder("/api/v3/exchangeInfo");
    path.addParam("symbol", symbol);
    return listed(get("exchangeInfo", path, 20)
        .map(body -> JsonFields.array(body, "symbols").path(0).toString()));
  }

  @Override
  public Future<Optional<Ticker>> ticker(String symbol) {
    var path = new QueryStringEncoder("/api/v3/ticker/24hr");
    path.addParam("symbols", JsonArray.of(symbol).encode());
    return listed(
        get("ticker/24hr", path, 2).compose(body -> tickers.parse(body, Set.of(symbol)).stream()
            .findFirst()
            .map(Future::succeededFuture)
            .orElseGet(() -> Future.failedFuture(new ExchangeException.ExchangeUnavailableException(
                "the exchange sent a malformed ticker")))));
  }

  private Future<Buffer> get(String endpoint, QueryStringEncoder path, int weight) {
    var call =
        new Call(endpoint, path.toString(), weight, Priority.USER, MAX_FRAME_BYTES, PUBLIC_TIMEOUT);
    return requests.queries().get(call, requests::body);
  }

  private static <T> Future<Optional<T>> listed(Future<T> response) {
    return response
        .map(Optional::of)
        .recover(failure ->
            failure instanceof RejectedException rejected && UNLISTED.contains(rejected.code())
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(failure));
  }

  private ExchangeClient client(int maxConnections) {
    var use = new Use(hosts.rest(), COUNTER, maxConnections);
    return new ExchangeClient(vertx, use, PROBE_DELAY, limits, metrics);
  }

  private WebSocketConnectOptions target() {
    var ssl = "wss".equals(hosts.socket().getScheme());
    return new WebSocketConnectOptions()
        .setHost(hosts.socket().getHost())
        .setPort(hosts.socket().getPort() > 0 ? hosts.socket().getPort() : ssl ? 443 : 80)
        .setSsl(ssl)
        .setURI(hosts.socket().getPath())
        .setTimeout(streamOptions.maxSilence().toMillis())
        .putHeader("user-agent", "verticker");
  }
}

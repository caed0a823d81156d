package dev.verticker.exchange.binance.order;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.ExchangeClient;
import dev.verticker.exchange.ExchangeClient.Call;
import dev.verticker.exchange.ExchangeClient.Request;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeResponse;
import dev.verticker.exchange.JsonFields;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.RateLimits.Priority;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Sends signed requests of any account to one venue. Queries and commands have separate connections and circuit breakers, so
 * that slow queries delay no order.
 *
 * @param queries sends queries
 * @param commands sends orders and cancellations
 */
record SignedRequests(
    ExchangeClient queries, ExchangeClient commands, RateLimits limits, VenueClock clock) {
  private static final int TOO_MANY_REQUESTS = -1003;
  private static final int TOO_MANY_ORDERS = -1015;
  private static final int INVALID_TIMESTAMP = -1021;
  private static final Duration RECEIVE_WINDOW = Duration.ofSeconds(5);
  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(10);

  /** The exchange itself gives up after ten seconds. */
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(12);

  private static final int MAX_COMMAND_BYTES = 1024 * 1024;
  private static final Pattern BANNED_UNTIL = Pattern.compile("until (\\d{13})\\b");

  /** @param path below the base URL */
  record Query(String path, Map<String, String> parameters, int weight, int maxBytes) {}

  /**
   * @param path below the base URL
   * @param at signed as the timestamp
   */
  record Command(HttpMethod method, String path, Map<String, String> parameters, Instant at) {}

  /** Returns the JSON of a successful response; fails with an {@link ExchangeException} for any other. */
  Future<JsonNode> get(RequestSigner signer, Query query, Priority priority) {
    var target = signed(signer, query.path(), query.parameters(), clock.now());
    var request = new Request(HttpMethod.GET, target, Map.of("X-MBX-APIKEY", signer.apiKey()));
    var call = new Call(
        endpoint(query.path()), request, query.weight(), priority, query.maxBytes(), QUERY_TIMEOUT);
    return queries.get(call, this::body).map(JsonFields::tree);
  }

  /**
   * Sends a command once and returns the response with any status. Fails with
   * {@link ExchangeException.NotSentException} if it was not sent.
   */
  Future<ExchangeResponse> send(RequestSigner signer, Command command) {
    var target = signed(signer, command.path(), command.parameters(), command.at());
    var request = new Request(command.method(), target, Map.of("X-MBX-APIKEY", signer.apiKey()));
    var call = new Call(
        command.method().name().toLowerCase(Locale.ROOT) + " " + endpoint(command.path()),
        request,
        1,
        Priority.QUOTES,
        MAX_COMMAND_BYTES,
        COMMAND_TIMEOUT);
    return commands.send(call).compose(response -> observe(response).map(response));
  }

  /** Applies the limits and the time that a response contains. */
  private Future<?> observe(ExchangeResponse response) {
    limits.onUsedWeight(response.headers().get("X-MBX-USED-WEIGHT-1M"));
    var code = response.status() == 200 ? 0 : CommandOutcomes.code(response);
    if (code == INVALID_TIMESTAMP) {
      clock.synchronize();
    }
    var limitsAddress = response.status() == 418 || response.status() == 429;
    return limitsAddress && code != TOO_MANY_ORDERS
        ? response.ban(limits, bannedUntil(response)).otherwiseEmpty()
        : Future.succeededFuture();
  }

  /** Returns the body of a successful response; fails with an {@link ExchangeException} for any other. */
  Future<Buffer> body(ExchangeResponse response) {
    return observe(response).compose(observed -> {
      var code = response.status() == 200 ? 0 : CommandOutcomes.code(response);
      return response.status() >= 400
              && response.status() < 500
              && code != 0
              && code != TOO_MANY_REQUESTS
          ? Future.failedFuture(new ExchangeException.RejectedException(
              code, JsonFields.tree(response.body()).path("msg").asText()))
          : response.success("Binance", limits, bannedUntil(response));
    });
  }

  private static String signed(
      RequestSigner signer, String path, Map<String, String> parameters, Instant at) {
    var query = new QueryStringEncoder("");
    parameters.forEach(query::addParam);
    query.addParam("recvWindow", Long.toString(RECEIVE_WINDOW.toMillis()));
    query.addParam("timestamp", Long.toString(at.toEpochMilli()));
    var payload = query.toString().substring(1);
    var signature = URLEncoder.encode(signer.sign(payload), StandardCharsets.UTF_8);
    return path + "?" + payload + "&signature=" + signature;
  }

  private static String endpoint(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The text of a ban contains its end in epoch milliseconds. */
  private static Instant bannedUntil(ExchangeResponse response) {
    var banned = BANNED_UNTIL.matcher(response.body().toString());
    return response.status() != 200 && banned.find()
        ? Instant.ofEpochMilli(Long.parseLong(banned.group(1)))
        : Instant.EPOCH;
  }
}

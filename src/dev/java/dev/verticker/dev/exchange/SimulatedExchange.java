package dev.verticker.dev.exchange;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/** Handles HTTP requests: counts each with its weight, and sends the regular response or applies a fault. */
final class SimulatedExchange {
  private static final int CHUNK = 1 << 20;
  private static final Buffer SPACES = Buffer.buffer(" ".repeat(CHUNK));

  private static final Set<Endpoint> LONG =
      EnumSet.of(Endpoint.KLINES, Endpoint.UI_KLINES, Endpoint.TICKER_24HR);

  private final Vertx vertx;
  private final RestApi api;
  private final SimulatedMarket market;
  private final SimulatedTime time;
  private final CallLog calls;
  private final FaultSchedule faults;
  private final Weight weight;

  SimulatedExchange(
      Vertx vertx,
      RestApi api,
      SimulatedMarket market,
      SimulatedTime time,
      CallLog calls,
      FaultSchedule faults,
      Weight weight) {
    this.vertx = vertx;
    this.api = api;
    this.market = market;
    this.time = time;
    this.calls = calls;
    this.faults = faults;
    this.weight = weight;
  }

  void mount(Router router) {
    for (var endpoint : Endpoint.values()) {
      router.get(endpoint.route()).handler(context -> handle(endpoint, context.request()));
    }
  }

  private void handle(Endpoint endpoint, HttpServerRequest request) {
    var query = Query.of(request.query());
    var symbols = SimulatorRequest.of(query);
    calls.count(endpoint, symbols);
    var used = Integer.toString(weight.use(endpoint.weight(symbols, query), time.real()));
    var response = request
        .response()
        .putHeader("X-MBX-USED-WEIGHT", used)
        .putHeader("X-MBX-USED-WEIGHT-1M", used);
    faults
        .next(endpoint, symbols)
        .ifPresentOrElse(
            fault -> fail(fault, endpoint, query, response),
            () -> sendRegular(endpoint, query, response));
  }

  private void sendRegular(Endpoint endpoint, Query query, HttpServerResponse response) {
    if (!response.closed()) {
      var now = market.now();
      regular(endpoint, query, now).onSuccess(reply -> {
        api.served(reply.json(), reply.json(), now);
        send(response, reply);
      });
    }
  }

  /** Adding up the candles of many days, or the day of many symbols, takes a while. */
  private Future<SimulatorResponse> regular(Endpoint endpoint, Query query, Instant now) {
    return LONG.contains(endpoint)
        ? vertx.executeBlocking(() -> respond(endpoint, query, now), false)
        : Future.succeededFuture(respond(endpoint, query, now));
  }

  private SimulatorResponse respond(Endpoint endpoint, Query query, Instant now) {
    var real = time.real();
    return weight.exceeded(real)
        ? SimulatorResponse.tooMuchWeight(weight.limit(), Weight.untilReset(real))
        : api.respond(endpoint, query, now);
  }

  private void fail(Fault fault, Endpoint endpoint, Query query, HttpServerResponse response) {
    switch (fault.kind()) {
      case RATE_LIMITED ->
        send(response, SimulatorResponse.tooMuchWeight(weight.limit(), fault.retryAfter()));
      case BANNED ->
        send(
            response,
            SimulatorResponse.banned(time.real().plus(fault.retryAfter()), fault.retryAfter()));
      case FORBIDDEN -> send(response, SimulatorResponse.forbidden());
      case RESTRICTED -> send(response, SimulatorResponse.restrictedLocation());
      case SERVER_ERROR -> send(response, SimulatorResponse.unknownError());
      case OVERLOADED -> send(response, SimulatorResponse.overloaded());
      case HANG -> {
        // No response: the client times out.
      }
      case SLOW -> delay(fault, () -> sendRegular(endpoint, query, response));
      case EARLY_CLOSE -> closeEarly(response, respond(endpoint, query, market.now()));
      case TRUNCATED_JSON -> sendTruncated(response, respond(endpoint, query, market.now()));
      case HUGE_BODY -> sendHuge(response, respond(endpoint, query, market.now()), fault.bytes());
      default -> sendCorrupted(fault, endpoint, query, response);
    }
  }

  private void sendCorrupted(
      Fault fault, Endpoint endpoint, Query query, HttpServerResponse response) {
    var now = market.now();
    var reply = respond(endpoint, query, now);
    var sent = reply.status() == 200
        ? FaultInjector.corrupt(fault.kind(), reply.json(), fault.symbol())
        : reply.json();
    api.served(reply.json(), sent, now);
    send(response, reply, Json.encodeToBuffer(sent));
  }

  private void delay(Fault fault, Runnable response) {
    vertx.setTimer(Math.max(1, fault.delay().toMillis()), timer -> response.run());
  }

  private static HttpServerResponse head(HttpServerResponse response, SimulatorResponse reply) {
    response.setStatusCode(reply.status()).putHeader("Content-Type", reply.contentType());
    reply.headers().forEach(response::putHeader);
    return response;
  }

  private static void send(HttpServerResponse response, SimulatorResponse reply) {
    send(response, reply, reply.body());
  }

  private static void send(HttpServerResponse response, SimulatorResponse reply, Buffer body) {
    head(response, reply).end(body);
  }

  private static void sendTruncated(HttpServerResponse response, SimulatorResponse reply) {
    send(response, reply, half(reply.body()));
  }

  private static void closeEarly(HttpServerResponse response, SimulatorResponse reply) {
    head(response, reply)
        .putHeader("Content-Length", Integer.toString(reply.body().length()));
    response.write(half(reply.body())).onComplete(written -> response.reset());
  }

  private static void sendHuge(HttpServerResponse response, SimulatorResponse reply, long bytes) {
    head(response, reply)
        .putHeader("Content-Length", Long.toString(bytes + reply.body().length()));
    pad(response, reply, bytes);
  }

  /** Writes chunk after chunk, so that a client that stops reading costs no memory. */
  private static void pad(HttpServerResponse response, SimulatorResponse reply, long remaining) {
    if (remaining > 0) {
      response
          .write(remaining < CHUNK ? SPACES.slice(0, (int) remaining) : SPACES)
          .onSuccess(written -> pad(response, reply, remaining - Math.min(remaining, CHUNK)));
    } else {
      response.end(reply.body());
    }
  }

  private static Buffer half(Buffer body) {
    return body.slice(0, body.length() / 2);
  }
}

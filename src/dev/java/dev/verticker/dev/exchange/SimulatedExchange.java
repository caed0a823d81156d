package dev.verticker.dev.exchange;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import java.time.Instant;

/** Answers calls over HTTP: counts and weighs each, and lets a fault strike before the right answer leaves. */
final class SimulatedExchange {
  private static final int CHUNK = 1 << 20;
  private static final Buffer SPACES = Buffer.buffer(" ".repeat(CHUNK));

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
    var asked = SimulatorRequest.in(query);
    calls.count(endpoint, asked);
    var used = Integer.toString(weight.use(endpoint.weight(asked), time.real()));
    var response = request
        .response()
        .putHeader("X-MBX-USED-WEIGHT", used)
        .putHeader("X-MBX-USED-WEIGHT-1M", used);
    faults
        .strike(endpoint, asked)
        .ifPresentOrElse(
            fault -> fail(fault, endpoint, query, response),
            () -> sound(endpoint, query, response));
  }

  private void sound(Endpoint endpoint, Query query, HttpServerResponse response) {
    if (!response.closed()) {
      var now = market.now();
      var reply = answer(endpoint, query, now);
      api.served(reply.json(), reply.json(), now);
      send(response, reply);
    }
  }

  private SimulatorResponse answer(Endpoint endpoint, Query query, Instant now) {
    var real = time.real();
    return weight.exceeded(real)
        ? SimulatorResponse.tooMuchWeight(weight.limit(), Weight.untilReset(real))
        : api.answer(endpoint, query, now);
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
        // nothing is written: the caller's patience ends it, or the end of the simulator
      }
      case SLOW -> later(fault, () -> sound(endpoint, query, response));
      case EARLY_CLOSE -> closeEarly(response, answer(endpoint, query, market.now()));
      case TRUNCATED_JSON -> sendTruncated(response, answer(endpoint, query, market.now()));
      case HUGE_BODY -> sendHuge(response, answer(endpoint, query, market.now()), fault.bytes());
      default -> spoiled(fault, endpoint, query, response);
    }
  }

  private void spoiled(Fault fault, Endpoint endpoint, Query query, HttpServerResponse response) {
    var now = market.now();
    var reply = answer(endpoint, query, now);
    var sent = reply.status() == 200
        ? FaultInjector.spoil(fault.kind(), reply.json(), fault.symbol())
        : reply.json();
    api.served(reply.json(), sent, now);
    send(response, reply, Json.encodeToBuffer(sent));
  }

  private void later(Fault fault, Runnable answer) {
    vertx.setTimer(Math.max(1, fault.delay().toMillis()), timer -> answer.run());
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

  /** Each piece waits for the one before it, so that a caller who stops reading costs no memory here. */
  private static void pad(HttpServerResponse response, SimulatorResponse reply, long left) {
    if (left > 0) {
      response
          .write(left < CHUNK ? SPACES.slice(0, (int) left) : SPACES)
          .onSuccess(written -> pad(response, reply, left - Math.min(left, CHUNK)));
    } else {
      response.end(reply.body());
    }
  }

  private static Buffer half(Buffer body) {
    return body.slice(0, body.length() / 2);
  }
}

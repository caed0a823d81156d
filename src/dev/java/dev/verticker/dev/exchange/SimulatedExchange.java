package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.order.OrderException;
import dev.verticker.dev.exchange.order.Parameters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Handles HTTP requests: counts each with its weight, and sends the regular response or applies a fault. */
final class SimulatedExchange {
  private static final int CHUNK = 1 << 20;
  private static final int MAX_BODY = 64 * 1024;
  private static final Buffer SPACES = Buffer.buffer(" ".repeat(CHUNK));

  private static final Set<Endpoint> LONG =
      EnumSet.of(Endpoint.KLINES, Endpoint.UI_KLINES, Endpoint.TICKER_24HR);

  private final Vertx vertx;
  private final RestApi api;
  private final SignedApi signed;
  private final SimulatedMarket market;
  private final RequestMeter meter;

  /** What a request asks for: {@code respond} executes it, {@code onServed} receives the regular and the sent JSON. */
  private record Call(Supplier<SimulatorResponse> respond, boolean isLong, Served onServed) {}

  private interface Served {
    Served IGNORED = (regular, sent, at) -> {};

    void accept(Object regular, Object sent, Instant at);
  }

  SimulatedExchange(
      Vertx vertx, RestApi api, SignedApi signed, SimulatedMarket market, RequestMeter meter) {
    this.vertx = vertx;
    this.api = api;
    this.signed = signed;
    this.market = market;
    this.meter = meter;
  }

  void mount(Router router) {
    for (var endpoint : Endpoint.values()) {
      router.route(endpoint.method(), endpoint.route()).handler(context -> {
        if (endpoint.operation().isPresent()) {
          handleSigned(endpoint, context.request());
        } else {
          handle(endpoint, context.request());
        }
      });
    }
  }

  private void handle(Endpoint endpoint, HttpServerRequest request) {
    var query = Query.of(request.query());
    var fault = meter.count(endpoint, query);
    var call = new Call(
        () -> meter.exceeded().orElseGet(() -> api.respond(endpoint, query, market.now())),
        LONG.contains(endpoint),
        api::served);
    answer(fault, call, request.response());
  }

  private void handleSigned(Endpoint endpoint, HttpServerRequest request) {
    if (request.getHeader("Content-Length") != null
        && Long.parseLong(request.getHeader("Content-Length")) > MAX_BODY) {
      request.response().setStatusCode(413).end();
      return;
    }
    request.body().onSuccess(buffer -> {
      var body = buffer.toString();
      var query = request.query() == null ? "" : request.query();
      var fault = meter.count(endpoint, Query.of(query + "&" + body));
      try {
        var received = signed.receive(
            endpoint,
            Optional.ofNullable(request.getHeader("X-MBX-APIKEY")),
            Parameters.ofRequest(query, body),
            fault);
        answer(
            received.fault(),
            new Call(received.response(), false, Served.IGNORED),
            request.response());
      } catch (OrderException rejected) {
        send(request.response(), SimulatorResponse.rejected(rejected));
      }
    });
  }

  private void answer(Optional<Fault> fault, Call call, HttpServerResponse response) {
    fault.ifPresentOrElse(
        present -> fail(present, call, response), () -> sendRegular(call, response));
  }

  private void sendRegular(Call call, HttpServerResponse response) {
    if (!response.closed()) {
      var now = market.now();
      regular(call).onSuccess(reply -> {
        call.onServed.accept(reply.json(), reply.json(), now);
        send(response, reply);
      });
    }
  }

  /** Adding up the candles of many days, or the day of many symbols, takes a while. */
  private Future<SimulatorResponse> regular(Call call) {
    return call.isLong
        ? vertx.executeBlocking(call.respond::get, false)
        : Future.succeededFuture(call.respond.get());
  }

  private void fail(Fault fault, Call call, HttpServerResponse response) {
    switch (fault.kind()) {
      case HANG -> {
        // No response: the client times out.
      }
      case CLOSED -> response.reset();
      case SLOW -> delay(fault, () -> sendRegular(call, response));
      case EARLY_CLOSE -> closeEarly(response, call.respond.get());
      case TRUNCATED_JSON -> sendTruncated(response, call.respond.get());
      case HUGE_BODY -> sendHuge(response, call.respond.get(), fault.bytes());
      default ->
        meter
            .response(fault)
            .ifPresentOrElse(
                reply -> send(response, reply), () -> sendCorrupted(fault, call, response));
    }
  }

  private void sendCorrupted(Fault fault, Call call, HttpServerResponse response) {
    var now = market.now();
    var reply = call.respond.get();
    var sent = reply.status() == 200
        ? FaultInjector.corrupt(fault.kind(), reply.json(), fault.symbol())
        : reply.json();
    call.onServed.accept(reply.json(), sent, now);
    send(response, reply, Json.encodeToBuffer(sent));
  }

  private void delay(Fault fault, Runnable response) {
    vertx.setTimer(Math.max(1, fault.delay().toMillis()), timer -> response.run());
  }

  private HttpServerResponse head(HttpServerResponse response, SimulatorResponse reply) {
    response.setStatusCode(reply.status()).putHeader("Content-Type", reply.contentType());
    var used = Integer.toString(meter.used());
    response.putHeader("X-MBX-USED-WEIGHT", used).putHeader("X-MBX-USED-WEIGHT-1M", used);
    reply.headers().forEach(response::putHeader);
    return response;
  }

  private void send(HttpServerResponse response, SimulatorResponse reply) {
    send(response, reply, reply.body());
  }

  private void send(HttpServerResponse response, SimulatorResponse reply, Buffer body) {
    head(response, reply).end(body);
  }

  private void sendTruncated(HttpServerResponse response, SimulatorResponse reply) {
    send(response, reply, half(reply.body()));
  }

  private void closeEarly(HttpServerResponse response, SimulatorResponse reply) {
    head(response, reply)
        .putHeader("Content-Length", Integer.toString(reply.body().length()));
    response.write(half(reply.body())).onComplete(written -> response.reset());
  }

  private void sendHuge(HttpServerResponse response, SimulatorResponse reply, long bytes) {
    head(response, reply)
        .putHeader("Content-Length", Long.toString(bytes + reply.body().length()));
    pad(response, reply, bytes);
  }

  /** Writes chunk after chunk, so that a client that stops reading costs no memory. */
  private void pad(HttpServerResponse response, SimulatorResponse reply, long remaining) {
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

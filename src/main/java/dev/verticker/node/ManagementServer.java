package dev.verticker.node;

import dev.verticker.http.HttpServers;
import dev.verticker.http.Problem;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** The private port for whoever operates the node: health and metrics. */
final class ManagementServer {
  private static final String JSON = "application/json";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final Vertx vertx;
  private final Readiness readiness;
  private final PrometheusMeterRegistry metrics;

  ManagementServer(Vertx vertx, Readiness readiness, PrometheusMeterRegistry metrics) {
    this.vertx = vertx;
    this.readiness = readiness;
    this.metrics = metrics;
  }

  Future<HttpServer> listen(String host, int port) {
    return HttpServers.create(vertx, host, port)
        .requestHandler(this::answer)
        .listen()
        .onSuccess(server -> readiness.listening("management", server.actualPort()));
  }

  private void answer(HttpServerRequest request) {
    var response = request.response().putHeader("Cache-Control", "no-store");
    if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
      response.putHeader("Allow", "GET, HEAD");
      Problem.of(405, "method-not-allowed", "Only GET is answered here.")
          .at(request.path())
          .send(response);
      return;
    }
    switch (request.path()) {
      case "/health/live" -> json(response, 200, new JsonObject().put("status", "live"));
      case "/health/ready" -> ready(response);
      case "/metrics" -> scrape(response);
      default ->
        Problem.of(404, "not-found", "There is nothing here.")
            .at(request.path())
            .send(response);
    }
  }

  private void ready(HttpServerResponse response) {
    var report = readiness.report();
    json(response, "ready".equals(report.getString("status")) ? 200 : 503, report);
  }

  private void scrape(HttpServerResponse response) {
    vertx
        .executeBlocking(() -> metrics.scrape(), false)
        .onSuccess(text -> response.putHeader("Content-Type", PROMETHEUS).end(text))
        .onFailure(failure ->
            Problem.of(500, "internal", "The metrics cannot be read.").send(response));
  }

  private static void json(HttpServerResponse response, int status, JsonObject body) {
    response.setStatusCode(status).putHeader("Content-Type", JSON).end(body.toBuffer());
  }
}

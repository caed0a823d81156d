package dev.verticker.node;

import dev.verticker.http.HttpServers;
import dev.verticker.http.Problem;
import dev.verticker.settings.NodeSettings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.healthchecks.HealthCheckHandler;

/** The private HTTP server for operators: health checks and metrics. */
final class ManagementServer {
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private ManagementServer() {}

  static Future<HttpServer> listen(
      Vertx vertx, NodeSettings settings, Readiness readiness, PrometheusMeterRegistry metrics) {
    return HttpServers.create(vertx, settings.managementHost(), settings.managementPort())
        .requestHandler(router(vertx, readiness, metrics))
        .listen()
        .onSuccess(server -> readiness.listening("management", server.actualPort()));
  }

  private static Router router(Vertx vertx, Readiness readiness, PrometheusMeterRegistry metrics) {
    var live = HealthCheckHandler.create(vertx)
        .register("event-loop", result -> result.complete(Status.OK()));
    var ready = HealthCheckHandler.createWithHealthChecks(readiness.checks());
    var router = Router.router(vertx);
    serve(router, "/health/live", live);
    serve(router, "/health/ready", ready);
    serve(router, "/metrics", context -> vertx
        .executeBlocking(() -> metrics.scrape(), false)
        .onSuccess(text ->
            context.response().putHeader(HttpHeaders.CONTENT_TYPE, PROMETHEUS).end(text))
        .onFailure(context::fail));
    problem(
        router,
        404,
        "not-found",
        "No such path: send GET /health/live, /health/ready or /metrics.");
    problem(router, 405, "method-not-allowed", "Only GET and HEAD are supported.");
    problem(router, 500, "internal", "Cannot read the metrics or run the checks: see the log.");
    return router;
  }

  private static void serve(Router router, String path, Handler<RoutingContext> handler) {
    router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(context -> {
      context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
      handler.handle(context);
    });
  }

  private static void problem(Router router, int status, String code, String detail) {
    router.errorHandler(status, context -> {
      if (status == 405) {
        context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
      }
      Problem.of(status, code, detail).at(context.request().path()).send(context.response());
    });
  }
}

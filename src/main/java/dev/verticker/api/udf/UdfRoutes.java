package dev.verticker.api.udf;

import dev.verticker.api.openapi.Authenticator;
import dev.verticker.api.request.Caller;
import dev.verticker.api.web.RequestContextHandler;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoints of the UDF protocol below {@code /udf}, as "Advanced Charts Documentation: UDF" describes them. The charts send
 * no headers, so these endpoints exist only if the installation publishes its market data. Errors have the form of the
 * protocol and the status of HTTP.
 */
public final class UdfRoutes {
  private static final Logger log = LoggerFactory.getLogger(UdfRoutes.class);
  private static final String JSON = "application/json";
  private static final Authenticator.Requirement NO_REQUIREMENT =
      new Authenticator.Requirement(List.of(), Optional.empty());

  private final Authenticator callers;
  private final UdfSymbols symbols;
  private final UdfHistory history;
  private final Clock clock;

  /** @param callers limits the requests of each address */
  public UdfRoutes(Authenticator callers, UdfSymbols symbols, UdfHistory history, Clock clock) {
    this.callers = callers;
    this.symbols = symbols;
    this.history = history;
    this.clock = clock;
  }

  /** Adds the routes to the router. */
  public void mount(Router router) {
    add(router, "config", JSON, query -> completed(symbols.config()));
    add(router, "symbols", JSON, query -> completed(symbols.resolve(query)));
    add(router, "search", JSON, query -> completed(symbols.search(query)));
    add(router, "history", JSON, history::find);
    add(
        router,
        "time",
        "text/plain",
        query -> completed(Buffer.buffer(Long.toString(clock.instant().getEpochSecond()))));
    router
        .route("/udf/*")
        .handler(context -> fail(context, new Failure.NotFound("not-found", "unknown endpoint")));
  }

  private static Future<Buffer> completed(Buffer body) {
    return Future.succeededFuture(body);
  }

  private void add(
      Router router, String name, String type, Function<UdfQuery, Future<Buffer>> handler) {
    router
        .route("/udf/" + name)
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .handler(context -> handle(context, name, type, handler));
  }

  private void handle(
      RoutingContext context,
      String name,
      String type,
      Function<UdfQuery, Future<Buffer>> handler) {
    context.put(RequestContextHandler.OPERATION, "udf-" + name);
    context.put(RequestContextHandler.CALLER, Caller.ANONYMOUS.name());
    var own = Vertx.currentContext();
    callers
        .authenticate(context.request(), NO_REQUIREMENT)
        .compose(caller -> handler.apply(new UdfQuery(context.queryParams())))
        .onComplete(result -> own.runOnContext(here -> {
          if (result.succeeded()) {
            send(context, 200, type, result.result());
          } else {
            fail(context, result.cause());
          }
        }));
  }

  private static void fail(RoutingContext context, Throwable cause) {
    if (!(cause instanceof Failure)) {
      log.error("request to {} failed", context.request().path(), cause);
    }
    var failure = cause instanceof Failure known ? known : new Failure.Internal();
    failure.retryAfter().ifPresent(wait -> context
        .response()
        .putHeader("Retry-After", Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()))));
    var body = new JsonObject().put("s", "error").put("errmsg", failure.detail());
    send(context, failure.status(), JSON, body.toBuffer());
  }

  private static void send(RoutingContext context, int status, String type, Buffer body) {
    var response = context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    if (context.request().method() == HttpMethod.HEAD) {
      response.end();
    } else {
      response.end(body);
    }
  }
}

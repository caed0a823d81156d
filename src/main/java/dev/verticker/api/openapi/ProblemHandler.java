package dev.verticker.api.openapi;

import dev.verticker.api.request.UnsupportedMediaTypeException;
import dev.verticker.api.web.RequestContextHandler;
import dev.verticker.bus.Failure;
import dev.verticker.bus.Failure.TooManyRequests;
import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.bus.RequestId;
import dev.verticker.http.Problem;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where a refusal is written; no text of an exception ever leaves. */
final class ProblemHandler implements Handler<RoutingContext> {
  private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

  @Override
  public void handle(RoutingContext context) {
    var response = context.response();
    if (response.ended()) {
      return;
    }
    if (response.headWritten()) {
      log.warn("request {} broke off", RequestId.current().orElse(""), context.failure());
      context.request().connection().close();
      return;
    }
    if (!RequestContextHandler.isIdentified(context)) {
      // The framework refused it before the first route.
      RequestContextHandler.identify(context);
    }
    problem(context).at(context.request().path()).send(response);
  }

  private static Problem problem(RoutingContext context) {
    var cause = context.failure();
    if (cause instanceof Failure failure) {
      failure.retryAfter().ifPresent(wait -> context
          .response()
          .putHeader("Retry-After", Long.toString(seconds(wait))));
      if (failure instanceof Failure.TooManyRequests tooMany) {
        tooMany.quota().ifPresent(quota -> limit(context.response(), tooMany, quota));
      }
      return Problem.of(failure);
    }
    if (cause instanceof UnsupportedMediaTypeException unsupported) {
      context.response().putHeader("Accept", unsupported.wanted());
      return Problem.of(
          415, "unsupported-media-type", "The body must be " + unsupported.wanted() + ".");
    }
    var status = cause instanceof HttpException http ? http.getStatusCode() : context.statusCode();
    return status >= 400 && status < 500 ? refused(status) : broken(context);
  }

  /** As draft-ietf-httpapi-ratelimit-headers has it: what is allowed, and how much of that is left for how long. */
  private static void limit(HttpServerResponse response, TooManyRequests tooMany, Quota quota) {
    var policy = '"' + tooMany.code() + '"';
    response.putHeader(
        "RateLimit-Policy", policy + ";q=" + quota.max() + ";w=" + seconds(quota.window()));
    tooMany
        .retryAfter()
        .ifPresent(wait -> response.putHeader("RateLimit", policy + ";r=0;t=" + seconds(wait)));
  }

  /** What the framework refuses before or beside our own handlers. */
  private static Problem refused(int status) {
    return switch (status) {
      case 404 -> Problem.of(404, "not-found", "There is nothing at this path.");
      case 405 -> Problem.of(405, "method-not-allowed", "The method is not allowed at this path.");
      case 413 ->
        Problem.of(
            413,
            "body-too-large",
            "The body must not exceed " + ContractRouter.BODY_BYTES + " bytes.");
      case 417 -> Problem.of(400, "malformed-request", "Nothing but 100-continue can be expected.");
      default -> Problem.of(400, "malformed-request", "The request cannot be read.");
    };
  }

  private static Problem broken(RoutingContext context) {
    log.error(
        "request {} to {} {} failed",
        RequestId.current().orElse(""),
        context.request().method(),
        context.request().path(),
        context.failure());
    return Problem.of(new Failure.Internal());
  }

  private static long seconds(Duration wait) {
    return Math.max(1, wait.plusMillis(999).toSeconds());
  }
}

package dev.verticker.api.openapi;

import dev.verticker.api.request.RequestValidator;
import dev.verticker.api.request.UnsupportedMediaTypeException;
import dev.verticker.api.web.RequestContextHandler;
import dev.verticker.bus.Failure;
import dev.verticker.bus.Failure.TooManyRequests;
import dev.verticker.bus.QuotaUsage;
import dev.verticker.bus.RequestId;
import dev.verticker.http.Problem;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes every error response. The text of an exception never reaches a client. */
final class ProblemHandler implements Handler<RoutingContext> {
  private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

  @Override
  public void handle(RoutingContext context) {
    var response = context.response();
    if (response.ended()) {
      return;
    }
    if (context.failure() instanceof HttpClosedException) {
      // The client has disconnected.
      return;
    }
    if (response.headWritten()) {
      log.warn(
          "response of request {} aborted after its headers were sent",
          RequestId.current().orElse(""),
          context.failure());
      context.request().connection().close();
      return;
    }
    if (!RequestContextHandler.isIdentified(context)) {
      // The request failed before the first route.
      RequestContextHandler.identify(context);
    }
    problem(context).at(context.request().path()).send(response);
  }

  private static Problem problem(RoutingContext context) {
    var cause = context.failure();
    if (cause instanceof Failure failure) {
      failure.retryAfter().ifPresent(wait -> context
          .response()
          .putHeader("Retry-After", Long.toString(RateLimitHeaders.seconds(wait))));
      var rateLimit = failure instanceof TooManyRequests tooMany
          ? RateLimitHeaders.of(tooMany)
          : QuotaUsage.of(Vertx.currentContext()).map(RateLimitHeaders::of);
      rateLimit.ifPresent(headers -> headers.addTo(context.response()));
      return Problem.of(failure);
    }
    if (cause instanceof UnsupportedMediaTypeException unsupported) {
      context.response().putHeader("Accept", unsupported.supported());
      return Problem.of(
          415,
          "unsupported-media-type",
          "Unsupported media type: send the body as " + unsupported.supported() + ".");
    }
    var status = cause instanceof HttpException http ? http.getStatusCode() : context.statusCode();
    return status >= 400 && status < 500 ? problemFor(status) : logAndCreateProblem(context);
  }

  /** Returns the problem for a failure of Vert.x Web before or outside the handlers of operations. */
  private static Problem problemFor(int status) {
    return switch (status) {
      case 404 -> Problem.of(404, "not-found", "No resource at this path.");
      case 405 ->
        Problem.of(
            405,
            "method-not-allowed",
            "The path does not support this method; the Allow header lists the supported ones.");
      case 413 ->
        Problem.of(
            413,
            "body-too-large",
            "Body too large: the limit is " + RequestValidator.MAX_BODY_BYTES + " bytes.");
      case 417 ->
        Problem.of(
            400, "malformed-request", "Unsupported Expect header: only 100-continue is supported.");
      default -> Problem.of(400, "malformed-request", "Malformed request.");
    };
  }

  private static Problem logAndCreateProblem(RoutingContext context) {
    log.error(
        "request {} failed: {} {}",
        RequestId.current().orElse(""),
        context.request().method(),
        context.request().path(),
        context.failure());
    return Problem.of(new Failure.Internal());
  }
}

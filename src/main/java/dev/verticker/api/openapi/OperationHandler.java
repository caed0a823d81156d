package dev.verticker.api.openapi;

import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.request.Caller;
import dev.verticker.api.request.RequestValidator;
import dev.verticker.api.web.CrossSiteRequests;
import dev.verticker.api.web.RequestContextHandler;
import dev.verticker.bus.Failure;
import dev.verticker.bus.QuotaUsage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Handles the requests of one operation: authenticates the caller, validates the request, calls the handler.
 *
 * @param policies alternatives; empty for a public operation
 * @param crossSite guards operations without credentials
 * @param authenticators all authenticators of the contract, for the challenge of a public operation that fails with 401
 */
record OperationHandler(
    String operationId,
    List<Policy> policies,
    CrossSiteRequests crossSite,
    List<Authenticator> authenticators,
    RequestValidator validator,
    Function<ApiRequest, Future<ApiResponse>> handler)
    implements Handler<RoutingContext> {
  /** The extension that names the path parameter whose owner needs no permission. */
  static final String OWNER = "x-owner";

  static final CharSequence CHALLENGE = HttpHeaders.createOptimized("WWW-Authenticate");

  /**
   * One alternative of the security of an operation.
   *
   * @param authenticator null = callers without valid credentials are admitted, too
   * @param owner a path parameter, or null
   */
  record Policy(Authenticator authenticator, List<String> permissions, String owner) {
    static final Policy ANONYMOUS = new Policy(null, List.of(), null);

    Future<Caller> authenticate(RoutingContext context) {
      if (authenticator == null) {
        return Future.succeededFuture(Caller.ANONYMOUS);
      }
      return authenticator.authenticate(
          context.request(),
          new Authenticator.Requirement(
              permissions, Optional.ofNullable(owner).map(context::pathParam)));
    }
  }

  @Override
  public void handle(RoutingContext context) {
    if (hasFinalSlash(context)) {
      context.next();
      return;
    }
    context.put(RequestContextHandler.OPERATION, operationId);
    var own = Vertx.currentContext();
    authenticate(context, 0)
        .compose(caller -> {
          context.put(RequestContextHandler.CALLER, caller.name());
          if (caller == Caller.ANONYMOUS) {
            crossSite.reject(context.request());
          }
          return handler.apply(validator.validate(context, caller));
        })
        .onComplete(
            response -> on(own, () -> withRateLimit(response, own).write(context)),
            failure -> on(own, () -> fail(context, failure)));
  }

  /**
   * Routes of Vert.x ignore a slash at the end. Here it makes another path: {@code /prices/} is the price of an empty symbol,
   * not the list of all prices.
   */
  static boolean hasFinalSlash(RoutingContext context) {
    var path = context.normalizedPath();
    return path.length() > 1 && path.charAt(path.length() - 1) == '/';
  }

  private Future<Caller> authenticate(RoutingContext context, int alternative) {
    if (policies.isEmpty()) {
      return Future.succeededFuture(Caller.ANONYMOUS);
    }
    var policy = policies.get(alternative);
    var authenticated = policy.authenticate(context);
    if (authenticated.succeeded()) {
      return authenticated;
    }
    return authenticated.recover(failure -> {
      if (failure instanceof Failure.Unauthenticated unauthenticated) {
        var challenge = policy.authenticator().challenge(unauthenticated);
        context.response().headers().add(CHALLENGE, challenge);
        if (alternative + 1 < policies.size()) {
          return authenticate(context, alternative + 1);
        }
      }
      return Future.failedFuture(failure);
    });
  }

  private static ApiResponse withRateLimit(ApiResponse response, Context own) {
    return QuotaUsage.of(own)
        .map(usage -> RateLimitHeaders.of(usage).addTo(response))
        .orElse(response);
  }

  private void fail(RoutingContext context, Throwable failure) {
    var headers = context.response().headers();
    if (!(failure instanceof Failure.Unauthenticated unauthenticated)) {
      headers.remove(CHALLENGE);
    } else if (!headers.contains(CHALLENGE)) {
      authenticators.forEach(
          authenticator -> headers.add(CHALLENGE, authenticator.challenge(unauthenticated)));
    }
    context.fail(failure);
  }

  /** A future may complete on another event loop; the response is written on the one of its connection. */
  private static void on(Context own, Runnable work) {
    if (Vertx.currentContext() == own) {
      work.run();
    } else {
      own.runOnContext(nothing -> work.run());
    }
  }
}

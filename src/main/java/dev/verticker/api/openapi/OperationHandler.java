package dev.verticker.api.openapi;

import dev.verticker.api.request.Caller;
import dev.verticker.api.request.RequestValidator;
import dev.verticker.api.web.RequestContextHandler;
import dev.verticker.bus.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/** Handles the requests of one operation: authenticates the caller, validates the request, calls the handler. */
public final class OperationHandler implements Handler<RoutingContext> {
  /** The extension that names the path parameter whose owner needs no permission. */
  static final String OWNER = "x-owner";

  private static final String CHALLENGE = "WWW-Authenticate";

  /** One alternative of the security of an operation. @param owner a path parameter, or null */
  record Policy(Authenticator authenticator, List<String> permissions, String owner) {
    Authenticator.Requirement requirement(RoutingContext context) {
      return new Authenticator.Requirement(
          permissions, Optional.ofNullable(owner).map(context::pathParam));
    }
  }

  private final String operationId;
  private final List<Policy> policies;
  private final List<Authenticator> authenticators;
  private final RequestValidator validator;
  private final ApiHandler handler;

  /**
   * @param policies alternatives; empty for a public operation
   * @param authenticators of the whole contract, for the challenge of a public operation that fails with 401
   */
  OperationHandler(
      String operationId,
      List<Policy> policies,
      List<Authenticator> authenticators,
      RequestValidator validator,
      ApiHandler handler) {
    this.operationId = operationId;
    this.policies = policies;
    this.authenticators = authenticators;
    this.validator = validator;
    this.handler = handler;
  }

  @Override
  public void handle(RoutingContext context) {
    context.put(RequestContextHandler.OPERATION, operationId);
    var own = Vertx.currentContext();
    authenticate(context, 0)
        .compose(caller -> {
          context.put(RequestContextHandler.CALLER, caller.name());
          return handler.handle(validator.validate(context, caller));
        })
        .onComplete(
            response -> on(own, () -> write(context, response)),
            failure -> on(own, () -> fail(context, failure)));
  }

  private Future<Caller> authenticate(RoutingContext context, int alternative) {
    if (policies.isEmpty()) {
      return Future.succeededFuture(Caller.ANONYMOUS);
    }
    var policy = policies.get(alternative);
    return policy
        .authenticator()
        .authenticate(context.request(), policy.requirement(context))
        .recover(failure -> {
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

  private void fail(RoutingContext context, Throwable failure) {
    var headers = context.response().headers();
    if (failure instanceof Failure.Unauthenticated unauthenticated
        && !headers.contains(CHALLENGE)) {
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

  /** Writes the response, without its body for {@code HEAD}. */
  public static void write(RoutingContext context, ApiResponse answer) {
    var response = context.response();
    if (response.closed()) {
      return;
    }
    response.setStatusCode(answer.status());
    response.headers().remove(CHALLENGE);
    answer.headers().forEach(response::putHeader);
    if (answer.body() == null) {
      response.end();
    } else if (context.request().method() == HttpMethod.HEAD) {
      response
          .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(answer.body().length()))
          .end();
    } else {
      response.end(answer.body());
    }
  }
}

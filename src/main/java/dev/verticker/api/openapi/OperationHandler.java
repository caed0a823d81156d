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

/** One operation: who asks, then what, then the answer. */
public final class OperationHandler implements Handler<RoutingContext> {
  private static final String CHALLENGE = "WWW-Authenticate";

  /** One alternative of the operation's security. @param owner a path parameter; null = nobody owns it */
  record Policy(Authenticator guard, List<String> permissions, String owner) {
    Authenticator.Wanted wanted(RoutingContext context) {
      return new Authenticator.Wanted(
          permissions, Optional.ofNullable(owner).map(context::pathParam));
    }
  }

  private final String operationId;
  private final List<Policy> policies;
  private final List<Authenticator> guards;
  private final RequestValidator inputs;
  private final ApiHandler handler;

  /**
   * @param policies any one of them suffices; none = public
   * @param guards of the whole contract: a public operation can refuse who asks, too
   */
  OperationHandler(
      String operationId,
      List<Policy> policies,
      List<Authenticator> guards,
      RequestValidator inputs,
      ApiHandler handler) {
    this.operationId = operationId;
    this.policies = policies;
    this.guards = guards;
    this.inputs = inputs;
    this.handler = handler;
  }

  @Override
  public void handle(RoutingContext context) {
    context.put(RequestContextHandler.OPERATION, operationId);
    var own = Vertx.currentContext();
    admit(context, 0)
        .compose(caller -> {
          context.put(RequestContextHandler.CALLER, caller.name());
          return handler.handle(inputs.read(context, caller));
        })
        .onComplete(
            answer -> on(own, () -> write(context, answer)),
            failure -> on(own, () -> refuse(context, failure)));
  }

  private Future<Caller> admit(RoutingContext context, int alternative) {
    if (policies.isEmpty()) {
      return Future.succeededFuture(Caller.ANYONE);
    }
    var policy = policies.get(alternative);
    return policy.guard().admit(context.request(), policy.wanted(context)).recover(failure -> {
      if (failure instanceof Failure.Unauthenticated unknown) {
        context.response().headers().add(CHALLENGE, policy.guard().challenge(unknown));
        if (alternative + 1 < policies.size()) {
          return admit(context, alternative + 1);
        }
      }
      return Future.failedFuture(failure);
    });
  }

  private void refuse(RoutingContext context, Throwable failure) {
    var headers = context.response().headers();
    if (failure instanceof Failure.Unauthenticated unknown && !headers.contains(CHALLENGE)) {
      guards.forEach(guard -> headers.add(CHALLENGE, guard.challenge(unknown)));
    }
    context.fail(failure);
  }

  /** A handler may wait for work that another event loop does; the socket is written on its own. */
  private static void on(Context own, Runnable work) {
    if (Vertx.currentContext() == own) {
      work.run();
    } else {
      own.runOnContext(nothing -> work.run());
    }
  }

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

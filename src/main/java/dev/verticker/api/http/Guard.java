package dev.verticker.api.http;

import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/** Enforces one security scheme of a contract. */
public interface Guard {
  /**
   * Lets a request in. Fails with {@link Failure.Unauthenticated} when it is not known who asks, with
   * {@link Failure.Forbidden} when it is known and not allowed.
   *
   * @param permissions what the operation's security requirement lists, all of it wanted
   */
  Future<Caller> admit(HttpServerRequest request, List<String> permissions);

  /** Value of {@code WWW-Authenticate} in the 401 that the failure becomes. */
  String challenge(Failure.Unauthenticated failure);
}

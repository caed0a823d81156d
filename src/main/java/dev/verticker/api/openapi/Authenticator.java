package dev.verticker.api.openapi;

import dev.verticker.api.request.Caller;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/** Enforces one security scheme of a contract. */
public interface Authenticator {
  /**
   * What an operation wants of whoever asks.
   *
   * @param permissions what its security requirement lists, all of it
   * @param owner value of the path parameter that {@code x-owner} names: whoever it stands for needs no permission
   */
  record Wanted(List<String> permissions, Optional<String> owner) {}

  /**
   * Lets a request in. Fails with {@link Failure.Unauthenticated} when it is not known who asks, with
   * {@link Failure.Forbidden} when it is known and not allowed.
   */
  Future<Caller> admit(HttpServerRequest request, Wanted wanted);

  /** Value of {@code WWW-Authenticate} in the 401 that the failure becomes. */
  String challenge(Failure.Unauthenticated failure);
}

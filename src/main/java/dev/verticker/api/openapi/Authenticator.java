package dev.verticker.api.openapi;

import dev.verticker.api.request.Caller;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/** Authenticates callers for one OpenAPI security scheme. */
public interface Authenticator {
  /**
   * The security requirement of an operation.
   *
   * @param permissions the scopes of the security requirement; the caller needs all of them
   * @param owner the path parameter that {@code x-owner} names; the user with this id needs no permission
   */
  record Requirement(List<String> permissions, Optional<String> owner) {}

  /**
   * Identifies the caller and checks the permissions. Fails with {@link Failure.Unauthenticated} if the credentials
   * are missing or invalid, and with {@link Failure.Forbidden} if the caller lacks a permission.
   */
  Future<Caller> authenticate(HttpServerRequest request, Requirement requirement);

  /** Returns the value of {@code WWW-Authenticate} for this failure. */
  String challenge(Failure.Unauthenticated failure);
}

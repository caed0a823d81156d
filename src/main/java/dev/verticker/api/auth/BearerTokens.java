package dev.verticker.api.auth;

import dev.verticker.api.openapi.Authenticator;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.InvalidContractException;
import dev.verticker.api.request.Caller;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/**
 * Authenticates callers by an access token in {@code Authorization} (RFC 6750). It checks permissions before any lookup, so
 * 403 does not reveal whether a resource exists.
 */
public final class BearerTokens implements Authenticator {
  private static final String SCHEME = "Bearer ";
  private static final String MISSING = "token-missing";

  /** Allowed while revocations are unknown: prices are not confidential. */
  private static final List<String> WITHOUT_REVOCATIONS =
      List.of(Permission.PRICES_READ.wireName());

  private final AccessTokenVerifier verifier;
  private final RevocationCache revocations;

  public BearerTokens(AccessTokenVerifier verifier, RevocationCache revocations) {
    this.verifier = verifier;
    this.revocations = revocations;
  }

  /** Throws {@link InvalidContractException} if the contract requires a permission that does not exist. */
  public static void check(Contract contract) {
    for (var operation : contract.openApi().operations()) {
      for (var alternative : operation.getSecurityRequirements()) {
        alternative.getNames().stream()
            .flatMap(scheme -> alternative.getScopes(scheme).stream())
            .filter(name -> Permission.of(name).isEmpty())
            .findAny()
            .ifPresent(name -> {
              throw new InvalidContractException(
                  contract.name() + ": operation " + operation.getOperationId()
                      + " requires the unknown permission \"" + name + "\"");
            });
      }
    }
  }

  @Override
  public Future<Caller> authenticate(HttpServerRequest request, Requirement requirement) {
    var sent = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    if (sent.isEmpty()) {
      return Future.failedFuture(new Failure.Unauthenticated(
          MISSING, "Missing access token: send \"Authorization: Bearer <token>\"."));
    }
    if (sent.size() > 1 || !sent.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Future.failedFuture(new Failure.Unauthenticated(
          "invalid-token",
          "Invalid Authorization header: send one \"Authorization: Bearer <token>\"."));
    }
    return verifier
        .verify(sent.get(0).substring(SCHEME.length()))
        .compose(token -> authorize(token, requirement));
  }

  @Override
  public String challenge(Failure.Unauthenticated failure) {
    return failure.code().equals("invalid-token")
        ? "Bearer realm=\"verticker\", error=\"invalid_token\""
        : "Bearer realm=\"verticker\"";
  }

  private Future<Caller> authorize(AccessToken token, Requirement requirement) {
    var failure = revocations.check(token);
    if (failure.isPresent()
        && !(failure.get() instanceof Failure.Unavailable
            && requirement.permissions().equals(WITHOUT_REVOCATIONS)
            && !revocations.isRevoked(token))) {
      return Future.failedFuture(failure.get());
    }
    var caller = AuthenticatedUser.with(token);
    if (requirement.owner().filter(caller::owns).isPresent()) {
      return Future.succeededFuture(caller);
    }
    return requirement.permissions().stream()
        .filter(name -> Permission.of(name).filter(caller::has).isEmpty())
        .findFirst()
        .<Future<Caller>>map(name -> Future.failedFuture(missing(name)))
        .orElseGet(() -> Future.succeededFuture(caller));
  }

  /** 403 for a caller without this permission. */
  private static Failure.Forbidden missing(String permission) {
    return new Failure.Forbidden(
        "not-allowed", "Missing permission: this operation requires \"" + permission + "\".");
  }
}

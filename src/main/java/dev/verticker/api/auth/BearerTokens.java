package dev.verticker.api.auth;

import dev.verticker.api.openapi.Authenticator;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.InvalidContractException;
import dev.verticker.api.openapi.Permission;
import dev.verticker.api.request.Caller;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/**
 * Access tokens in {@code Authorization} (RFC 6750). Whoever lacks a permission hears so without anything being looked up,
 * so a refusal says nothing about what there is.
 */
public final class BearerTokens implements Authenticator {
  private static final String SCHEME = "Bearer ";
  private static final String MISSING = "token-missing";

  /** While nobody can tell what was revoked these still may: prices are no secret worth an outage. */
  private static final List<String> HARMLESS = List.of(Permission.PRICES_READ.word());

  private final AccessTokenVerifier verifier;
  private final RevocationCache revoked;

  public BearerTokens(AccessTokenVerifier verifier, RevocationCache revoked) {
    this.verifier = verifier;
    this.revoked = revoked;
  }

  /** Throws {@link InvalidContractException} when the contract wants a permission that nobody can have. */
  public static void check(Contract contract) {
    for (var operation : contract.openApi().operations()) {
      for (var alternative : operation.getSecurityRequirements()) {
        alternative.getNames().stream()
            .flatMap(scheme -> alternative.getScopes(scheme).stream())
            .filter(word -> Permission.of(word).isEmpty())
            .findAny()
            .ifPresent(word -> {
              throw new InvalidContractException(
                  contract.name() + ": operation " + operation.getOperationId()
                      + " wants the permission \"" + word + "\", which there is not");
            });
      }
    }
  }

  @Override
  public Future<Caller> admit(HttpServerRequest request, Wanted wanted) {
    var sent = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    if (sent.isEmpty()) {
      return Future.failedFuture(
          new Failure.Unauthenticated(MISSING, "An access token is wanted in Authorization."));
    }
    if (sent.size() > 1 || !sent.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Future.failedFuture(new Failure.Unauthenticated(
          "invalid-token", "Authorization must be sent once, as \"Bearer \" and an access token."));
    }
    return verifier
        .verify(sent.get(0).substring(SCHEME.length()))
        .compose(token -> admit(token, wanted));
  }

  @Override
  public String challenge(Failure.Unauthenticated failure) {
    return failure.code().equals("invalid-token")
        ? "Bearer realm=\"verticker\", error=\"invalid_token\""
        : "Bearer realm=\"verticker\"";
  }

  private Future<Caller> admit(AccessToken token, Wanted wanted) {
    var refusal = revoked.refusal(token);
    if (refusal.isPresent()
        && !(refusal.get() instanceof Failure.Unavailable
            && wanted.permissions().equals(HARMLESS)
            && !revoked.isRevoked(token))) {
      return Future.failedFuture(refusal.get());
    }
    var caller = AuthenticatedUser.with(token);
    if (wanted.owner().filter(caller::owns).isPresent()) {
      return Future.succeededFuture(caller);
    }
    return wanted.permissions().stream()
        .filter(word -> Permission.of(word).filter(caller::may).isEmpty())
        .findFirst()
        .<Future<Caller>>map(missing -> Future.failedFuture(
            new Failure.Forbidden("not-allowed", "This needs the permission " + missing + ".")))
        .orElseGet(() -> Future.succeededFuture(caller));
  }
}

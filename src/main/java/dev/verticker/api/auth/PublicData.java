package dev.verticker.api.auth;

import dev.verticker.api.openapi.Authenticator;
import dev.verticker.api.request.Caller;
import dev.verticker.api.web.ClientAddresses;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;

/**
 * Admits callers without an access token to public operations, a limited number of requests from each address, and
 * authenticates callers with one. Handlers must not send a request to the exchange for a caller without a token.
 */
public final class PublicData implements Authenticator {
  private static final String NAME = "public-market-data";

  private final Authenticator tokens;
  private final ClientAddresses addresses;
  private final AddressQuota quota;
  private final Clock clock;

  public PublicData(
      Authenticator tokens, ClientAddresses addresses, int requestsPerMinute, Clock clock) {
    this.tokens = tokens;
    this.addresses = addresses;
    this.quota = new AddressQuota(NAME, requestsPerMinute);
    this.clock = clock;
  }

  /** Fails like the authenticator of tokens, or with {@link Failure.TooManyRequests}. */
  @Override
  public Future<Caller> authenticate(HttpServerRequest request, Requirement requirement) {
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      return tokens.authenticate(request, requirement);
    }
    var usage = quota.count(addresses.of(request), clock.millis());
    if (usage.remaining() < 0) {
      return Future.failedFuture(new Failure.TooManyRequests(
          "too-many-requests",
          "Too many requests without an access token from this address: try again after the seconds in"
              + " Retry-After.",
          usage.reset(),
          usage.quota()));
    }
    usage.set(Vertx.currentContext());
    return Future.succeededFuture(Caller.ANONYMOUS);
  }

  @Override
  public String challenge(Failure.Unauthenticated failure) {
    return tokens.challenge(failure);
  }
}

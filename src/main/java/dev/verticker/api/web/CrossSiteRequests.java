package dev.verticker.api.web;

import dev.verticker.bus.Failure;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Rejects requests that pages of other sites send without credentials, such as a form with five wrong passwords: a browser
 * sends them from the address of its user without asking the server (CORS guards only the response). Browsers name the origin
 * in {@code Sec-Fetch-Site}, over plain HTTP only in {@code Origin}; a client that sends neither is not a browser.
 */
public final class CrossSiteRequests {
  private static final String SCHEME_END = "://";
  private static final CharSequence FETCH_SITE = HttpHeaders.createOptimized("Sec-Fetch-Site");

  /** Requests of the same origin, and those that no page caused. */
  private static final Set<String> OWN = Set.of("same-origin", "none");

  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final Predicate<String> allowedOrigins;
  private final ClientAddresses addresses;

  /** @param allowedOrigins accepts the origins whose pages may send requests, besides the server's own */
  public CrossSiteRequests(Predicate<String> allowedOrigins, ClientAddresses addresses) {
    this.allowedOrigins = allowedOrigins;
    this.addresses = addresses;
  }

  /** Throws {@link Failure.Forbidden} for a page of another site, unless the method changes nothing. */
  public void reject(HttpServerRequest request) {
    if (!SAFE.contains(request.method()) && !isAllowed(request)) {
      throw new Failure.Forbidden(
          "origin-not-allowed",
          "Origin not allowed: a page of another site sent this request. Add its origin to CORS_ORIGINS.");
    }
  }

  private boolean isAllowed(HttpServerRequest request) {
    var sites = request.headers().getAll(FETCH_SITE);
    var origins = request.headers().getAll(HttpHeaders.ORIGIN);
    if (sites.isEmpty()) {
      return origins.stream()
          .allMatch(origin -> allowedOrigins.test(origin) || isOwn(origin, request));
    }
    return OWN.containsAll(sites)
        || !origins.isEmpty() && origins.stream().allMatch(allowedOrigins);
  }

  /** Ignores the scheme, which a proxy that terminates TLS may not forward. */
  private boolean isOwn(String origin, HttpServerRequest request) {
    return withoutScheme(origin).equalsIgnoreCase(withoutScheme(addresses.origin(request)));
  }

  private static String withoutScheme(String origin) {
    var end = origin.indexOf(SCHEME_END);
    return end < 0 ? origin : origin.substring(end + SCHEME_END.length());
  }
}

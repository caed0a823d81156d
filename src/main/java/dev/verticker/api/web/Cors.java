package dev.verticker.api.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import java.util.List;
import java.util.Set;

/**
 * Which pages of other origins a browser lets read our answers. It guards nothing by itself, the token does; so a request
 * from an unknown origin is answered, and the browser keeps the answer to itself.
 *
 * <p>With exact origins credentials are allowed, because the SockJS client asks for them; there are no cookies here. With
 * {@code *} they never are.
 */
public final class Cors implements PlatformHandler {
  private static final String EVERYBODY = "*";
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
  private static final String HEADERS =
      "Authorization, Content-Type, If-Match, If-None-Match, X-Request-Id";
  private static final String EXPOSED =
      "Age, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, X-Search-Truncated";
  private static final String TEN_MINUTES = "600";

  private final Set<String> origins;

  private Cors(Set<String> origins) {
    this.origins = origins;
  }

  /** @param origins exact, such as {@code https://app.example.org}; or {@code *} alone */
  public static Cors of(List<String> origins) {
    return new Cors(Set.copyOf(origins));
  }

  public static Cors none() {
    return new Cors(Set.of());
  }

  /** Whether a page of this origin may ask. */
  public boolean allows(String origin) {
    return origins.contains(EVERYBODY) || origins.contains(origin);
  }

  @Override
  public void handle(RoutingContext context) {
    if (!origins.isEmpty()) {
      answer(context);
    }
    context.next();
  }

  private void answer(RoutingContext context) {
    var request = context.request();
    var response = context.response();
    if (!origins.contains(EVERYBODY)) {
      // Also without an Origin: a cache must not give the answer for one origin to another.
      response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    var origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null || !allows(origin)) {
      return;
    }
    if (origins.contains(EVERYBODY)) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, EVERYBODY);
    } else {
      response
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    if (request.method() == HttpMethod.OPTIONS
        && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)) {
      permit(response);
    } else {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
  }

  /** The answer itself is that of any OPTIONS. */
  private static void permit(HttpServerResponse response) {
    response
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, HEADERS)
        .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, TEN_MINUTES);
  }
}

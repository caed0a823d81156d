package dev.verticker.api.web;

import dev.verticker.bus.Failure;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import io.vertx.ext.web.handler.PlatformHandler;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Cross-origin resource sharing by Vert.x's {@link CorsHandler}, for the configured origins.
 *
 * <p>A request with another origin gets a response without CORS headers, where {@code CorsHandler} alone would respond
 * with 403: pages of the same origin send {@code Origin} too, and behind a proxy the handler cannot know that origin.
 * Access is guarded by tokens, not by CORS. Exact origins allow credentials, because the SockJS client requests them;
 * there are no cookies.
 */
public final class Cors implements PlatformHandler {
  private static final String ANY = "*";
  private static final Set<HttpMethod> METHODS = Set.of(
      HttpMethod.GET,
      HttpMethod.HEAD,
      HttpMethod.POST,
      HttpMethod.PUT,
      HttpMethod.PATCH,
      HttpMethod.DELETE);
  private static final Set<String> HEADERS =
      Set.of("Authorization", "Content-Type", "If-Match", "If-None-Match", "X-Request-Id");
  private static final Set<String> EXPOSED = Set.of(
      "Age",
      "ETag",
      "Link",
      "Location",
      "RateLimit",
      "RateLimit-Policy",
      "Retry-After",
      "X-Request-Id",
      "X-Search-Truncated");

  /** CorsHandler rejects malformed origins with 403 or 500. */
  private static final Pattern WELL_FORMED =
      Pattern.compile("null|https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

  private static final Pattern LOCAL =
      Pattern.compile("http://(localhost|127\\.0\\.0\\.1)(:[0-9]{1,5})?");
  private static final int MAX_ORIGIN_LENGTH = 100;
  private static final int MAX_AGE_SECONDS = 600;

  private final Set<String> origins;
  private final boolean localPages;
  private final CorsHandler handler;

  /**
   * @param origins exact, such as {@code https://app.example.org}; or {@code *} alone; or none
   * @param localPages whether pages of {@code http://localhost} and {@code http://127.0.0.1} are allowed, on any port
   */
  public Cors(List<String> origins, boolean localPages) {
    this.origins = Set.copyOf(origins);
    this.localPages = localPages && !origins.contains(ANY);
    this.handler = CorsHandler.create()
        .addOrigins(origins)
        .addOriginsWithRegex(this.localPages ? List.of(LOCAL.pattern()) : List.of())
        // With * and credentials CorsHandler would reflect every origin.
        .allowCredentials(!origins.contains(ANY))
        .allowedMethods(METHODS)
        .allowedHeaders(HEADERS)
        .exposedHeaders(EXPOSED)
        .maxAgeSeconds(MAX_AGE_SECONDS);
  }

  /** Returns whether this origin is allowed. */
  public boolean allows(String origin) {
    return origins.contains(origin)
        || localPages && LOCAL.matcher(origin).matches()
        || origins.contains(ANY) && WELL_FORMED.matcher(origin).matches();
  }

  /** Returns the failure of a request whose origin is not allowed. @param origin null = unknown */
  public static Failure refusal(String origin) {
    var shown = origin != null
        && origin.length() <= MAX_ORIGIN_LENGTH
        && !origin.equals("null")
        && WELL_FORMED.matcher(origin).matches();
    return new Failure.Forbidden(
        "origin-not-allowed",
        shown
            ? "Pages of " + origin + " are not allowed: add " + origin + " to CORS_ORIGINS."
            : "Origin not allowed: add it to CORS_ORIGINS, for example https://app.example.org.");
  }

  @Override
  public void handle(RoutingContext context) {
    var origin = context.request().getHeader(HttpHeaders.ORIGIN);
    var allowed = origin != null && allows(origin);
    var restricted = localPages || !origins.isEmpty() && !origins.contains(ANY);
    if (restricted && (!allowed || origins.size() == 1 && !localPages)) {
      // CorsHandler omits it here; but a cache must not reuse the response for another origin.
      context.response().putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    if (allowed) {
      handler.handle(context);
    } else if (isPreflight(context.request())) {
      context.fail(refusal(origin));
    } else {
      context.next();
    }
  }

  private static boolean isPreflight(HttpServerRequest request) {
    return request.method().equals(HttpMethod.OPTIONS)
        && request.headers().contains(HttpHeaders.ORIGIN)
        && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
  }
}

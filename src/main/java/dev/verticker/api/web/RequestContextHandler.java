package dev.verticker.api.web;

import dev.verticker.bus.RequestId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** First handler of every request: sets the request id and the common response headers, and measures the response. */
public final class RequestContextHandler implements PlatformHandler {
  public static final String OPERATION = "operation";
  public static final String CALLER = "caller";

  /** The caller in metrics and logs while no other is known. */
  public static final String ANONYMOUS = "anyone";

  private static final Logger access = LoggerFactory.getLogger("dev.verticker.access");
  private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("X-Request-Id");
  private static final Pattern USABLE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** Headers of every response, encoded once. */
  private static final Map<CharSequence, CharSequence> COMMON_HEADERS = Map.of(
      HttpHeaders.createOptimized("X-Content-Type-Options"),
      HttpHeaders.createOptimized("nosniff"),
      HttpHeaders.createOptimized("Content-Security-Policy"),
      HttpHeaders.createOptimized("default-src 'none'; frame-ancestors 'none'"),
      HttpHeaders.createOptimized("Referrer-Policy"),
      HttpHeaders.createOptimized("no-referrer"),
      HttpHeaders.CACHE_CONTROL,
      HttpHeaders.createOptimized("no-store"));

  private record Kind(String operation, int status, String caller) {}

  private final String api;
  private final MeterRegistry metrics;
  private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();
  private final Counter aborts;

  public RequestContextHandler(String api, MeterRegistry metrics) {
    this.api = api;
    this.metrics = metrics;
    this.aborts = Counter.builder("http_client_aborts_total")
        .description(
            "HTTP requests whose client disconnected before the end of the response, or sent a"
                + " broken chunk")
        .tag("api", api)
        .register(metrics);
  }

  @Override
  public void handle(RoutingContext context) {
    var began = System.nanoTime();
    identify(context);
    context.addEndHandler(done -> {
      if (done.succeeded()) {
        record(context, Duration.ofNanos(System.nanoTime() - began));
      } else {
        aborts.increment();
        access.debug("{} request aborted by the client: {}", api, done.cause().getMessage());
      }
    });
    context.next();
  }

  /** Sets the request id and the common response headers. */
  public static void identify(RoutingContext context) {
    var id = requestId(context.request().headers());
    RequestId.set(id);
    var headers = context.response().headers().set(REQUEST_ID, id);
    COMMON_HEADERS.forEach(headers::set);
  }

  public static boolean isIdentified(RoutingContext context) {
    return context.response().headers().contains(REQUEST_ID);
  }

  /** Fails before any route is matched. */
  public static void requireDecodableUrl(RoutingContext context) {
    TextDecoder.url(context.request().uri(), false);
    context.next();
  }

  private void record(RoutingContext context, Duration took) {
    var kind = new Kind(
        context.get(OPERATION, "none"),
        context.response().getStatusCode(),
        context.get(CALLER, ANONYMOUS));
    timers.computeIfAbsent(kind, this::timer).record(took);
    if (access.isDebugEnabled()) {
      // Logs no query, because it may contain personal data.
      access.debug(
          "{} {} {} {} by {} in {} us, request {}",
          api,
          context.request().method(),
          context.request().path(),
          kind.status(),
          kind.caller(),
          took.toNanos() / 1000,
          context.response().headers().get(REQUEST_ID));
    }
  }

  private Timer timer(Kind kind) {
    return Timer.builder("http_requests")
        .description("HTTP requests by operation of the contract, status and caller")
        .tag("api", api)
        .tag("operation", kind.operation())
        .tag("status", Integer.toString(kind.status()))
        .tag("caller", kind.caller())
        .register(metrics);
  }

  private static String requestId(MultiMap headers) {
    var sent = headers.getAll(REQUEST_ID);
    return sent.size() == 1 && USABLE_ID.matcher(sent.get(0)).matches() ? sent.get(0) : newId();
  }

  /** Creates an id that identifies the request in logs; it may be predictable. */
  private static String newId() {
    var random = ThreadLocalRandom.current();
    return Long.toHexString(random.nextLong()) + "-" + Integer.toHexString(random.nextInt());
  }
}

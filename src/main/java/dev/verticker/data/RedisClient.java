package dev.verticker.data;

import dev.verticker.bus.Failure;
import dev.verticker.settings.RedisSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to Redis with short timeouts: a command completes within 100 ms (or the given timeout, at most 1 s) or
 * fails with {@link Failure.Unavailable}; while the connection is down it fails immediately. A connection that breaks, or
 * leaves a command without a response for a second, is closed, and the client reconnects every half second. It keeps a
 * connection whose server rejects a command (replica, loading, out of memory), because the server may accept another one.
 */
public final class RedisClient {
  private static final Logger log = LoggerFactory.getLogger(RedisClient.class);

  /** Error codes that are logged and reported; the error of a script contains them in its text. */
  private static final Pattern REJECTION_CODE = Pattern.compile(
      "\\b(READONLY|LOADING|OOM|MISCONF|MASTERDOWN|NOREPLICAS|NOPERM|NOAUTH|BUSY)\\b");

  private static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(100);

  /** A connection without a response for this long is closed, so a longer timeout has no effect. */
  public static final Duration MAX_TIMEOUT = Duration.ofSeconds(1);

  private static final Duration REJECTION_REPORT_PERIOD = Duration.ofSeconds(10);
  private static final int CONNECT_TIMEOUT_MS = 1000;
  private static final int RECONNECT_DELAY_MS = 500;
  private static final int MAX_PENDING_COMMANDS = 1024;

  private final Vertx vertx;
  private final RedisOptions options;
  private final Duration timeout;
  private Redis client;
  private boolean closed;
  private final OutageLog outageLog = new OutageLog();

  private record Rejection(String code, long nanoTime) {
    boolean isRecent() {
      return System.nanoTime() - nanoTime < REJECTION_REPORT_PERIOD.toNanos();
    }
  }

  // Volatile, because the health check reads them on another thread.
  private volatile RedisConnection connection;
  private volatile String lossReason = OutageReason.NO_RESPONSE;
  private volatile boolean responding;
  private volatile Rejection lastRejection;
  // Before the first response Redis counts as unavailable.
  private volatile long unavailableSince =
      System.nanoTime() - Duration.ofDays(1).toNanos();

  private RedisClient(Vertx vertx, RedisSettings settings, Duration timeout) {
    this.vertx = vertx;
    this.timeout = timeout;
    this.options = new RedisOptions()
        .setConnectionString(settings.url().toString())
        .setMaxWaitingHandlers(MAX_PENDING_COMMANDS)
        .setNetClientOptions(network(settings));
  }

  private static NetClientOptions network(RedisSettings settings) {
    var network = new NetClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MS);
    if (settings.tls()) {
      var tls = new VerifiedTls(settings.authorities()).options();
      network
          .setSsl(true)
          .setHostnameVerificationAlgorithm(tls.getHostnameVerificationAlgorithm())
          .setTrustOptions(tls.getTrustOptions());
    }
    return network;
  }

  /** Completes after one attempt to connect, successful or not, so that a node starts while Redis is unavailable. */
  public static Future<RedisClient> open(Vertx vertx, RedisSettings settings) {
    return open(vertx, settings, DEFAULT_TIMEOUT);
  }

  /** @param timeout of commands that are sent without another one, at most {@link #MAX_TIMEOUT} */
  public static Future<RedisClient> open(Vertx vertx, RedisSettings settings, Duration timeout) {
    var client = new RedisClient(vertx, settings, timeout);
    return client.connect().map(client).otherwise(client);
  }

  public Future<Response> send(Request command) {
    return send(command, timeout);
  }

  /** Sends a command with a longer timeout, for callers that cannot continue without Redis. */
  public Future<Response> send(Request command, Duration timeout) {
    return bounded(connection -> connection.send(command), timeout);
  }

  /** The responses in the order of the commands; the batch is not atomic. */
  public Future<List<Response>> batch(List<Request> commands) {
    return batch(commands, timeout);
  }

  /** Sends a batch with a longer timeout, for callers that cannot continue without Redis. */
  public Future<List<Response>> batch(List<Request> commands, Duration timeout) {
    return bounded(connection -> connection.batch(commands), timeout);
  }

  /** Returns the duration of the current outage; zero while Redis responds. Only a response ends an outage. */
  public Duration outageDuration() {
    return connection != null && responding
        ? Duration.ZERO
        : Duration.ofNanos(System.nanoTime() - unavailableSince);
  }

  /** The current outage, for operators; empty while Redis accepts commands. */
  public Optional<String> outage() {
    if (connection == null) {
      return Optional.of("Redis is unavailable: " + lossReason);
    }
    return Optional.ofNullable(lastRejection)
        .filter(Rejection::isRecent)
        .map(last -> "Redis rejects commands: " + last.code());
  }

  public Future<Void> close() {
    closed = true;
    connection = null;
    return client.close();
  }

  private <T> Future<T> bounded(Function<RedisConnection, Future<T>> command, Duration max) {
    var used = connection;
    if (used == null) {
      return Future.failedFuture(unavailable());
    }
    var sentAt = System.nanoTime();
    var response = command.apply(used);
    return response
        .timeout(max.toMillis(), TimeUnit.MILLISECONDS)
        .onSuccess(received -> responding = true)
        .recover(failure -> {
          log.debug("Redis command failed", failure);
          if (failure instanceof TimeoutException) {
            closeIfSilent(used, response, sentAt);
          } else if (failure instanceof Response error && !isConnectionClosed(error)) {
            rejected(error);
          } else {
            lost(used, OutageReason.of(failure));
          }
          return Future.failedFuture(unavailable());
        });
  }

  /** Vert.x reports the end of the connection as an error response. */
  private static boolean isConnectionClosed(Response error) {
    return error.toString().startsWith("CONNECTION_CLOSED");
  }

  private void rejected(Response error) {
    responding = true;
    var known = REJECTION_CODE.matcher(error.toString());
    var code = known.find() ? known.group() : "ERR";
    if (lastRejection == null || !lastRejection.isRecent()) {
      log.warn("Redis rejects commands: {}", code);
    }
    lastRejection = new Rejection(code, System.nanoTime());
  }

  /**
   * A single late response may be caused by a delay on this node; no response for a second means that the connection is
   * broken.
   */
  private void closeIfSilent(RedisConnection used, Future<?> response, long sentAt) {
    var remaining = MAX_TIMEOUT.toNanos() - (System.nanoTime() - sentAt);
    vertx.setTimer(Math.max(1, remaining / 1_000_000), id -> {
      if (!response.isComplete()) {
        lost(used, OutageReason.NO_RESPONSE);
      }
    });
  }

  private Future<Void> connect() {
    client = Redis.createClient(vertx, options);
    return client
        .connect()
        .timeout(CONNECT_TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .onSuccess(this::use)
        .onFailure(failure -> {
          onOutage(OutageReason.of(failure));
          reconnect();
        })
        .mapEmpty();
  }

  private void use(RedisConnection fresh) {
    connection = fresh;
    fresh.exceptionHandler(failure -> lost(fresh, OutageReason.of(failure)));
    fresh.endHandler(end -> lost(fresh, "the connection was closed"));
    if (outageLog.end()) {
      log.info("Redis is available again");
    }
  }

  private void lost(RedisConnection used, String reason) {
    if (connection == used && !closed) {
      connection = null;
      if (responding) {
        responding = false;
        unavailableSince = System.nanoTime();
      }
      onOutage(reason);
      reconnect();
    }
  }

  /** Logs an outage once; {@link #outage} has the reason of the latest attempt to connect. */
  private void onOutage(String reason) {
    lossReason = reason;
    if (!closed && outageLog.accepts(reason)) {
      log.warn("Redis is unavailable, continuing without it: {}", reason);
    }
  }

  /** Closes the whole client, because its pool would hand out the broken connection again. */
  private void reconnect() {
    if (!closed) {
      client.close();
      vertx.setTimer(RECONNECT_DELAY_MS, id -> connect());
    }
  }

  private static Failure unavailable() {
    return new Failure.Unavailable(
        "cache-unavailable", "The cache is unavailable: try again in a moment.");
  }
}

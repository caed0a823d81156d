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
 * One connection to Redis that never makes anybody wait: a command is answered within 100 ms or fails with
 * {@link Failure.Unavailable}, at once while the connection is down. A connection that broke, or that leaves a command without
 * an answer for a second, is given up; a new one is tried every half second. A server that refuses a command (it is a replica,
 * loading, out of memory) is no reason to: it may take another.
 */
public final class RedisClient {
  private static final Logger log = LoggerFactory.getLogger(RedisClient.class);

  /** Why a server refuses what it understands; of a script's failure they stand inside the text. Nothing else is told. */
  private static final Pattern REFUSAL = Pattern.compile(
      "\\b(READONLY|LOADING|OOM|MISCONF|MASTERDOWN|NOREPLICAS|NOPERM|NOAUTH|BUSY)\\b");

  private static final Duration BUDGET = Duration.ofMillis(100);

  /** What a connection may take to answer before it is given up, and so the longest budget that makes sense. */
  public static final Duration MAX_SILENCE = Duration.ofSeconds(1);

  private static final Duration REFUSAL_TOLD = Duration.ofSeconds(10);
  private static final int CONNECT_MS = 1000;
  private static final int RETRY_MS = 500;
  private static final int MAX_WAITING = 1024;

  private final Vertx vertx;
  private final RedisOptions options;
  private Redis client;
  private boolean closed;
  private boolean missed;

  /** What the server said last when it refused a command. */
  private record Refusal(String kind, long nanoTime) {
    boolean recent() {
      return System.nanoTime() - nanoTime < REFUSAL_TOLD.toNanos();
    }
  }

  // Read by the health check on a thread of its own.
  private volatile RedisConnection connection;
  private volatile boolean heard;
  private volatile Refusal refusal;
  // A server that was never there counts as away for long: nobody waits for it to be missed.
  private volatile long awaySince = System.nanoTime() - Duration.ofDays(1).toNanos();

  private RedisClient(Vertx vertx, RedisSettings settings) {
    this.vertx = vertx;
    this.options = new RedisOptions()
        .setConnectionString(settings.url().toString())
        .setMaxWaitingHandlers(MAX_WAITING)
        .setNetClientOptions(new NetClientOptions().setConnectTimeout(CONNECT_MS));
  }

  /** Tries once to connect; a server that is away is no reason not to start. */
  public static Future<RedisClient> open(Vertx vertx, RedisSettings settings) {
    var link = new RedisClient(vertx, settings);
    return link.connect().map(link).otherwise(link);
  }

  public Future<Response> send(Request command) {
    return send(command, BUDGET);
  }

  /** For the few who would rather wait than go on without Redis. */
  public Future<Response> send(Request command, Duration budget) {
    return bounded(connection -> connection.send(command), budget);
  }

  /** The answers come in the order of the commands; all or nothing is not promised. */
  public Future<List<Response>> batch(List<Request> commands) {
    return bounded(connection -> connection.batch(commands), BUDGET);
  }

  /** How long Redis has been away; zero while it answers. One that lets us connect and then is silent is still away. */
  public Duration away() {
    return connection != null && heard
        ? Duration.ZERO
        : Duration.ofNanos(System.nanoTime() - awaySince);
  }

  /** For an operator; empty while Redis does what it is asked. */
  public Optional<String> outage() {
    if (connection == null) {
      return Optional.of("Redis does not answer");
    }
    return Optional.ofNullable(refusal)
        .filter(Refusal::recent)
        .map(last -> "Redis refuses commands: " + last.kind());
  }

  public Future<Void> close() {
    closed = true;
    connection = null;
    return client.close();
  }

  private <T> Future<T> bounded(Function<RedisConnection, Future<T>> command, Duration budget) {
    var used = connection;
    if (used == null) {
      return Future.failedFuture(unavailable());
    }
    var asked = System.nanoTime();
    var answer = command.apply(used);
    return answer
        .timeout(budget.toMillis(), TimeUnit.MILLISECONDS)
        .onSuccess(inTime -> heard = true)
        .recover(failure -> {
          log.debug("Redis command failed", failure);
          if (failure instanceof TimeoutException) {
            giveUpIfSilent(used, answer, asked);
          } else if (failure instanceof Response refused && !isEnd(refused)) {
            refused(refused);
          } else {
            lost(used);
          }
          return Future.failedFuture(unavailable());
        });
  }

  /** Where the connection ends, Vert.x says so in the place of the answer. */
  private static boolean isEnd(Response answer) {
    return answer.toString().startsWith("CONNECTION_CLOSED");
  }

  private void refused(Response answer) {
    heard = true;
    var known = REFUSAL.matcher(answer.toString());
    var kind = known.find() ? known.group() : "ERR";
    if (refusal == null || !refusal.recent()) {
      log.warn("Redis refuses commands: {}", kind);
    }
    refusal = new Refusal(kind, System.nanoTime());
  }

  /** One late answer may be this node's own doing; a second of silence is not. */
  private void giveUpIfSilent(RedisConnection used, Future<?> answer, long asked) {
    var left = MAX_SILENCE.toNanos() - (System.nanoTime() - asked);
    vertx.setTimer(Math.max(1, left / 1_000_000), id -> {
      if (!answer.isComplete()) {
        lost(used);
      }
    });
  }

  private Future<Void> connect() {
    client = Redis.createClient(vertx, options);
    return client
        .connect()
        .timeout(CONNECT_MS, TimeUnit.MILLISECONDS)
        .onSuccess(this::use)
        .onFailure(failure -> giveUp())
        .mapEmpty();
  }

  private void use(RedisConnection fresh) {
    connection = fresh;
    fresh.exceptionHandler(failure -> lost(fresh));
    fresh.endHandler(end -> lost(fresh));
    if (missed) {
      log.info("Redis answers again");
      missed = false;
    }
  }

  private void lost(RedisConnection used) {
    if (connection == used && !closed) {
      connection = null;
      missed = true;
      if (heard) {
        heard = false;
        awaySince = System.nanoTime();
      }
      log.warn("Redis does not answer, going on without it");
      giveUp();
    }
  }

  /** Closes the whole client: a connection given back to its pool would be handed out again although nobody answers. */
  private void giveUp() {
    if (!closed) {
      client.close();
      vertx.setTimer(RETRY_MS, id -> connect());
    }
  }

  private static Failure unavailable() {
    return new Failure.Unavailable("cache-unavailable", "The cache does not answer now.");
  }
}

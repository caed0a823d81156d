package dev.verticker.exchange.binance.order;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.UserStream;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user data of all accounts over one connection. It reconnects after failures, and replaces a connection without an
 * interruption: the successor subscribes every account before the current connection closes, and both deliver in between.
 */
final class BinanceUserStream implements UserStream, UserStreamConnection.Owner {
  private static final Logger log = LoggerFactory.getLogger(BinanceUserStream.class);

  /** The exchange allows 1,000 subscriptions per connection. */
  static final int MAX_ACCOUNTS = 1000;

  private static final Duration MIN_BACK_OFF = Duration.ofMillis(500);
  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(30);
  private static final int MAX_DOUBLINGS = 5;

  /** A connection that stays open for this long resets the back-off. */
  private static final Duration STABLE = Duration.ofSeconds(60);

  /** After this time a successor replaces the connection even if it has not subscribed every account. */
  private static final Duration MAX_HAND_OVER = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final Function<UserStreamConnection.Owner, UserStreamConnection> connector;
  private final MeterRegistry metrics;
  private final UserStreamOptions options;
  private final Set<Long> connected = new HashSet<>();
  private Map<Long, ApiKey> accounts = Map.of();
  private Listener listener;
  private UserStreamConnection current;
  private UserStreamConnection successor;

  /** The connection that was replaced last; it delivers until it is closed. */
  private UserStreamConnection former;

  private long openedAt;
  private int failures;
  private long timer = -1;
  private boolean closed;

  /** @param connector opens a connection */
  BinanceUserStream(
      Vertx vertx,
      UserStreamOptions options,
      MeterRegistry metrics,
      Function<UserStreamConnection.Owner, UserStreamConnection> connector) {
    this.vertx = vertx;
    this.options = options;
    this.metrics = metrics;
    this.connector = connector;
    // Prometheus does not see the first increment of a new counter.
    reconnects("failure", 0);
  }

  @Override
  public void open(Listener listener) {
    this.listener = listener;
  }

  @Override
  public void expect(Map<Long, ApiKey> expected) {
    if (expected.size() > MAX_ACCOUNTS) {
      log.warn(
          "only reconciliation reads the reports of {} accounts: a connection subscribes at most {}",
          expected.size() - MAX_ACCOUNTS,
          MAX_ACCOUNTS);
    }
    accounts = new LinkedHashMap<>();
    expected.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .limit(MAX_ACCOUNTS)
        .forEach(entry -> accounts.put(entry.getKey(), entry.getValue()));
    connected.retainAll(accounts.keySet());
    if (closed) {
      return;
    }
    if (accounts.isEmpty()) {
      closeConnections();
    } else if (current == null) {
      if (timer == -1) {
        connect();
      }
    } else {
      current.expect(accounts);
      if (successor != null) {
        successor.expect(accounts);
      }
    }
  }

  @Override
  public Future<Void> close() {
    closed = true;
    closeConnections();
    return Future.succeededFuture();
  }

  @Override
  public void onSubscribed(UserStreamConnection connection, long accountId) {
    if (connection == current) {
      connected(accountId);
      if (timer == -1) {
        scheduleRotation();
      }
    } else if (connection == successor && successor.subscribed().containsAll(connected)) {
      handOver();
    }
  }

  @Override
  public void onUnsubscribed(UserStreamConnection connection, long accountId, String reason) {
    if (connection == current && connected.remove(accountId)) {
      listener.onDisconnected(accountId, reason);
    } else if (connection == current) {
      log.warn("user data of account {} cannot be subscribed: {}", accountId, reason);
    }
  }

  @Override
  public void onEvent(UserStreamConnection connection, long accountId, JsonNode event) {
    if (!accounts.containsKey(accountId)) {
      return;
    }
    try {
      switch (event.path("e").asText()) {
        case "executionReport" -> listener.onReport(accountId, UserEventParser.report(event));
        case "outboundAccountPosition" ->
          listener.onBalances(accountId, UserEventParser.balances(event));
        case "balanceUpdate", "externalLockUpdate" -> listener.onTransfer(accountId);
        default -> {}
      }
    } catch (ExchangeException e) {
      metrics.counter("trading_rejected_reports_total").increment();
      log.warn("report of account {} cannot be read, reconciling: {}", accountId, e.getMessage());
      listener.onTransfer(accountId);
    }
  }

  @Override
  public void onShutdown(UserStreamConnection connection) {
    if (connection == current) {
      rotate("shutdown");
    } else if (connection == successor) {
      successor.close();
      successor = null;
      rotate("shutdown");
    }
  }

  @Override
  public void onClosed(UserStreamConnection connection, String reason) {
    if (connection == former) {
      former = null;
    } else if (connection == successor) {
      log.warn("connection to the user data of the exchange not replaced: {}", reason);
      successor = null;
      schedule(backOff(), () -> rotate("retry"));
    } else if (connection == current) {
      log.warn("connection to the user data of the exchange lost, reconnecting: {}", reason);
      onInterruption(reason);
    }
  }

  private void onInterruption(String reason) {
    reconnects("failure", 1);
    var interrupted = Set.copyOf(connected);
    connected.clear();
    current = null;
    interrupted.forEach(accountId -> listener.onDisconnected(accountId, reason));
    if (closed) {
      return;
    }
    if (successor == null) {
      schedule(backOff(), this::connect);
      return;
    }
    current = successor;
    successor = null;
    openedAt = System.nanoTime();
    current.subscribed().forEach(this::connected);
    scheduleRotation();
  }

  private void connect() {
    openedAt = System.nanoTime();
    current = connector.apply(this);
    current.expect(accounts);
  }

  private void rotate(String cause) {
    if (current != null && successor == null && !closed) {
      log.info("replacing the connection to the user data of the exchange: {}", cause);
      reconnects(cause, 1);
      openedAt = System.nanoTime();
      successor = connector.apply(this);
      successor.expect(accounts);
      schedule(MAX_HAND_OVER, this::handOver);
    }
  }

  /** Closes the former connection later, so that it delivers the events that the exchange has already sent. */
  private void handOver() {
    if (successor == null) {
      return;
    }
    var replaced = current;
    former = replaced;
    current = successor;
    successor = null;
    openedAt = System.nanoTime();
    var missing = new HashSet<>(connected);
    missing.removeAll(current.subscribed());
    missing.forEach(accountId -> onUnsubscribed(current, accountId, "not subscribed in time"));
    current.subscribed().forEach(this::connected);
    vertx.setTimer(options.overlap().toMillis(), id -> replaced.close());
    scheduleRotation();
  }

  private void connected(long accountId) {
    if (accounts.containsKey(accountId) && connected.add(accountId)) {
      listener.onConnected(accountId);
    }
  }

  private void closeConnections() {
    cancelTimer();
    connected.clear();
    for (var connection : new UserStreamConnection[] {current, successor, former}) {
      if (connection != null) {
        connection.close();
      }
    }
    current = null;
    successor = null;
    former = null;
  }

  private void reconnects(String cause, int count) {
    metrics.counter("trading_stream_reconnects_total", "cause", cause).increment(count);
  }

  private void scheduleRotation() {
    var rotation = options.rotation().toMillis();
    schedule(
        Duration.ofMillis(rotation + ThreadLocalRandom.current().nextLong(rotation / 12 + 1)),
        () -> rotate("rotation"));
  }

  /** Returns a random time up to a limit that doubles with each failure. */
  private Duration backOff() {
    if (System.nanoTime() - openedAt > STABLE.toNanos()) {
      failures = 0;
    }
    var limit = MIN_BACK_OFF.multipliedBy(2L << Math.min(failures++, MAX_DOUBLINGS));
    var max = limit.compareTo(MAX_BACK_OFF) < 0 ? limit : MAX_BACK_OFF;
    return Duration.ofMillis(
        ThreadLocalRandom.current().nextLong(MIN_BACK_OFF.toMillis(), max.toMillis() + 1));
  }

  private void schedule(Duration delay, Runnable task) {
    cancelTimer();
    timer = vertx.setTimer(delay.toMillis(), id -> {
      timer = -1;
      task.run();
    });
  }

  private void cancelTimer() {
    vertx.cancelTimer(timer);
    timer = -1;
  }
}

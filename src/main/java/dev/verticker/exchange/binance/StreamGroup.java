package dev.verticker.exchange.binance;

import dev.verticker.exchange.MarketStream.Listener;
import dev.verticker.exchange.MarketStream.Stream;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of one connection. It reconnects after failures, and replaces a connection without an interruption: listeners
 * receive each event once and in order.
 */
final class StreamGroup implements StreamConnection.Owner {
  private static final Logger log = LoggerFactory.getLogger(StreamGroup.class);

  /** Binance allows 1,024 streams per connection. */
  static final int MAX_STREAMS = 1024;

  private static final Duration MIN_BACK_OFF = Duration.ofMillis(500);
  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(30);
  private static final int MAX_DOUBLINGS = 5;

  private final Vertx vertx;
  private final Clock clock;
  private final StreamOptions options;
  private final Connector connector;
  private final Listener listener;
  private final Map<String, Stream> streams = new LinkedHashMap<>();
  private Set<Stream> applied = Set.of();
  private final Set<Stream> connected = new HashSet<>();
  private final Map<Stream, Long> sequences = new HashMap<>();
  private final Map<Stream, Long> lastEventAt = new HashMap<>();
  private StreamConnection current;
  private long openedAt;
  private int failures;
  private long timer = -1;

  /** The next connection, until it replaces the current one; null if none is open. */
  private StreamSuccessor successor;

  private boolean closed;

  /** Opens connections, at most one a second in all groups. */
  interface Connector {
    StreamConnection open(StreamConnection.Owner owner, Map<String, Stream> streams);

    void onEvent(StreamEvent event);

    /** @param cause value of a tag in metrics */
    void onReconnect(String cause);
  }

  StreamGroup(
      Vertx vertx, Clock clock, StreamOptions options, Connector connector, Listener listener) {
    this.vertx = vertx;
    this.clock = clock;
    this.options = options;
    this.connector = connector;
    this.listener = listener;
  }

  /** Returns the modifiable map of expected streams; {@link #update} applies its changes. */
  Map<String, Stream> streams() {
    return streams;
  }

  void update() {
    var expected = Set.copyOf(streams.values());
    if (expected.equals(applied)) {
      return;
    }
    applied = expected;
    connected.retainAll(expected);
    sequences.keySet().retainAll(expected);
    lastEventAt.keySet().retainAll(expected);
    if (current != null) {
      current.expect(streams);
    } else if (timer == -1) {
      connect();
    }
    if (successor != null) {
      successor.connection().expect(streams);
    }
  }

  void resubscribe(String symbol) {
    if (current != null) {
      current.resubscribe(streams.entrySet().stream()
          .filter(entry -> entry.getValue().symbol().equals(symbol))
          .map(Map.Entry::getKey)
          .toList());
    }
  }

  /** Replaces the connection without an interruption. */
  void rotate(String cause) {
    if (current != null && successor == null && !connected.isEmpty()) {
      log.info("replacing a connection to the streams of the exchange: {}", cause);
      connector.onReconnect(cause);
      successor = new StreamSuccessor(connector.open(this, streams), sequences);
    }
  }

  void close() {
    closed = true;
    vertx.cancelTimer(timer);
    if (current != null) {
      current.close();
    }
    if (successor != null) {
      successor.connection().close();
    }
  }

  @Override
  public void onSubscribed(StreamConnection connection) {
    if (isSuccessor(connection)) {
      startHandOver();
    } else if (connection == current) {
      var added = streams.values().stream()
          .filter(stream -> !connected.contains(stream))
          .collect(Collectors.toUnmodifiableSet());
      if (!added.isEmpty()) {
        connected.addAll(added);
        listener.onConnected(clock.instant(), added);
      }
      if (timer == -1) {
        scheduleRotation();
      }
    }
  }

  @Override
  public void onEvent(StreamConnection connection, StreamEvent event) {
    if (connection == current) {
      if (hasRestarted(event)) {
        sequences.remove(event.stream());
      }
      deliver(event);
      handOverIfReady(event.stream());
    } else if (isSuccessor(connection)) {
      onEventOfSuccessor(event);
    }
  }

  private void onEventOfSuccessor(StreamEvent event) {
    if (successor.isFull() && successor.isSubscribed()) {
      handOver();
      deliver(event);
    } else {
      successor.keep(event);
      handOverIfReady(event.stream());
    }
  }

  @Override
  public void onShutdown(StreamConnection connection) {
    if (connection == current) {
      rotate("shutdown");
    } else if (isSuccessor(connection)) {
      successor.onShutdown();
    }
  }

  @Override
  public void onClosed(StreamConnection connection, Duration silent, String reason) {
    if (isSuccessor(connection)) {
      log.warn("connection to the streams of the exchange not replaced: {}", reason);
      successor = null;
      schedule(backOff(), () -> rotate("retry"));
    } else if (connection == current) {
      log.warn("connection to the streams of the exchange lost, reconnecting: {}", reason);
      connector.onReconnect("failure");
      onInterruption(silent, reason);
    }
  }

  private void onInterruption(Duration silent, String reason) {
    var interrupted = Set.copyOf(connected);
    connected.clear();
    current = null;
    if (!interrupted.isEmpty()) {
      listener.onDisconnected(clock.instant().minus(silent), interrupted, reason);
    }
    if (closed) {
      return;
    }
    if (successor != null) {
      var subscribed = successor.isSubscribed();
      promoteSuccessor();
      if (subscribed) {
        onSubscribed(current);
      }
    } else {
      schedule(backOff(), this::connect);
    }
  }

  private void connect() {
    sequences.clear();
    openedAt = System.nanoTime();
    current = connector.open(this, streams);
  }

  private boolean isSuccessor(StreamConnection connection) {
    return successor != null && connection == successor.connection();
  }

  /** Awaits data of the streams that had some recently, for a limited time. */
  private void startHandOver() {
    if (!successor.isSubscribed()) {
      var recent = System.nanoTime() - options.maxSilence().multipliedBy(2).toNanos();
      successor.await(lastEventAt.keySet().stream()
          .filter(stream -> lastEventAt.get(stream) - recent >= 0)
          .collect(Collectors.toSet()));
      schedule(options.maxSilence().multipliedBy(6), this::handOver);
      if (successor.isReady()) {
        handOver();
      }
    }
  }

  private void handOverIfReady(Stream stream) {
    if (successor != null) {
      successor.onEvent(stream);
      if (successor.isReady()) {
        handOver();
      }
    }
  }

  private void handOver() {
    if (successor != null) {
      var old = current;
      var ending = successor.isEnding();
      promoteSuccessor();
      old.close();
      scheduleRotation();
      // Reports streams that were added in between.
      current.expect(streams);
      if (ending) {
        rotate("shutdown");
      }
    }
  }

  private void promoteSuccessor() {
    var promoted = successor;
    successor = null;
    current = promoted.connection();
    openedAt = System.nanoTime();
    cancelTimer();
    promoted.forEach(this::deliver);
  }

  /** A lower number long after the last event is no repetition: test venues restart their ids. */
  private boolean hasRestarted(StreamEvent event) {
    var last = sequences.get(event.stream());
    return last != null
        && event.sequence() < last
        && System.nanoTime() - lastEventAt.get(event.stream())
            > options.maxSilence().multipliedBy(2).toNanos();
  }

  /** Delivers an event that no earlier connection has delivered. */
  private void deliver(StreamEvent event) {
    var last = sequences.get(event.stream());
    if (last == null || event.sequence() > last) {
      sequences.put(event.stream(), event.sequence());
      lastEventAt.put(event.stream(), System.nanoTime());
      connector.onEvent(event);
      event.delivery().accept(listener);
    }
  }

  private void scheduleRotation() {
    var rotation = options.rotation().toMillis();
    schedule(
        Duration.ofMillis(rotation + ThreadLocalRandom.current().nextLong(rotation / 12 + 1)),
        () -> rotate("rotation"));
  }

  /**
   * Returns a random time up to a limit that doubles with each failure. A connection that was open for half of the maximum
   * silence was no failure; connections that are lost after this time stay below the attempts that the exchange allows.
   */
  private Duration backOff() {
    if (System.nanoTime() - openedAt > options.maxSilence().dividedBy(2).toNanos()) {
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

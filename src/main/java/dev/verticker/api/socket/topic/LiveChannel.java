package dev.verticker.api.socket.topic;

import dev.verticker.api.market.LeaderUpdates;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.bus.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The topics of one kind that are continued from the updates of the leader: first a snapshot, then what changes. Not resumable.
 *
 * @param <M> a message of the leader
 * @param <U> an update of one symbol
 */
final class LiveChannel<M, U> implements Channel, LeaderUpdates.Listener<M> {
  /** Different topics on one event loop. */
  static final int MAX_TOPICS = 500;

  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

  private static final Duration UNUSED_RETENTION = Duration.ofSeconds(30);

  /** Longer than from {@link #prepare} to {@link #subscribe}. */
  private static final Duration MIN_RETENTION = Duration.ofSeconds(5);

  /** What the topics are about. */
  interface Kind<M, U> {
    String symbol(String topic);

    LiveTopic<U, ?> create(String topic);

    /** Passes the update of each symbol. */
    void split(M message, BiConsumer<String, U> each);

    /** The time between two reads of topics without updates, of all topics together. */
    Duration readPause();

    /** Called once a second, and at once with further symbols: those whose topics are loaded. */
    void onSymbols(Set<String> symbols);
  }

  private final Vertx vertx;
  private final Context loop;
  private final LeaderUpdates<M> updates;
  private final Kind<M, U> kind;

  /** By symbol and topic. */
  private final Map<String, Map<String, LiveTopic<U, ?>>> symbols = new HashMap<>();

  private final long checkTimer;
  private long nextRead = System.nanoTime();

  LiveChannel(Vertx vertx, Context loop, LeaderUpdates<M> updates, Kind<M, U> kind) {
    this.vertx = vertx;
    this.loop = loop;
    this.updates = updates;
    this.kind = kind;
    this.checkTimer = vertx.setPeriodic(CHECK_INTERVAL.toMillis(), timer -> check());
    updates.addListener(this);
  }

  /** Completes when the states are read, so that the snapshots can be sent at once. */
  @Override
  public Future<?> prepare(List<String> topics) {
    var loads = topics.stream().map(topic -> topic(topic).load()).toList();
    if (loads.stream().allMatch(Future::succeeded)) {
      return Future.succeededFuture();
    }
    return Future.join(loads)
        .onSuccess(loaded -> reportSymbols())
        .recover(failure -> Future.failedFuture(
            loads.stream().filter(Future::failed).findFirst().orElseThrow().cause()))
        .onFailure(failure -> removeUnused(topic -> topic.isEmpty() && !topic.isLoaded()));
  }

  @Override
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    return topic(request.topic()).add(subscriber, request.everyMs());
  }

  @Override
  public void onUpdate(M message) {
    loop.runOnContext(here -> kind.split(
        message, (symbol, update) -> topics(symbol).forEach(topic -> topic.onUpdate(update))));
  }

  @Override
  public void onReset() {
    loop.runOnContext(here -> all().forEach(LiveTopic::onReset));
  }

  @Override
  public void close() {
    vertx.cancelTimer(checkTimer);
    updates.removeListener(this);
    kind.onSymbols(Set.of());
  }

  private void check() {
    removeUnused(topic -> topic.isUnused(UNUSED_RETENTION));
    all().forEach(LiveTopic::check);
    readSilent();
    reportSymbols();
  }

  /** Reads topics without updates, the longest silent ones first. */
  private void readSilent() {
    var silent = all().stream()
        .filter(LiveTopic::isSilent)
        .sorted(Comparator.<LiveTopic<U, ?>>comparingLong(LiveTopic::nanosSinceContact)
            .reversed())
        .iterator();
    var now = System.nanoTime();
    nextRead = Math.max(nextRead, now - CHECK_INTERVAL.toNanos());
    while (silent.hasNext() && nextRead <= now) {
      nextRead += kind.readPause().toNanos();
      silent.next().readAgain();
    }
  }

  private void reportSymbols() {
    kind.onSymbols(symbols.entrySet().stream()
        .filter(entry -> entry.getValue().values().stream().anyMatch(LiveTopic::isLoaded))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet()));
  }

  private void removeUnused(Predicate<LiveTopic<U, ?>> unused) {
    symbols.values().forEach(topics -> topics.values().removeIf(unused));
    symbols.values().removeIf(Map::isEmpty);
  }

  /** Returns a copy: a slow socket may be closed while it receives a frame. */
  private List<LiveTopic<U, ?>> topics(String symbol) {
    return List.copyOf(symbols.getOrDefault(symbol, Map.of()).values());
  }

  private List<LiveTopic<U, ?>> all() {
    return symbols.values().stream()
        .<LiveTopic<U, ?>>flatMap(topics -> topics.values().stream())
        .toList();
  }

  /** Throws {@link Failure.Unavailable} if there are too many different topics. */
  private LiveTopic<U, ?> topic(String name) {
    var symbol = kind.symbol(name);
    var known = symbols.getOrDefault(symbol, Map.of()).get(name);
    if (known != null) {
      return known;
    }
    if (all().size() >= MAX_TOPICS) {
      removeUnused(topic -> topic.isUnused(MIN_RETENTION));
      if (all().size() >= MAX_TOPICS) {
        throw new Failure.Unavailable(
            "unavailable", "Too many different topics on this node: try again later.");
      }
    }
    var topic = kind.create(name);
    symbols.computeIfAbsent(symbol, absent -> new HashMap<>()).put(name, topic);
    return topic;
  }
}

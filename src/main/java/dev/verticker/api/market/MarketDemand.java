package dev.verticker.api.market;

import dev.verticker.bus.Bus;
import dev.verticker.message.Feed;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The symbols whose trades and books the sockets of a node need, of all event loops together. Published to the leader of the
 * feed when they change, and once a second while there are any. Thread-safe.
 */
public final class MarketDemand {
  private static final long INTERVAL_MS = 1000;

  /** Changes within this time are published together. */
  private static final long CHANGE_DELAY_MS = 20;

  private final Vertx vertx;
  private final Bus bus;
  private final String node = UUID.randomUUID().toString();
  private final Map<Object, Set<String>> trades = new ConcurrentHashMap<>();
  private final Map<Object, Set<String>> books = new ConcurrentHashMap<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  public MarketDemand(Vertx vertx, Bus bus) {
    this.vertx = vertx;
    this.bus = bus;
  }

  /** Returns a demand that is never published. */
  static MarketDemand none() {
    return new MarketDemand(null, null);
  }

  /** Starts to repeat the demand, until the undeployment of the calling verticle. */
  public void start() {
    vertx.setPeriodic(INTERVAL_MS, timer -> {
      if (!trades.isEmpty() || !books.isEmpty()) {
        publish();
      }
    });
  }

  /** Replaces the symbols of the owner. */
  public void setTrades(Object owner, Set<String> symbols) {
    set(trades, owner, symbols);
  }

  /** Replaces the symbols of the owner. */
  public void setBooks(Object owner, Set<String> symbols) {
    set(books, owner, symbols);
  }

  private void set(Map<Object, Set<String>> demand, Object owner, Set<String> symbols) {
    var before = symbols.isEmpty() ? demand.remove(owner) : demand.put(owner, Set.copyOf(symbols));
    var changed = before == null ? !symbols.isEmpty() : !before.equals(symbols);
    if (changed && bus != null && scheduled.compareAndSet(false, true)) {
      vertx.setTimer(CHANGE_DELAY_MS, timer -> {
        scheduled.set(false);
        publish();
      });
    }
  }

  private void publish() {
    bus.publish(Feed.DEMAND, new Feed.Demand(node, union(trades), union(books)));
  }

  private static List<String> union(Map<Object, Set<String>> demand) {
    return demand.values().stream()
        .flatMap(Collection::stream)
        .distinct()
        .sorted()
        .toList();
  }
}

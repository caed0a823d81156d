package dev.verticker.dev.exchange.order;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** An account with one API key, its balances and its orders. */
final class SimulatedAccount {
  private static final int MAX_CLOSED_ORDERS = 20_000;

  final ApiKey key;
  final Map<String, Funds> funds = new TreeMap<>();
  final NavigableMap<Long, SimulatedOrder> orders = new TreeMap<>();
  final Delayed<Map<String, Funds>> visibleFunds = new Delayed<>();
  final UnfilledOrders unfilled = new UnfilledOrders();
  private final Set<Long> closed = new LinkedHashSet<>();
  /** Changed since the last event about balances. */
  private final Set<String> changed = new LinkedHashSet<>();

  Instant updateTime;

  /** A balance. */
  record Funds(BigDecimal free, BigDecimal locked) {
    static final Funds NONE = new Funds(BigDecimal.ZERO, BigDecimal.ZERO);
  }

  SimulatedAccount(ApiKey key, Instant now) {
    this.key = key;
    this.updateTime = now;
    reset(now, now);
  }

  BigDecimal free(String asset) {
    return funds.getOrDefault(asset, Funds.NONE).free;
  }

  BigDecimal total(String asset) {
    var balance = funds.getOrDefault(asset, Funds.NONE);
    return balance.free.add(balance.locked);
  }

  void add(String asset, BigDecimal amount) {
    change(asset, amount, BigDecimal.ZERO);
  }

  /** Locks what the order may cost and releases the rest. */
  void settle(SimulatedOrder order) {
    var target = order.toLock();
    var change = target.subtract(order.locked);
    if (change.signum() != 0) {
      change(order.paidAsset(), change.negate(), change);
      order.locked = target;
    }
  }

  /** The event about the balances that have changed since the last call; empty if none has. */
  Optional<JsonObject> takeChanges(Instant now) {
    if (changed.isEmpty()) {
      return Optional.empty();
    }
    updateTime = now;
    var event = OrderFrames.position(this, changed, now);
    changed.clear();
    return Optional.of(event);
  }

  /** The balances as a query shows them from a time on. */
  void publishFunds(Instant visibleAt) {
    visibleFunds.set(new LinkedHashMap<>(funds), visibleAt);
  }

  /** Forgets all orders and restores the initial balances. */
  void reset(Instant now, Instant visibleAt) {
    orders.clear();
    closed.clear();
    funds.clear();
    key.balances().forEach((asset, amount) -> funds.put(asset, new Funds(amount, BigDecimal.ZERO)));
    changed.clear();
    updateTime = now;
    publishFunds(visibleAt);
  }

  /** Keeps the newest closed orders only. */
  void onClosed(SimulatedOrder order) {
    closed.add(order.id);
    for (Iterator<Long> oldest = closed.iterator(); closed.size() > MAX_CLOSED_ORDERS; ) {
      orders.remove(oldest.next());
      oldest.remove();
    }
  }

  private void change(String asset, BigDecimal free, BigDecimal locked) {
    var balance = funds.getOrDefault(asset, Funds.NONE);
    funds.put(asset, new Funds(balance.free.add(free), balance.locked.add(locked)));
    changed.add(asset);
  }
}

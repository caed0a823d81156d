package dev.verticker.trading.reconciliation;

import dev.verticker.data.LeaderLease;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.OrderGateway.Balances;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.UserStream;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.order.StoredOrder;
import dev.verticker.trading.reconciliation.AccountReconciler.Result;
import dev.verticker.trading.venue.VenueGateways;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps orders and balances equal to those of real venues while this node leads: it applies the reports of the user streams,
 * settles unknown outcomes first, compares open orders every minute, and compares everything after a start, an interruption or
 * an unexpected balance. Comparisons run one after the other, within a quarter of the weight of the address.
 */
final class Reconciliation implements LeaderLease.Listener, UserStream.Listener {
  private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);

  /** The pauses of the work. */
  record Timing(
      Duration unknown,
      Duration accounts,
      Duration comparison,
      Duration retry,
      Duration perWeight) {
    /** A quarter of a weight of 3,000 in a minute: one weight in 80 ms. */
    static final Timing DEFAULT = new Timing(
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofMinutes(1),
        Duration.ofSeconds(10),
        Duration.ofMillis(80));
  }

  /** Reconciliation leaves younger orders to the node that sends them. */
  private static final Duration MIN_AGE = Duration.ofSeconds(3);

  private static final int MAX_UNSETTLED = 500;

  private enum Scope {
    OPEN_ORDERS,
    ALL
  }

  /** The collaborators. */
  record Workers(VenueState state, UnknownOrders unknown, AccountReconciler accounts) {}

  private final Vertx vertx;
  private final AccountRepository repository;
  private final VenueGateways gateways;
  private final Workers workers;
  private final Clock clock;
  private final Timing timing;
  private final AccountQueues queues = new AccountQueues();
  private final Map<Long, VenueAccount> accounts = new HashMap<>();
  private final Map<Long, ApiKey> keys = new HashMap<>();
  private final Map<String, UserStream> streams = new HashMap<>();
  private final Map<Long, Scope> due = new LinkedHashMap<>();
  private final Map<Long, List<StoredOrder>> missing = new HashMap<>();
  private final List<Long> timers = new ArrayList<>();
  private boolean comparing;
  private boolean settling;

  /** Read by metrics on another thread. */
  private volatile int unsettled;

  private volatile Instant oldestUnsettled;

  private volatile boolean leading;

  /** When accounts were compared with their venues last; at first, when this node began to lead them. */
  private final Map<Long, Instant> compared = new ConcurrentHashMap<>();

  Reconciliation(
      Vertx vertx,
      AccountRepository repository,
      VenueGateways gateways,
      Workers workers,
      Clock clock,
      Timing timing) {
    this.vertx = vertx;
    this.repository = repository;
    this.gateways = gateways;
    this.workers = workers;
    this.clock = clock;
    this.timing = timing;
  }

  /** Number of orders without an outcome; 0 on a node that does not lead. */
  int unsettled() {
    return unsettled;
  }

  /** Age of the oldest order without an outcome in seconds; 0 without one. */
  double oldestUnsettledSeconds() {
    var oldest = oldestUnsettled;
    return oldest == null ? 0 : Duration.between(oldest, clock.instant()).toMillis() / 1000.0;
  }

  boolean isLeading() {
    return leading;
  }

  /** Time since the comparison of the account that has waited longest, in seconds; 0 without accounts. */
  double lagSeconds() {
    return compared.values().stream()
        .min(Comparator.naturalOrder())
        .map(oldest -> Duration.between(oldest, clock.instant()).toMillis() / 1000.0)
        .orElse(0.0);
  }

  @Override
  public void onElected() {
    leading = true;
    gateways.venues().forEach((name, venue) -> {
      var stream = venue.userStream();
      stream.open(this);
      streams.put(name, stream);
    });
    timers.add(vertx.setPeriodic(1, timing.unknown().toMillis(), id -> settle()));
    timers.add(vertx.setPeriodic(1, timing.accounts().toMillis(), id -> readAccounts()));
    timers.add(vertx.setPeriodic(
        timing.comparison().toMillis(),
        id -> accounts.keySet().forEach(accountId -> require(accountId, Scope.OPEN_ORDERS))));
  }

  @Override
  public void onResigned() {
    leading = false;
    timers.forEach(vertx::cancelTimer);
    timers.clear();
    streams.values().forEach(UserStream::close);
    streams.clear();
    accounts.clear();
    keys.clear();
    due.clear();
    missing.clear();
    compared.clear();
    unsettled = 0;
    oldestUnsettled = null;
  }

  @Override
  public void onReport(long accountId, ExecutionReport report) {
    enqueue(accountId, account -> gateways
        .gateway(account)
        .compose(gateway -> workers.accounts().apply(account, gateway, report)));
  }

  @Override
  public void onBalances(long accountId, Balances changed) {
    enqueue(accountId, account -> workers.state().storeBalances(account, changed, false));
  }

  @Override
  public void onTransfer(long accountId) {
    require(accountId, Scope.ALL);
  }

  @Override
  public void onConnected(long accountId) {
    log.info(
        "user stream of account {} is connected, comparing the account with its venue", accountId);
    require(accountId, Scope.ALL);
  }

  @Override
  public void onDisconnected(long accountId, String reason) {
    log.warn("reports of account {} may be missing: {}", accountId, reason);
  }

  /** The work of an account; a failure is repaired by a comparison. */
  private interface Work {
    Future<Void> on(VenueAccount account);
  }

  private void enqueue(long accountId, Work work) {
    queues
        .run(accountId, () -> {
          var account = accounts.get(accountId);
          return account == null ? Future.succeededFuture() : work.on(account);
        })
        .onFailure(failure -> {
          log.warn("report of account {} not applied: {}", accountId, failure.getMessage());
          later(() -> require(accountId, Scope.ALL));
        });
  }

  private void settle() {
    if (settling) {
      return;
    }
    settling = true;
    var now = clock.instant();
    workers
        .state()
        .unsettled(now.minus(MIN_AGE), MAX_UNSETTLED)
        .compose(orders -> {
          unsettled = leading ? orders.size() : 0;
          oldestUnsettled = leading && !orders.isEmpty() ? orders.get(0).order().sentAt() : null;
          var all = new ArrayList<>(orders);
          missing.values().forEach(all::addAll);
          return leading ? workers.unknown().settle(all) : Future.<Void>succeededFuture();
        })
        .onFailure(failure ->
            log.warn("orders with unknown outcome cannot be read: {}", failure.getMessage()))
        .onComplete(done -> settling = false);
  }

  private void readAccounts() {
    repository
        .listReal()
        .compose(found -> {
          var ofVenues = found.stream()
              .filter(account -> streams.containsKey(account.venue()))
              .toList();
          return Future.join(ofVenues.stream().map(this::readKey).toList())
              .otherwiseEmpty()
              .onSuccess(read -> expect(ofVenues));
        })
        .onFailure(failure ->
            log.warn("accounts at real venues cannot be read: {}", failure.getMessage()));
  }

  private Future<Void> readKey(VenueAccount account) {
    return keys.containsKey(account.id())
        ? Future.succeededFuture()
        : gateways
            .key(account)
            .onSuccess(key -> keys.put(account.id(), key))
            .onFailure(failure -> log.warn(
                "account {} is not compared with its venue: {}",
                account.id(),
                failure.getMessage()))
            .mapEmpty();
  }

  private void expect(List<VenueAccount> found) {
    if (!leading) {
      return;
    }
    var ids = found.stream().map(VenueAccount::id).collect(Collectors.toSet());
    compared.keySet().retainAll(ids);
    ids.forEach(id -> compared.putIfAbsent(id, clock.instant()));
    accounts.clear();
    found.stream()
        .filter(account -> keys.containsKey(account.id()))
        .forEach(account -> accounts.put(account.id(), account));
    keys.keySet().retainAll(accounts.keySet());
    missing.keySet().retainAll(accounts.keySet());
    due.keySet().retainAll(accounts.keySet());
    streams.forEach((venue, stream) -> stream.expect(accounts.values().stream()
        .filter(account -> account.venue().equals(venue))
        .collect(Collectors.toMap(VenueAccount::id, account -> keys.get(account.id())))));
  }

  private void require(long accountId, Scope scope) {
    if (leading && accounts.containsKey(accountId)) {
      due.merge(accountId, scope, (before, added) -> before == Scope.ALL ? before : added);
      compareNext();
    }
  }

  private void compareNext() {
    if (comparing || !leading || due.isEmpty()) {
      return;
    }
    var next = due.entrySet().iterator().next();
    due.remove(next.getKey());
    var account = accounts.get(next.getKey());
    comparing = true;
    compare(account, next.getValue())
        .onSuccess(result -> {
          missing.put(account.id(), result.missing());
          compared.replace(account.id(), clock.instant());
        })
        .onFailure(failure -> {
          log.warn(
              "account {} cannot be compared with its venue, trying again: {}",
              account.id(),
              failure.getMessage());
          later(() -> require(account.id(), next.getValue()));
        })
        .map(Result::weight)
        .otherwise(1)
        .onSuccess(weight ->
            vertx.setTimer(Math.max(1, timing.perWeight().multipliedBy(weight).toMillis()), id -> {
              comparing = false;
              compareNext();
            }));
  }

  private Future<Result> compare(VenueAccount account, Scope scope) {
    return gateways
        .gateway(account)
        .compose(gateway -> scope == Scope.ALL
            ? workers.accounts().compareAll(account, gateway)
            : workers.accounts().compareOpen(account, gateway));
  }

  private void later(Runnable work) {
    vertx.setTimer(timing.retry().toMillis(), id -> work.run());
  }
}

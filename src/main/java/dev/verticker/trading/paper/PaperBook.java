package dev.verticker.trading.paper;

import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.trading.paper.MissedPrints.Missed;
import dev.verticker.trading.paper.PaperOrders.OrderChangedException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resting orders of one symbol. One step runs at a time: it matches orders that are behind the market with the trades that
 * they missed, and the others with each live trade. An order whose report fails is read again and continues from its stored
 * position.
 */
final class PaperBook {
  private static final Logger log = LoggerFactory.getLogger(PaperBook.class);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(2);

  /**
   * Max number of trades that wait for their step; above it all are dropped, and every order reads the trades that it missed.
   */
  private static final int MAX_QUEUE = 10_000;

  /** Accounts whose orders are matched at the same time. */
  private static final int MAX_RUNNING = 4;

  private final String symbol;
  private final Market market;
  private final Map<Long, WorkingOrder> orders = new LinkedHashMap<>();
  private final Set<Long> behind = new HashSet<>();
  private final Set<Long> outdated = new HashSet<>();
  private final List<MarketPrint> queue = new ArrayList<>();

  /** The last trade that the orders were matched with, except those behind; null before the first one. */
  private MarketPosition position;

  /** Grows when trades are dropped: a read that began earlier may not contain them. */
  private int interruptions;

  private boolean running;
  private boolean waiting;
  private boolean closed;

  /** The collaborators that all books share. */
  record Market(
      Vertx vertx,
      PaperOrders orders,
      PaperReports reports,
      PaperMarketReader reader,
      MissedPrints missed) {}

  PaperBook(String symbol, Market market) {
    this.symbol = symbol;
    this.market = market;
  }

  int size() {
    return orders.size();
  }

  Collection<Long> ids() {
    return List.copyOf(orders.keySet());
  }

  /** Adds a resting order unless it is known; it is matched from its own position on. */
  void add(WorkingOrder order) {
    var id = order.identity().orderId();
    if (orders.putIfAbsent(id, order) == null) {
      behind.add(id);
      run();
    }
  }

  /** Removes orders that do not rest any more. */
  void retain(Collection<Long> ids, Set<Long> resting) {
    for (var id : ids) {
      if (!resting.contains(id)) {
        remove(id);
      }
    }
  }

  /** Accepts the trades that the leader of the feed published. */
  void onTrades(String venue, SymbolTrades trades) {
    for (var trade : trades.trades()) {
      var print = MarketPrint.of(trade);
      if (position == null || !position.market().equals(venue)) {
        catchUp();
        queue.clear();
        position = print.position(venue);
      } else {
        queue.add(print);
      }
    }
    if (queue.size() > MAX_QUEUE) {
      catchUp();
      position = queue.get(queue.size() - 1).position(venue);
      queue.clear();
    }
    run();
  }

  /** Marks every order as behind the market, so that it reads the trades that it missed. */
  void catchUp() {
    interruptions++;
    orders.replaceAll((id, order) -> current(order));
    behind.addAll(orders.keySet());
    run();
  }

  /** Returns the position that every order has at least; empty while one is behind. */
  Optional<MarketPosition> commonPosition() {
    return behind.isEmpty() && queue.isEmpty() ? Optional.ofNullable(position) : Optional.empty();
  }

  Optional<MarketPosition> position() {
    return Optional.ofNullable(position);
  }

  void close() {
    closed = true;
    orders.clear();
    behind.clear();
    outdated.clear();
    queue.clear();
  }

  private WorkingOrder current(WorkingOrder order) {
    return behind.contains(order.identity().orderId())
        ? order
        : order.at(order.matched().max(position));
  }

  private void run() {
    if (running || closed) {
      return;
    }
    var step = nextStep();
    if (step == null) {
      return;
    }
    running = true;
    step.onComplete(done -> {
      running = false;
      if (done.failed()) {
        log.warn(
            "paper orders of {} are behind the market, retrying in {} s: {}",
            symbol,
            RETRY_DELAY.toSeconds(),
            done.cause().getMessage());
        waitForRetry();
      }
      run();
    });
  }

  private Future<?> nextStep() {
    if (!waiting && !outdated.isEmpty()) {
      return reload();
    }
    if (!waiting && !behind.isEmpty()) {
      return readMissed();
    }
    return queue.isEmpty() ? null : matchQueue();
  }

  private void waitForRetry() {
    waiting = true;
    market.vertx().setTimer(RETRY_DELAY.toMillis(), timer -> {
      waiting = false;
      run();
    });
  }

  private Future<Void> reload() {
    var ids = outdated.stream().limit(PaperOrders.MAX_PAGE).toList();
    return market.orders().listWorking(ids).map(found -> {
      ids.forEach(this::remove);
      found.forEach(order -> {
        orders.put(order.identity().orderId(), order);
        behind.add(order.identity().orderId());
      });
      return null;
    });
  }

  private Future<Void> readMissed() {
    var ids = List.copyOf(behind);
    var from = ids.stream()
        .map(orders::get)
        .map(WorkingOrder::matched)
        .min(Comparator.comparing(MarketPosition::time))
        .orElseThrow();
    var before = interruptions;
    return market.missed().read(symbol, from).compose(missed -> matchEach(
            ids, missed.prints(), PaperMarket.unknown(missed.end()))
        .map(matched -> {
          ids.stream()
              .filter(id -> orders.containsKey(id) && !outdated.contains(id))
              .forEach(id -> advance(id, missed, before == interruptions));
          if (behind.isEmpty()) {
            advancePosition(missed.end());
          }
          return null;
        }));
  }

  /** Advances to the position that every order is matched with now. */
  private void advancePosition(MarketPosition end) {
    position = orders.values().stream()
        .map(order -> current(order).matched())
        .filter(matched -> matched.market().equals(end.market()))
        .min(Comparator.comparing(MarketPosition::time))
        .orElse(end);
  }

  private void advance(long id, Missed missed, boolean uninterrupted) {
    var order = orders.get(id);
    var end = missed.end();
    orders.put(
        id,
        order.at(order.matched().market().equals(end.market()) ? order.matched().max(end) : end));
    if (missed.complete() && uninterrupted) {
      behind.remove(id);
    }
  }

  private Future<Void> matchQueue() {
    var prints = List.copyOf(queue);
    queue.clear();
    var first = prints.get(0);
    if (position.tradeId() != 0 && first.firstTradeId() > position.tradeId() + 1) {
      // The stream began again, or trades were lost: the trades in between are read.
      catchUp();
    }
    var low = prints.stream().map(MarketPrint::low).reduce(BigDecimal::min).orElseThrow();
    var high = prints.stream().map(MarketPrint::high).reduce(BigDecimal::max).orElseThrow();
    var ids = new ArrayList<Long>();
    orders.forEach((id, order) -> {
      if (!behind.contains(id) && order.isAffectedBy(low, high)) {
        ids.add(id);
      }
    });
    ids.forEach(id -> orders.put(id, current(orders.get(id))));
    var end = prints.get(prints.size() - 1).position(position.market());
    return matchEach(ids, prints, null).onSuccess(matched -> {
      if (position.market().equals(end.market())) {
        position = end;
      }
    });
  }

  /**
   * Matches the orders of an account one after the other by their ids, so that the same trades give the same rows, and those of
   * several accounts at the same time. Never fails.
   *
   * @param entered the market that triggered orders enter; null = the current one
   */
  private Future<Void> matchEach(List<Long> ids, List<MarketPrint> prints, PaperMarket entered) {
    var byAccount = ids.stream()
        .sorted()
        .map(orders::get)
        .collect(Collectors.groupingBy(
            order -> order.identity().accountId(), TreeMap::new, Collectors.toList()));
    var accounts = new ArrayDeque<>(byAccount.values());
    var chains = IntStream.range(0, Math.min(MAX_RUNNING, accounts.size()))
        .mapToObj(chain -> matchAccounts(accounts, prints, entered))
        .toList();
    return Future.all(chains).mapEmpty();
  }

  private Future<Void> matchAccounts(
      Deque<List<WorkingOrder>> accounts, List<MarketPrint> prints, PaperMarket entered) {
    var next = accounts.poll();
    return next == null
        ? Future.succeededFuture()
        : matchOrders(next.iterator(), prints, entered)
            .compose(done -> matchAccounts(accounts, prints, entered));
  }

  private Future<Void> matchOrders(
      Iterator<WorkingOrder> rest, List<MarketPrint> prints, PaperMarket entered) {
    while (rest.hasNext()) {
      var order = rest.next();
      if (orders.containsKey(order.identity().orderId())
          && !outdated.contains(order.identity().orderId())) {
        var matched = match(order, prints, entered).recover(failure -> onFailure(order, failure));
        // Most orders do not trade: a recursion for each of them would be too deep.
        if (!matched.isComplete()) {
          return matched.compose(done -> matchOrders(rest, prints, entered));
        }
      }
    }
    return Future.succeededFuture();
  }

  private Future<Void> match(WorkingOrder start, List<MarketPrint> prints, PaperMarket entered) {
    var order = start;
    var trades = new ArrayList<VenueTrade>();
    for (var i = 0; i < prints.size() && !order.isFilled(); i++) {
      var match = order.match(prints.get(i));
      order = match.order();
      if (match.triggers()) {
        var rest = prints.subList(i + 1, prints.size());
        return enter(order, entered).compose(resting -> replace(start, resting)
            .map(open -> match(open, rest, entered))
            .orElseGet(Future::succeededFuture));
      }
      if (match.fill() != null) {
        trades.add(order.trade(match.fill(), prints.get(i).to()));
      }
    }
    if (trades.isEmpty()) {
      replace(start, Optional.of(order));
      return Future.succeededFuture();
    }
    return market.reports().trade(order, trades).map(resting -> {
      replace(start, resting);
      return null;
    });
  }

  private Future<Optional<WorkingOrder>> enter(WorkingOrder triggered, PaperMarket entered) {
    return (entered == null ? market.reader().read(symbol) : Future.succeededFuture(entered))
        .compose(current -> market
            .reports()
            .enter(
                triggered,
                PaperMatching.enter(triggered.instrument(), triggered.ticket(), current)));
  }

  private Optional<WorkingOrder> replace(WorkingOrder before, Optional<WorkingOrder> resting) {
    var id = before.identity().orderId();
    if (resting.isEmpty()) {
      remove(id);
    } else {
      orders.computeIfPresent(id, (key, known) -> resting.get());
    }
    return resting;
  }

  private Future<Void> onFailure(WorkingOrder order, Throwable failure) {
    if (!closed) {
      var id = order.identity().orderId();
      if (failure instanceof OrderChangedException) {
        log.debug("reading order {} again: {}", id, failure.getMessage());
      } else {
        log.warn("the trades of paper order {} are not stored yet: {}", id, failure.getMessage());
        waitForRetry();
      }
      outdated.add(id);
      behind.add(id);
    }
    return Future.succeededFuture();
  }

  private void remove(long id) {
    orders.remove(id);
    behind.remove(id);
    outdated.remove(id);
  }
}

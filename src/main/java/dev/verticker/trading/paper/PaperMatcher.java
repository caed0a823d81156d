package dev.verticker.trading.paper;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.LeaderLease;
import dev.verticker.message.Feed;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.FindQuotes;
import dev.verticker.message.Trades;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Matches the resting orders of all paper accounts with the trades of the market, on the node that holds the lease. It reads new
 * orders twice a second; each one is matched with the trades since its placement. Runs on one event loop.
 */
public final class PaperMatcher implements LeaderLease.Listener {
  private static final Logger log = LoggerFactory.getLogger(PaperMatcher.class);
  private static final long READ_INTERVAL_MS = 500;
  private static final long DEMAND_INTERVAL_MS = 1000;
  private static final long SAVE_INTERVAL_MS = 5000;
  private static final long CHECK_INTERVAL_MS = 10_000;

  /** Longer than a transaction takes from its first statement to its commit. */
  private static final Duration OVERLAP = Duration.ofSeconds(10);

  /** Symbols whose trades one check reads although they are not streamed. */
  private static final int MAX_CHECKS = 10;

  private final Vertx vertx;
  private final Bus bus;
  private final Database database;
  private final Clock clock;
  private final PaperBook.Market market;
  private final LeaderLease lease;
  private final String node = UUID.randomUUID().toString();
  private final Map<String, PaperBook> books = new LinkedHashMap<>();
  private boolean reading;
  private boolean loaded;
  private long epoch;

  /** Number of elections of this node. */
  private int term;

  /** Where the next check begins. */
  private int nextCheck;

  /** Metrics read it on another thread. */
  private volatile int resting;

  private volatile boolean leads;

  PaperMatcher(
      Vertx vertx,
      Bus bus,
      Database database,
      Clock clock,
      PaperBook.Market market,
      LeaderLease lease) {
    this.vertx = vertx;
    this.bus = bus;
    this.database = database;
    this.clock = clock;
    this.market = market;
    this.lease = lease;
  }

  PaperMatcher register(MeterRegistry metrics) {
    metrics.gauge("trading_paper_orders_resting", this, matcher -> matcher.resting);
    metrics.gauge(
        "trading_leading", Tags.of("work", "paper"), this, matcher -> matcher.leads ? 1 : 0);
    return this;
  }

  /** Subscribes to trades; the lease decides when this node matches. */
  public Future<Void> start() {
    lease.addListener(this);
    vertx.setPeriodic(READ_INTERVAL_MS, timer -> read());
    vertx.setPeriodic(DEMAND_INTERVAL_MS, timer -> publishDemand());
    vertx.setPeriodic(SAVE_INTERVAL_MS, timer -> save());
    vertx.setPeriodic(CHECK_INTERVAL_MS, timer -> check());
    return bus.subscribe(Trades.UPDATES, this::onTrades).mapEmpty();
  }

  @Override
  public void onElected() {
    leads = true;
    loaded = false;
    term++;
    read();
  }

  @Override
  public void onResigned() {
    leads = false;
    books.values().forEach(PaperBook::close);
    books.clear();
  }

  private void onTrades(Trades.Update update) {
    if (update.epoch() < epoch) {
      return;
    }
    epoch = update.epoch();
    for (var trades : update.symbols()) {
      var book = books.get(trades.symbol());
      if (book != null) {
        book.onTrades(update.venue(), trades);
      }
    }
  }

  /** Reads all orders after an election, then those that entered lately. */
  private void read() {
    if (!leads || reading) {
      return;
    }
    reading = true;
    var since = clock.instant().minus(OVERLAP);
    var all = !loaded;
    var began = term;
    readPages(
            0,
            after ->
                all ? market.orders().listWorking(after) : market.orders().listRecent(since, after))
        .onComplete(done -> {
          reading = false;
          resting = books.values().stream().mapToInt(PaperBook::size).sum();
          if (done.succeeded()) {
            // A read that an earlier election began has not added all orders to the books of this
            // one.
            loaded = leads && began == term;
          } else {
            log.warn("resting paper orders cannot be read: {}", done.cause().getMessage());
          }
        });
  }

  private Future<Void> readPages(long after, LongFunction<Future<List<WorkingOrder>>> page) {
    return page.apply(after).compose(found -> {
      if (leads) {
        found.forEach(order -> books
            .computeIfAbsent(order.ticket().symbol(), symbol -> new PaperBook(symbol, market))
            .add(order));
      }
      return found.size() < PaperOrders.MAX_PAGE || !leads
          ? Future.succeededFuture()
          : readPages(found.get(found.size() - 1).identity().orderId(), page);
    });
  }

  private void publishDemand() {
    if (leads && !books.isEmpty()) {
      bus.publish(Feed.DEMAND, new Feed.Demand(node, List.copyOf(books.keySet()), List.of()));
    }
  }

  private void save() {
    var positions = new HashMap<String, MarketPosition>();
    books.forEach((symbol, book) ->
        book.commonPosition().ifPresent(position -> positions.put(symbol, position)));
    if (leads && !positions.isEmpty()) {
      database
          .transaction(
              tx -> lease.check(tx).compose(held -> market.orders().saveMarkets(tx, positions)))
          .onFailure(failure ->
              log.warn("positions of paper orders are not stored: {}", failure.getMessage()));
    }
  }

  /** Removes orders that were canceled, and reads the trades of symbols that are not streamed. */
  private void check() {
    books.values().removeIf(book -> book.size() == 0);
    books.values().forEach(book -> removeClosed(book, new ArrayList<>(book.ids())));
    var symbols = List.copyOf(books.keySet());
    var count = Math.min(MAX_CHECKS, symbols.size());
    for (var i = 0; i < count; i++) {
      var symbol = symbols.get((nextCheck + i) % symbols.size());
      checkQuote(symbol, books.get(symbol));
    }
    nextCheck = count == 0 ? 0 : (nextCheck + count) % symbols.size();
  }

  private Future<Void> removeClosed(PaperBook book, List<Long> ids) {
    if (ids.isEmpty()) {
      return Future.succeededFuture();
    }
    var page = ids.subList(0, Math.min(PaperOrders.MAX_PAGE, ids.size()));
    return market
        .orders()
        .listWorking(page)
        .onSuccess(found -> book.retain(
            page,
            found.stream().map(order -> order.identity().orderId()).collect(Collectors.toSet())))
        .compose(done -> removeClosed(book, ids.subList(page.size(), ids.size())));
  }

  private void checkQuote(String symbol, PaperBook book) {
    bus.request(Prices.FIND, new FindQuotes(List.of(symbol))).onSuccess(found -> {
      var quote = found.quotes().get(0);
      var newest = new MarketPosition(quote.venue(), quote.tradeId(), quote.eventTime());
      book.position()
          .filter(position -> position.max(newest) == newest)
          .ifPresent(late -> book.catchUp());
    });
  }
}

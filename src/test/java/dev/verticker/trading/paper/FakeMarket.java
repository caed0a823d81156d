package dev.verticker.trading.paper;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.message.Trades.Trade;
import dev.verticker.testing.Await;
import dev.verticker.testing.SteppedClock;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The market of BTCUSDT as a price verticle serves it on the bus; a test makes its trades. */
final class FakeMarket {
  static final String VENUE = "simulated";

  volatile List<Level> bids = List.of(level("99.99", "5"));
  volatile List<Level> asks = List.of(level("100.00", "5"));
  volatile boolean hasBook = true;
  volatile boolean isStale;
  volatile boolean hasQuote = true;

  /** Trades before this index are not in memory: they must be read from the exchange by time. */
  volatile int inMemoryFrom;

  final List<Candle> minutes = new CopyOnWriteArrayList<>();
  final List<FindTrades> reads = new CopyOnWriteArrayList<>();
  private final List<Trade> trades = new CopyOnWriteArrayList<>();

  /** Ids of trades that only minutes contain. */
  private volatile int idsOfMinutes;

  private final Bus bus;
  private final SteppedClock clock;

  FakeMarket(Bus bus, SteppedClock clock) {
    this.bus = bus;
    this.clock = clock;
    Await.await(Future.all(
        bus.serve(
            Books.FIND,
            request -> hasBook
                ? Future.succeededFuture(book())
                : Future.failedFuture(new Failure.Unavailable("book-not-available", "No book."))),
        bus.serve(
            Prices.FIND,
            request -> hasQuote
                ? Future.succeededFuture(quotes())
                : Future.failedFuture(new Failure.Unavailable("price-not-yet-known", "No price."))),
        bus.serve(Trades.FIND, this::find),
        bus.serve(Candles.FIND, this::candles)));
    silentTrade("100.00", "1");
  }

  /** Publishes a trade as the leader of the feed does. */
  Trade trade(String price, String qty) {
    var trade = silentTrade(price, qty);
    bus.publish(
        Trades.UPDATES,
        new Trades.Update(VENUE, 1, List.of(new SymbolTrades("BTCUSDT", 0, List.of(trade)))));
    return trade;
  }

  /** A trade that no node publishes, as while a stream is interrupted. */
  Trade silentTrade(String price, String qty) {
    clock.step(Duration.ofMillis(10));
    var id = trades.size() + idsOfMinutes + 1L;
    var trade = new Trade(
        id,
        new BigDecimal(price),
        new BigDecimal(qty),
        clock.instant(),
        false,
        id * 10,
        id * 10 + 9);
    trades.add(trade);
    return trade;
  }

  /** A minute of the past, from whose trades none is left in memory. */
  void minute(String low, String high, String volume) {
    var open = clock.instant().truncatedTo(ChronoUnit.MINUTES);
    minutes.add(new Candle(
        open,
        new BigDecimal(high),
        new BigDecimal(high),
        new BigDecimal(low),
        new BigDecimal(low),
        new BigDecimal(volume),
        new BigDecimal(volume),
        1,
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        State.FINAL));
    idsOfMinutes++;
    clock.step(Duration.ofMinutes(1));
  }

  int size() {
    return trades.size();
  }

  private Book book() {
    return new Book("BTCUSDT", VENUE, 1, bids, asks, clock.instant());
  }

  private Prices.Quotes quotes() {
    var last = trades.get(trades.size() - 1);
    var staleAt = clock.instant().plusSeconds(isStale ? -1 : 60);
    return new Prices.Quotes(List.of(new Quote(
        1,
        "BTCUSDT",
        last.price(),
        bids.isEmpty() ? null : bids.get(0).price(),
        asks.isEmpty() ? null : asks.get(0).price(),
        null,
        null,
        null,
        "{}",
        "run",
        1,
        last.lastTradeId(),
        VENUE,
        Source.STREAM,
        last.time(),
        last.time(),
        staleAt)));
  }

  private Future<Trades.Found> find(FindTrades request) {
    reads.add(request);
    var known = request.held() || request.from() == null
        ? trades.subList(Math.min(inMemoryFrom, trades.size()), trades.size())
        : trades;
    var found = request.from() == null
        ? known.subList(Math.max(0, known.size() - request.limit()), known.size())
        : known.stream()
            .filter(trade -> !trade.time().isBefore(request.from()))
            .limit(request.limit())
            .toList();
    return found.isEmpty() && request.held()
        ? Future.failedFuture(new Failure.Unavailable("trades-not-available", "No trades."))
        : Future.succeededFuture(new Trades.Found("BTCUSDT", VENUE, List.copyOf(found)));
  }

  private Future<Candles.Found> candles(Candles.FindCandles request) {
    var found = minutes.stream()
        .filter(minute -> !minute.openTime().isBefore(request.from()))
        .limit(request.limit())
        .toList();
    return Future.succeededFuture(new Candles.Found(
        List.of(new Series("BTCUSDT", VENUE, Interval.ONE_MINUTE, found, null, null))));
  }

  static Level level(String price, String qty) {
    return new Level(new BigDecimal(price), new BigDecimal(qty));
  }
}

package dev.verticker.trading.paper;

import dev.verticker.bus.Bus;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.FindBook;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.FindQuotes;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads the current market of a symbol over the bus. Never fails: prices that are unavailable or stale are unknown. */
final class PaperMarketReader {
  /** Leaves time for the transaction after it, before the client receives a response. */
  private static final long TIMEOUT_MS = 1500;

  /** Quantity of the best price without a book, where the real one is unknown. */
  private static final BigDecimal UNLIMITED = new BigDecimal("1000000000000000000");

  private final Bus bus;
  private final Clock clock;

  PaperMarketReader(Bus bus, Clock clock) {
    this.bus = bus;
    this.clock = clock;
  }

  Future<PaperMarket> read(String symbol) {
    var book = optional(bus.request(Books.FIND, new FindBook(symbol)));
    var quote = quote(symbol);
    // After the others, because an order must not trade with trades before its placement.
    return Future.all(book, quote)
        .compose(read -> newestTrade(symbol))
        .map(trade -> market(book.result(), quote.result(), trade));
  }

  private Future<Optional<Quote>> quote(String symbol) {
    return optional(bus.request(Prices.FIND, new FindQuotes(List.of(symbol)))
        .map(found -> found.quotes().get(0)));
  }

  private Future<Optional<Trade>> newestTrade(String symbol) {
    return optional(bus.request(Trades.FIND, new FindTrades(symbol, null, null, null, 1, true))
        .map(found -> found.trades().get(found.trades().size() - 1)));
  }

  private PaperMarket market(Optional<Book> book, Optional<Quote> quote, Optional<Trade> trade) {
    var current = quote.filter(found -> !found.stale(clock.instant()));
    var bids = book.map(Book::bids)
        .orElseGet(() -> current.map(Quote::bid).map(PaperMarketReader::best).orElse(List.of()));
    var asks = book.map(Book::asks)
        .orElseGet(() -> current.map(Quote::ask).map(PaperMarketReader::best).orElse(List.of()));
    return new PaperMarket(
        bids, asks, current.map(Quote::price).orElse(null), position(book, quote, trade));
  }

  private MarketPosition position(
      Optional<Book> book, Optional<Quote> quote, Optional<Trade> trade) {
    var venue = quote.map(Quote::venue).or(() -> book.map(Book::venue)).orElse("unknown");
    var quoted = quote.map(found -> new MarketPosition(venue, found.tradeId(), found.eventTime()));
    var traded = trade.map(found -> new MarketPosition(venue, found.lastTradeId(), found.time()));
    return quoted
        .map(position -> position.max(traded.orElse(null)))
        .or(() -> traded)
        .orElseGet(() -> new MarketPosition(venue, 0, clock.instant()));
  }

  private static List<Level> best(BigDecimal price) {
    return price.signum() > 0 ? List.of(new Level(price, UNLIMITED)) : List.of();
  }

  private static <T> Future<Optional<T>> optional(Future<T> request) {
    return request
        .timeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .map(Optional::of)
        .otherwise(Optional.empty());
  }
}

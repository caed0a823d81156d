package dev.verticker.price;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.MarketData;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Symbols this node has no quote of: from the cache, from the stored rows, and only then from the exchange, by one caller
 * in the cluster; everyone else waits for what that caller tells or keeps, at most two and a half
 * seconds.
 */
final class QuoteLoader {
  private static final Duration MAX_WAIT = Duration.ofMillis(2500);
  private static final Duration MAX_CALL = Duration.ofSeconds(3);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
  private static final int LOOKS = 5;

  private final LatestQuotes latest;
  private final PriceCache cache;
  private final PriceRepository repository;
  private final ListedSymbols symbols;
  private final MarketData exchange;
  private final QuoteRecorder recorder;
  private final QuoteRefresher refresher;
  private final TimeSlots slots;
  private final Bus bus;
  private final Clock clock;
  private final Map<String, Future<Quote>> running = new HashMap<>();

  QuoteLoader(
      LatestQuotes latest,
      PriceCache cache,
      PriceRepository repository,
      ListedSymbols symbols,
      MarketData exchange,
      QuoteRecorder recorder,
      QuoteRefresher refresher,
      TimeSlots slots,
      Bus bus,
      Clock clock) {
    this.latest = latest;
    this.cache = cache;
    this.repository = repository;
    this.symbols = symbols;
    this.exchange = exchange;
    this.recorder = recorder;
    this.refresher = refresher;
    this.slots = slots;
    this.bus = bus;
    this.clock = clock;
  }

  /**
   * One for each of the symbols, in their order; callers at the same time share one look-up. What the exchange does not list
   * is refused before anything is asked. Fails with {@link Failure.NotFound} or {@link Failure.Unavailable}.
   */
  List<Future<Quote>> read(List<String> symbols) {
    var kept = kept(symbols.stream()
        .filter(symbol -> mayHaveQuote(symbol) && !running.containsKey(symbol))
        .toList());
    return symbols.stream()
        .map(symbol ->
            mayHaveQuote(symbol) ? read(symbol, kept) : Future.<Quote>failedFuture(unknown(symbol)))
        .toList();
  }

  /** Another node learned that there is no such symbol. */
  void unlisted(String symbol) {
    latest.fail(symbol, unknown(symbol));
  }

  private boolean mayHaveQuote(String symbol) {
    return latest.isConfigured(symbol) || symbols.mayExist(symbol);
  }

  private Future<Quote> read(String symbol, Future<Map<String, Quote>> kept) {
    var known = running.get(symbol);
    if (known != null) {
      return known;
    }
    var told = latest.next(symbol);
    var read = kept.compose(
            found -> found.containsKey(symbol) ? hold(found.get(symbol)) : fetch(symbol, told))
        .timeout(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)
        .recover(failure ->
            Future.failedFuture(failure instanceof Failure ? failure : notYetKnown(symbol)));
    running.put(symbol, read);
    read.onComplete(done -> {
      running.remove(symbol, read);
      latest.fail(symbol, notYetKnown(symbol));
    });
    return read;
  }

  /** What is cached or stored of them; nothing of a symbol where nothing is, or nothing answers. */
  private Future<Map<String, Quote>> kept(List<String> asked) {
    if (asked.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return cache.find(asked).compose(cached -> {
      var found = bySymbol(cached);
      var others = asked.stream().filter(symbol -> !found.containsKey(symbol)).toList();
      return others.isEmpty()
          ? Future.succeededFuture(found)
          : repository.newest(others).otherwise(List.of()).map(stored -> {
            found.putAll(bySymbol(stored));
            return found;
          });
    });
  }

  private static Map<String, Quote> bySymbol(List<Quote> quotes) {
    var found = new HashMap<String, Quote>();
    quotes.forEach(quote -> found.put(quote.symbol(), quote));
    return found;
  }

  private Future<Quote> hold(Quote quote) {
    latest.accept(quote);
    return Future.succeededFuture(quote);
  }

  /** @param told what another caller will bring */
  private Future<Quote> fetch(String symbol, Future<Quote> told) {
    if (latest.isConfigured(symbol)) {
      refresher.refreshIfDue();
      return symbols.mayExist(symbol) ? told : Future.failedFuture(notYetKnown(symbol));
    }
    return cache
        .mayFill(symbol, MAX_CALL)
        .compose(mine -> mine ? ask(symbol) : told(symbol, told, LOOKS));
  }

  /** A message may be lost: now and then a look at what is kept shows what the other caller got. */
  private Future<Quote> told(String symbol, Future<Quote> told, int looks) {
    if (looks == 0) {
      return told;
    }
    return told.timeout(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS).recover(failure -> {
      if (!(failure instanceof TimeoutException)) {
        return Future.failedFuture(failure);
      }
      return kept(List.of(symbol))
          .compose(
              found -> found.isEmpty() ? told(symbol, told, looks - 1) : hold(found.get(symbol)));
    });
  }

  private Future<Quote> ask(String symbol) {
    return exchange
        .tickers(List.of(symbol))
        .compose(tickers -> recorder.record(tickers, slots.of(clock.instant())))
        .compose(quotes -> quotes.isEmpty()
            ? Future.failedFuture(notYetKnown(symbol))
            : Future.succeededFuture(quotes.get(0)))
        .recover(failure -> Future.failedFuture(explain(symbol, failure)));
  }

  private Throwable explain(String symbol, Throwable failure) {
    if (failure instanceof ExchangeException.UnknownSymbol) {
      bus.publish(Prices.UNLISTED, new Prices.Unlisted(symbol));
      return unknown(symbol);
    }
    if (failure instanceof ExchangeException.Limited limited) {
      return notYetKnown(symbol, Duration.between(clock.instant(), limited.until()));
    }
    return failure;
  }

  private static Failure unknown(String symbol) {
    var detail = "The exchange lists no symbol " + symbol + ".";
    return new Failure.NotFound("symbol-unknown", detail, List.of(error("symbol-unknown", detail)));
  }

  private static Failure notYetKnown(String symbol) {
    return notYetKnown(symbol, Duration.ofSeconds(1));
  }

  private static Failure notYetKnown(String symbol, Duration retryAfter) {
    var detail = "There is no price of " + symbol + " yet.";
    return new Failure.Unavailable(
        "price-not-yet-known", detail, retryAfter, List.of(error("price-not-yet-known", detail)));
  }

  private static Failure.Error error(String code, String detail) {
    return new Failure.Error("query/symbols", code, detail);
  }
}

package dev.verticker.price.candle;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Found;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.price.candle.ExchangeCandles.Read;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Handles {@link Candles#FIND}. Reads stored candles and live minutes, and requests missing candles from the exchange. Never
 * waits for a backfill.
 */
final class CandleFinder {
  /** Leaves time for a request to the exchange. */
  private static final long STORE_TIMEOUT_MS = 1000;

  private final CandleRepository repository;
  private final LiveCandles live;
  private final MarketTime time;
  private final ExchangeCandles exchange;
  private final Symbols symbols;
  private final Clock clock;

  /**
   * The symbols of the venue.
   *
   * @param stored those whose candles are stored
   * @param mayExist false only if the exchange does not list the symbol
   */
  record Symbols(String venue, Set<String> stored, Predicate<String> mayExist) {
    Symbols {
      stored = Set.copyOf(stored);
    }
  }

  CandleFinder(
      CandleRepository repository,
      LiveCandles live,
      MarketTime time,
      ExchangeCandles exchange,
      Symbols symbols,
      Clock clock) {
    this.repository = repository;
    this.live = live;
    this.time = time;
    this.exchange = exchange;
    this.symbols = symbols;
    this.clock = clock;
  }

  Future<Found> find(FindCandles request) {
    var unknown =
        request.symbols().stream().filter(Predicate.not(symbols.mayExist())).toList();
    if (!unknown.isEmpty()) {
      return Future.failedFuture(unknown(unknown));
    }
    var assemblies = assemblies(request);
    return load(request, assemblies.values()).compose(loaded -> {
      var series = request.symbols().stream()
          .map(symbol -> assemblies.containsKey(symbol)
              ? assemble(request, symbol, assemblies.get(symbol))
              : read(request, symbol))
          .toList();
      return Future.all(series)
          .map(found -> new Found(series.stream().map(Future::result).toList()));
    });
  }

  /** Returns an assembly for each symbol whose candles are stored; none if the time at the exchange is unknown. */
  private Map<String, CandleAssembly> assemblies(FindCandles request) {
    var assemblies = new LinkedHashMap<String, CandleAssembly>();
    var now = time.minute();
    if (now.isPresent() && BaseSeries.baseOf(request.interval()).isPresent()) {
      for (var symbol : request.symbols()) {
        if (symbols.stored().contains(symbol)) {
          assemblies.put(symbol, new CandleAssembly(symbol, request.interval(), now.get(), live));
        }
      }
    }
    return assemblies;
  }

  /** Adds the stored candles; none while PostgreSQL is unavailable. */
  private Future<Void> load(FindCandles request, Iterable<CandleAssembly> assemblies) {
    var ranges = new ArrayList<CandleRepository.Range>();
    var bySymbol = new HashMap<String, CandleAssembly>();
    for (var assembly : assemblies) {
      bySymbol.put(assembly.symbol(), assembly);
      ranges.addAll(assembly.ranges(assembly.span(request)));
    }
    return ranges.isEmpty()
        ? Future.succeededFuture()
        : repository
            .find(ranges)
            .timeout(STORE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
            .onSuccess(
                found -> found.forEach(candle -> bySymbol.get(candle.symbol()).add(candle)))
            .otherwiseEmpty()
            .mapEmpty();
  }

  private Future<Series> assemble(FindCandles request, String symbol, CandleAssembly assembly) {
    var span = assembly.span(request);
    var candles = new LinkedHashMap<Instant, Candle>();
    var complete = true;
    for (var openTime = span.first();
        openTime.isBefore(span.until());
        openTime = span.interval().next(openTime)) {
      var candle = assembly.candle(openTime);
      candles.put(openTime, candle);
      complete &= candle != null || assembly.beginsNow(openTime);
    }
    if (complete) {
      var parts = request.to() == null ? assembly.live() : null;
      return Future.succeededFuture(series(request, symbol, known(candles), span.next(), parts));
    }
    var until = span.until().minusMillis(1);
    return read(request, new Read(symbol, span.interval(), span.first(), until, request.limit()))
        .map(klines -> fill(candles, klines, assembly))
        .recover(failure -> withoutExchange(candles, assembly, failure))
        .map(filled -> series(request, symbol, filled, span.next(), null));
  }

  /** Adds the candles of the exchange; those between two of them that it does not have are absent. */
  private static List<Candle> fill(
      Map<Instant, Candle> candles, List<Kline> klines, CandleAssembly assembly) {
    var newest = klines.isEmpty() ? Instant.MIN : klines.get(klines.size() - 1).openTime();
    for (var kline : klines) {
      // Also replaces null, but adds no candle that was not requested.
      if (candles.containsKey(kline.openTime())) {
        candles.putIfAbsent(kline.openTime(), candle(kline));
      }
    }
    candles.replaceAll((openTime, candle) -> candle == null && openTime.isBefore(newest)
        ? Candle.unknown(openTime, State.ABSENT)
        : candle);
    return withPending(candles, assembly);
  }

  /** Fails only if no candle is known. */
  private Future<List<Candle>> withoutExchange(
      Map<Instant, Candle> candles, CandleAssembly assembly, Throwable failure) {
    return candles.values().stream().noneMatch(Objects::nonNull)
        ? Future.failedFuture(failure(assembly.symbol(), failure))
        : Future.succeededFuture(withPending(candles, assembly));
  }

  private static List<Candle> withPending(Map<Instant, Candle> candles, CandleAssembly assembly) {
    candles.replaceAll((openTime, candle) -> candle == null && assembly.hasEnded(openTime)
        ? Candle.unknown(openTime, State.PENDING)
        : candle);
    return known(candles);
  }

  /** Returns the candles from the first one with figures on, without one that does not exist yet. */
  private static List<Candle> known(Map<Instant, Candle> candles) {
    return candles.values().stream()
        .filter(Objects::nonNull)
        .dropWhile(Predicate.not(Candle::isKnown))
        .toList();
  }

  private Future<List<Kline>> read(FindCandles request, Read read) {
    return request.held() ? Future.failedFuture(new NotRequestedException()) : exchange.read(read);
  }

  private Future<Series> read(FindCandles request, String symbol) {
    var to = request.to() == null ? null : request.to().minusMillis(1);
    return read(request, new Read(symbol, request.interval(), request.from(), to, request.limit()))
        .map(klines -> {
          var more = request.from() != null && klines.size() == request.limit();
          var next =
              more ? request.interval().next(klines.get(klines.size() - 1).openTime()) : null;
          return series(request, symbol, withAbsent(request, klines), next, live(request, klines));
        })
        .recover(failure -> Future.failedFuture(failure(symbol, failure)));
  }

  /** Returns the current minute; null for longer intervals, because the exchange sends no parts of a candle. */
  private static Candles.Live live(FindCandles request, List<Kline> klines) {
    if (request.interval() != Interval.ONE_MINUTE || request.to() != null || klines.isEmpty()) {
      return null;
    }
    var newest = klines.get(klines.size() - 1);
    return new Candles.Live(null, newest.openTime(), candle(newest));
  }

  /** Adds the intervals for which the exchange has no candle, at most the limit in all. */
  private static List<Candle> withAbsent(FindCandles request, List<Kline> klines) {
    var candles = new ArrayList<Candle>();
    for (var kline : klines) {
      if (!candles.isEmpty()) {
        var missing = request.interval().next(candles.get(candles.size() - 1).openTime());
        while (missing.isBefore(kline.openTime()) && candles.size() < MarketData.MAX_KLINES * 2) {
          candles.add(Candle.unknown(missing, State.ABSENT));
          missing = request.interval().next(missing);
        }
      }
      candles.add(candle(kline));
    }
    var excess = Math.max(0, candles.size() - request.limit());
    return request.from() == null
        ? candles.subList(excess, candles.size())
        : candles.subList(0, candles.size() - excess);
  }

  private Series series(
      FindCandles request, String symbol, List<Candle> candles, Instant next, Candles.Live parts) {
    return new Series(symbol, symbols.venue(), request.interval(), candles, next, parts);
  }

  private static Candle candle(Kline kline) {
    return StoredCandle.candle(kline, kline.closed() ? State.FINAL : State.FORMING);
  }

  private Failure failure(String symbol, Throwable cause) {
    if (cause instanceof ExchangeException.UnknownSymbolException) {
      return unknown(List.of(symbol));
    }
    var detail = "The candles of " + symbol + " are not stored"
        + (cause instanceof NotRequestedException ? "." : ", and the exchange is unavailable.");
    return new Failure.Unavailable(
        "candles-not-available",
        detail,
        ExchangeException.retryAfter(cause, clock.instant()),
        List.of(new Failure.Error("query/symbols", "candles-not-available", detail)));
  }

  /** The caller may not cause a request to the exchange. */
  private static final class NotRequestedException extends RuntimeException {
    NotRequestedException() {
      super("candles of the exchange are not requested", null, false, false);
    }
  }

  private static Failure unknown(List<String> symbols) {
    var errors = symbols.stream()
        .map(symbol -> new Failure.Error(
            "query/symbols",
            "symbol-unknown",
            "The exchange does not list the symbol " + symbol + "."))
        .toList();
    return new Failure.NotFound("symbol-unknown", errors.get(0).detail(), errors);
  }
}

package dev.verticker.price.candle;

import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An exchange with minutes that a test sets. It rolls them up on its own, with one candle merged into the next. */
final class FakeExchange implements MarketData {
  static final String SYMBOL = "BTCUSDT";

  private final Map<String, NavigableMap<Instant, Kline>> minutes = new ConcurrentHashMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  volatile ExchangeException failure;

  /** Runs after the candles of a response are chosen and before it arrives. */
  volatile Runnable responding = () -> {};

  /** Adds random minutes from {@code first} up to, without, {@code until}. */
  FakeExchange with(String symbol, Instant first, Instant until) {
    var random = new Random(first.getEpochSecond());
    for (var time = first; time.isBefore(until); time = time.plusSeconds(60)) {
      put(kline(symbol, time, random.nextInt(1_000_000)));
    }
    return this;
  }

  void put(Kline kline) {
    minutes.computeIfAbsent(kline.symbol(), symbol -> new TreeMap<>()).put(kline.openTime(), kline);
  }

  void remove(String symbol, Instant openTime) {
    minutes.get(symbol).remove(openTime);
  }

  Kline minute(String symbol, Instant openTime) {
    return minutes.get(symbol).get(openTime);
  }

  /** A closed minute whose figures depend on {@code seed}. */
  static Kline kline(String symbol, Instant openTime, int seed) {
    var random = new Random(seed * 31L + openTime.getEpochSecond());
    var open = decimal(random);
    var close = decimal(random);
    return new Kline(
        symbol,
        Interval.ONE_MINUTE,
        openTime,
        open,
        open.max(close).add(decimal(random)),
        open.min(close).subtract(new BigDecimal("0.00000001")),
        close,
        decimal(random),
        decimal(random),
        random.nextInt(1000),
        decimal(random),
        decimal(random),
        true,
        openTime.plusSeconds(60));
  }

  static Kline forming(Kline kline, long trades) {
    return new Kline(
        kline.symbol(),
        kline.interval(),
        kline.openTime(),
        kline.open(),
        kline.high(),
        kline.low(),
        kline.close(),
        kline.volume(),
        kline.quoteVolume(),
        trades,
        kline.takerVolume(),
        kline.takerQuoteVolume(),
        false,
        kline.openTime().plusSeconds(30));
  }

  @Override
  public Future<List<Kline>> klines(
      String symbol, Interval interval, Instant from, Instant to, int limit, Priority priority) {
    requests.add(symbol + " " + interval.wireName() + " " + priority.use());
    if (failure != null) {
      return Future.failedFuture(failure);
    }
    var own = minutes.get(symbol);
    if (own == null) {
      return Future.failedFuture(new ExchangeException.UnknownSymbolException());
    }
    var found = rollUp(own, interval).values().stream()
        .filter(kline -> from == null || !kline.openTime().isBefore(from))
        .filter(kline -> to == null || !kline.openTime().isAfter(to))
        .toList();
    var page = from == null
        ? found.subList(Math.max(0, found.size() - limit), found.size())
        : found.subList(0, Math.min(limit, found.size()));
    var klines = new ArrayList<Kline>();
    for (var i = 0; i < page.size(); i++) {
      var kline = page.get(i);
      klines.add(i < page.size() - 1 ? kline : forming(kline, kline.trades()));
    }
    responding.run();
    return Future.succeededFuture(klines);
  }

  @Override
  public Future<List<Ticker>> tickers(List<String> symbols, Priority priority) {
    return Future.failedFuture(new UnsupportedOperationException());
  }

  @Override
  public Future<ExchangeInfo> exchangeInfo() {
    return Future.failedFuture(new UnsupportedOperationException());
  }

  /** Returns all candles of the interval, each complete as far as the minutes go. */
  NavigableMap<Instant, Kline> rollUp(String symbol, Interval interval) {
    return rollUp(minutes.get(symbol), interval);
  }

  private static NavigableMap<Instant, Kline> rollUp(
      NavigableMap<Instant, Kline> minutes, Interval interval) {
    if (interval == Interval.ONE_MINUTE) {
      return minutes;
    }
    var candles = new TreeMap<Instant, Kline>();
    for (var minute : minutes.values()) {
      var openTime = interval.openTime(minute.openTime());
      candles.merge(openTime, at(minute, interval, openTime), FakeExchange::merge);
    }
    return candles;
  }

  private static Kline at(Kline minute, Interval interval, Instant openTime) {
    return new Kline(
        minute.symbol(),
        interval,
        openTime,
        minute.open(),
        minute.high(),
        minute.low(),
        minute.close(),
        minute.volume(),
        minute.quoteVolume(),
        minute.trades(),
        minute.takerVolume(),
        minute.takerQuoteVolume(),
        true,
        minute.eventTime());
  }

  private static Kline merge(Kline one, Kline next) {
    return new Kline(
        one.symbol(),
        one.interval(),
        one.openTime(),
        one.open(),
        one.high().max(next.high()),
        one.low().min(next.low()),
        next.close(),
        one.volume().add(next.volume()),
        one.quoteVolume().add(next.quoteVolume()),
        one.trades() + next.trades(),
        one.takerVolume().add(next.takerVolume()),
        one.takerQuoteVolume().add(next.takerQuoteVolume()),
        true,
        next.eventTime());
  }

  private static BigDecimal decimal(Random random) {
    return BigDecimal.valueOf(1_000_000_000L + random.nextInt(1_000_000_000), 8);
  }

  static Instant after(Instant time, int minutes) {
    return time.plus(Duration.ofMinutes(minutes));
  }
}

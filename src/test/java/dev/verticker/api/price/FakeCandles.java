package dev.verticker.api.price;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Found;
import dev.verticker.message.Candles.Live;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Candles.SymbolCandle;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A price verticle for front door tests that serves and publishes the candles that a test sets. */
public final class FakeCandles {
  private final Bus bus;
  private final Map<String, Series> series = new ConcurrentHashMap<>();
  public final List<FindCandles> requests = new CopyOnWriteArrayList<>();
  public volatile Failure failure;

  public FakeCandles(Bus bus) {
    this.bus = bus;
  }

  public Future<?> serve() {
    return bus.serve(Candles.FIND, this::find);
  }

  public void holds(String symbol, Interval interval, Live live, Instant next, Candle... candles) {
    series.put(
        symbol + " " + interval,
        new Series(symbol, "simulated", interval, List.of(candles), next, live));
  }

  public void publish(long epoch, String symbol, Candle... minutes) {
    var candles = List.of(minutes).stream()
        .map(minute -> new SymbolCandle(symbol, Interval.ONE_MINUTE, minute))
        .toList();
    bus.publish(Candles.UPDATES, new Candles.Update("simulated", epoch, candles));
  }

  /** A candle with this close and volume; its open is 10. */
  public static Candle candle(Instant openTime, String close, String volume, State state) {
    var price = new BigDecimal(close);
    var open = new BigDecimal("10.00");
    return new Candle(
        openTime,
        open,
        open.max(price),
        open.min(price),
        price,
        new BigDecimal(volume),
        price.multiply(new BigDecimal(volume)),
        3,
        new BigDecimal(volume),
        price.multiply(new BigDecimal(volume)),
        state);
  }

  private Future<Found> find(FindCandles request) {
    requests.add(request);
    if (failure != null) {
      return Future.failedFuture(failure);
    }
    var unknown = request.symbols().stream()
        .filter(symbol -> !series.containsKey(symbol + " " + request.interval()))
        .map(
            symbol -> new Failure.Error("query/symbols", "symbol-unknown", symbol + " is unknown."))
        .toList();
    return unknown.isEmpty()
        ? Future.succeededFuture(new Found(request.symbols().stream()
            .map(symbol -> series.get(symbol + " " + request.interval()))
            .toList()))
        : Future.failedFuture(
            new Failure.NotFound("symbol-unknown", "A symbol is unknown.", unknown));
  }
}

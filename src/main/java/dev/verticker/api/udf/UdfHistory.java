package dev.verticker.api.udf;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Bars of a configured symbol, from stored candles and the live ones. */
public final class UdfHistory {
  /** A chart that needs more bars requests the earlier ones afterwards. */
  private static final int MAX_BARS = 1000;

  /** Seconds; RFC 3339 times have years of four digits. */
  private static final long MAX_TIME = 253_402_300_799L;

  private final Bus bus;
  private final UdfSymbols symbols;
  private final Clock clock;

  public UdfHistory(Bus bus, UdfSymbols symbols, Clock clock) {
    this.bus = bus;
    this.symbols = symbols;
    this.clock = clock;
  }

  /**
   * Returns the last {@code countback} bars before {@code to}; without {@code countback} those from {@code from} on. If there
   * are none, the response has the time of the bar before {@code from}.
   */
  Future<Buffer> find(UdfQuery query) {
    var symbol = symbols.require(query.required("symbol"));
    var interval = UdfResolution.interval(query.required("resolution"))
        .orElseThrow(() -> UdfQuery.invalid("resolution is not supported"));
    var to = query
        .number("to", 0, MAX_TIME)
        .map(Instant::ofEpochSecond)
        .orElseThrow(() -> UdfQuery.invalid("to is required"));
    var countback = query.number("countback", 1, Integer.MAX_VALUE);
    if (countback.isPresent()) {
      return candles(symbol, interval, to, (int) Math.min(countback.get(), MAX_BARS))
          .map(candles -> candles.isEmpty() ? noData(candles) : bars(candles));
    }
    var from = query
        .number("from", 0, MAX_TIME)
        .map(Instant::ofEpochSecond)
        .orElseThrow(() -> UdfQuery.invalid("from or countback is required"));
    if (!from.isBefore(to)) {
      throw UdfQuery.invalid("from must be before to");
    }
    return candles(symbol, interval, to, count(interval, from, to)).compose(found -> {
      var candles =
          found.stream().filter(candle -> !candle.openTime().isBefore(from)).toList();
      return candles.isEmpty()
          ? candles(symbol, interval, from, 1).map(UdfHistory::noData)
          : Future.succeededFuture(bars(candles));
    });
  }

  /** Returns the number of intervals that can open in the range. */
  private static int count(Interval interval, Instant from, Instant to) {
    var length = Duration.between(Instant.EPOCH, interval.next(Instant.EPOCH));
    var count = Duration.between(from, to).dividedBy(length) + 2;
    return (int) Math.min(MAX_BARS, count);
  }

  /** The newest candles with figures that open before {@code to}, oldest first. */
  private Future<List<Candle>> candles(String symbol, Interval interval, Instant to, int limit) {
    var until = to.isAfter(clock.instant()) ? null : to;
    var find = new FindCandles(List.of(symbol), interval, null, until, limit, true);
    return bus.request(Candles.FIND, find)
        .map(found ->
            found.series().get(0).candles().stream().filter(Candle::isKnown).toList())
        .recover(failure -> failure instanceof Failure.NotFound
            ? Future.failedFuture(new Failure.NotFound("symbol-unknown", "unknown_symbol"))
            : Future.failedFuture(failure));
  }

  /** @param earlier the candle before the range; empty if there is none */
  private static Buffer noData(List<Candle> earlier) {
    var json = new JsonObject().put("s", "no_data");
    if (!earlier.isEmpty()) {
      json.put("nextTime", earlier.get(earlier.size() - 1).openTime().getEpochSecond());
    }
    return json.toBuffer();
  }

  /** Numbers instead of texts, each with all its digits. */
  private static Buffer bars(List<Candle> candles) {
    var times = candles.stream()
        .map(candle -> Long.toString(candle.openTime().getEpochSecond()))
        .collect(Collectors.joining(","));
    return Buffer.buffer("{\"s\":\"ok\",\"t\":[" + times
        + "],\"o\":" + column(candles, Candle::open)
        + ",\"h\":" + column(candles, Candle::high)
        + ",\"l\":" + column(candles, Candle::low)
        + ",\"c\":" + column(candles, Candle::close)
        + ",\"v\":" + column(candles, Candle::volume) + "}");
  }

  private static String column(List<Candle> candles, Function<Candle, BigDecimal> value) {
    return candles.stream()
        .map(candle -> value.apply(candle).toPlainString())
        .collect(Collectors.joining(",", "[", "]"));
  }
}

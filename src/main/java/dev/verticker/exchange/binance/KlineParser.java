package dev.verticker.exchange.binance;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.JsonFields;
import dev.verticker.exchange.Kline;
import dev.verticker.message.Interval;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses candles of {@code klines}: arrays of open time, open, high, low, close, volume, close time, quote volume, trades,
 * taker volume and taker quote volume. It is strict: prices are positive decimal strings within low and high, volumes are not
 * negative, open times ascend. A response that breaks a rule is counted in {@code price_rejected_total} and fails.
 */
public final class KlineParser {
  private static final int MIN_FIELDS = 11;
  private static final int OPEN_TIME = 0;
  private static final int OPEN = 1;
  private static final int HIGH = 2;
  private static final int LOW = 3;
  private static final int CLOSE = 4;
  private static final int VOLUME = 5;
  private static final int QUOTE_VOLUME = 7;
  private static final int TRADES = 8;
  private static final int TAKER_VOLUME = 9;
  private static final int TAKER_QUOTE_VOLUME = 10;

  /** Exclusive: 10000-01-01T00:00Z in milliseconds; RFC 3339 times have years of four digits. */
  private static final long MAX_TIME = 253_402_300_800_000L;

  private static final JsonMapper MAPPER = JsonMapper.builder()
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  private final MeterRegistry metrics;

  public KlineParser(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  /** Throws {@link ExchangeException.ExchangeUnavailableException} if the body breaks a rule. */
  List<Kline> parse(Buffer body, String symbol, Interval interval, Instant receivedAt) {
    try {
      var rows = MAPPER.readTree(body.getBytes());
      check(rows != null && rows.isArray());
      var klines = new ArrayList<Kline>(rows.size());
      var before = Instant.MIN;
      for (var i = 0; i < rows.size(); i++) {
        var kline = kline(rows.get(i), symbol, interval, i < rows.size() - 1, receivedAt);
        check(kline.openTime().isAfter(before));
        before = kline.openTime();
        klines.add(kline);
      }
      return klines;
    } catch (IOException | IllegalArgumentException e) {
      metrics.counter("price_rejected_total", "reason", "malformed-kline").increment();
      throw new ExchangeException.ExchangeUnavailableException(
          "the exchange sent a malformed klines response for " + symbol);
    }
  }

  private static Kline kline(
      JsonNode row, String symbol, Interval interval, boolean closed, Instant receivedAt) {
    check(row.isArray() && row.size() >= MIN_FIELDS);
    var open = positive(row.get(OPEN));
    var high = positive(row.get(HIGH));
    var low = positive(row.get(LOW));
    var close = positive(row.get(CLOSE));
    check(high.compareTo(open.max(close)) >= 0 && low.compareTo(open.min(close)) <= 0);
    return new Kline(
        symbol,
        interval,
        openTime(row.get(OPEN_TIME), interval),
        open,
        high,
        low,
        close,
        decimal(row.get(VOLUME)),
        decimal(row.get(QUOTE_VOLUME)),
        count(row.get(TRADES)),
        decimal(row.get(TAKER_VOLUME)),
        decimal(row.get(TAKER_QUOTE_VOLUME)),
        closed,
        receivedAt);
  }

  /** Candles of three days start at a day that depends on the symbol. */
  private static Instant openTime(JsonNode node, Interval interval) {
    var millis = count(node);
    check(millis < MAX_TIME);
    var time = Instant.ofEpochMilli(millis);
    var aligned = interval == Interval.THREE_DAYS ? Interval.ONE_DAY : interval;
    check(aligned.openTime(time).equals(time));
    return time;
  }

  private static long count(JsonNode node) {
    var number = JsonFields.number(node);
    check(number >= 0);
    return number;
  }

  private static BigDecimal positive(JsonNode node) {
    var decimal = decimal(node);
    check(decimal.signum() > 0);
    return decimal;
  }

  private static BigDecimal decimal(JsonNode node) {
    var decimal = JsonFields.decimal(node);
    check(decimal != null && decimal.signum() >= 0);
    return decimal;
  }

  private static void check(boolean valid) {
    if (!valid) {
      throw new IllegalArgumentException("malformed kline");
    }
  }
}

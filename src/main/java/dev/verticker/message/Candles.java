package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** Requests and events about candles, served and published by the price verticle. */
public final class Candles {
  /** Candles of one to twenty symbols. Fails with {@code symbol-unknown} (404) or {@code candles-not-available} (503). */
  public static final Address<FindCandles, Found> FIND =
      new Address<>("candles.find", FindCandles.class, Found.class).asRepeatable();

  /** New and changed candles of one minute, at most one message in 50 ms. */
  public static final Topic<Update> UPDATES = new Topic<>("candles.updates", Update.class);

  private Candles() {}

  /** How certain a candle is. */
  public enum State {
    /** Its interval has not ended. */
    FORMING,
    /** The exchange closed it. */
    FINAL,
    /** The exchange corrected it after it was closed: two reads at least ten seconds apart gave the same other figures. */
    AMENDED,
    /** Its interval has ended, but the exchange has not confirmed it, or a part of it is pending. */
    PENDING,
    /** The exchange has no candle for the interval. Prices and volumes are null. */
    ABSENT,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /**
   * One candle. Prices and volumes are exact; they are null if the candle is absent.
   *
   * @param volume in units of the base asset
   * @param quoteVolume in units of the quote asset
   */
  public record Candle(
      Instant openTime,
      BigDecimal open,
      BigDecimal high,
      BigDecimal low,
      BigDecimal close,
      BigDecimal volume,
      BigDecimal quoteVolume,
      long trades,
      State state) {}

  /**
   * @param symbols 1 to 20
   * @param from inclusive, null = the newest {@code limit} candles before {@code to}
   * @param to exclusive, null = now
   * @param limit of each symbol, 1 to 1000
   */
  public record FindCandles(
      List<String> symbols, Interval interval, Instant from, Instant to, int limit) {
    public FindCandles {
      symbols = List.copyOf(symbols);
    }
  }

  /** @param series one for each requested symbol, in its order */
  public record Found(List<Series> series) {
    public Found {
      series = List.copyOf(series);
    }
  }

  /**
   * @param candles oldest first
   * @param next {@code from} of the next page; null on the last page
   */
  public record Series(
      String symbol, String venue, Interval interval, List<Candle> candles, Instant next) {
    public Series {
      candles = List.copyOf(candles);
    }
  }

  /**
   * Candles of one minute of any number of symbols; front doors roll up the other intervals.
   *
   * @param epoch as in {@link Feed.Status}
   */
  public record Update(String venue, long epoch, List<SymbolCandle> candles) {
    public Update {
      candles = List.copyOf(candles);
    }
  }

  /** One candle of a symbol. */
  public record SymbolCandle(String symbol, Interval interval, Candle candle) {}
}

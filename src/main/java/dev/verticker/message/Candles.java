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

  /** The state of a candle. */
  public enum State {
    /** Its interval has not ended. */
    FORMING,
    /** The exchange closed it. */
    FINAL,
    /** The exchange corrected it after it was closed: two reads at least ten seconds apart gave the same other figures. */
    AMENDED,
    /**
     * Its interval has ended, but its last values have not arrived, or a part of it is pending. Prices and volumes are null if
     * nothing has arrived.
     */
    PENDING,
    /** The exchange has no candle for the interval. Prices and volumes are null. */
    ABSENT,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /**
   * One candle. Prices and volumes are exact; they are null if the candle is absent, or while no part of it is known.
   *
   * @param volume in units of the base asset
   * @param quoteVolume in units of the quote asset
   * @param takerVolume the part of {@code volume} that takers bought; takerQuoteVolume is that of {@code quoteVolume}
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
      BigDecimal takerVolume,
      BigDecimal takerQuoteVolume,
      State state) {
    /** Returns a candle without figures. */
    public static Candle unknown(Instant openTime, State state) {
      return new Candle(openTime, null, null, null, null, null, null, 0, null, null, state);
    }

    /** Returns whether it has prices and volumes. */
    public boolean isKnown() {
      return open != null;
    }

    /** Returns this candle in another state. */
    public Candle in(State other) {
      return new Candle(
          openTime,
          open,
          high,
          low,
          close,
          volume,
          quoteVolume,
          trades,
          takerVolume,
          takerQuoteVolume,
          other);
    }

    /** Returns whether prices, volumes and trades are the same; decimals may have other trailing zeros. */
    public boolean hasSameValues(Candle other) {
      return trades == other.trades
          && equal(open, other.open)
          && equal(high, other.high)
          && equal(low, other.low)
          && equal(close, other.close)
          && equal(volume, other.volume)
          && equal(quoteVolume, other.quoteVolume)
          && equal(takerVolume, other.takerVolume)
          && equal(takerQuoteVolume, other.takerQuoteVolume);
    }

    private static boolean equal(BigDecimal one, BigDecimal other) {
      return one == null ? other == null : other != null && one.compareTo(other) == 0;
    }
  }

  /**
   * @param symbols 1 to 20
   * @param from inclusive, null = the newest {@code limit} candles before {@code to}
   * @param to exclusive, null = now
   * @param limit of each symbol, 1 to 1000
   * @param held whether candles that must be requested from the exchange are left out
   */
  public record FindCandles(
      List<String> symbols, Interval interval, Instant from, Instant to, int limit, boolean held) {
    public FindCandles {
      symbols = List.copyOf(symbols);
    }

    public FindCandles(
        List<String> symbols, Interval interval, Instant from, Instant to, int limit) {
      this(symbols, interval, from, to, limit, false);
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
   * @param live the parts of the newest candle if it is forming and its minutes are known, else null
   */
  public record Series(
      String symbol,
      String venue,
      Interval interval,
      List<Candle> candles,
      Instant next,
      Live live) {
    public Series {
      candles = List.copyOf(candles);
    }
  }

  /**
   * The parts of a candle that is forming, with which a reader continues it from {@link #UPDATES}.
   *
   * @param ended the minutes before {@code minute}, rolled up, with the state that results from theirs; null if there are none
   * @param minute open time of the first minute that {@code ended} does not cover
   * @param forming the candle of that minute; null if it has none yet
   */
  public record Live(Candle ended, Instant minute, Candle forming) {}

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

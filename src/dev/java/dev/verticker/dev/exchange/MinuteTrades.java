package dev.verticker.dev.exchange;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The trades of one minute, derived from its figures: the first trade is at the open price in the first millisecond, the
 * path visits both extremes in random order and reaches the close price within 45 seconds, where it stays, so a client
 * that polls every ten seconds receives the close price before the minute ends. The quantities add up to the volume exactly.
 * Not thread-safe.
 */
final class MinuteTrades {
  private static final int CLOSE_REACHED = 45_000;
  private static final int MAX_WEIGHT = 16;
  /** Noise around the line between two turning points, as a part of the range of the minute. */
  private static final int NOISE = 5;

  private final Bar bar;
  private final Units units;
  private final SplittableRandom random;
  private final long[] prices;
  private final long[] quantities;
  private final boolean[] buyerIsMaker;
  /** The trades up to the one that reaches the close. */
  private int moving;
  /** Created when they are needed: the sums of many minutes need no times. */
  private int[] times;

  /** Prices and volumes of the first trades of a minute. */
  record Sum(
      long high,
      long low,
      long close,
      long volume,
      long quoteUnits,
      long takerVolume,
      long takerQuoteUnits) {
    /** A minute without trades keeps the last price. */
    static Sum without(long price) {
      return new Sum(price, price, price, 0, 0, 0, 0);
    }
  }

  MinuteTrades(Bar bar, Units units, SplittableRandom random) {
    this.bar = bar;
    this.units = units;
    this.random = random;
    this.prices = new long[bar.trades()];
    this.quantities = new long[bar.trades()];
    this.buyerIsMaker = new boolean[bar.trades()];
    if (bar.trades() > 0) {
      var turns = turningPoints();
      // A sixth of the trades follows the close.
      this.moving = Math.max(turns.length, bar.trades() - bar.trades() / 6);
      setPrices(turns);
      setQuantities();
      setSides();
    }
  }

  int size() {
    return prices.length;
  }

  /** Number of trades up to and including the millisecond of the minute. */
  int until(long millisecond) {
    var trades = 0;
    while (trades < prices.length && time(trades) <= millisecond) {
      trades++;
    }
    return trades;
  }

  long price(int index) {
    return prices[index];
  }

  long quantity(int index) {
    return quantities[index];
  }

  /** Milliseconds after the beginning of the minute. */
  int time(int index) {
    if (times == null) {
      times = new int[prices.length];
      setTimes(0, moving, 0, CLOSE_REACHED);
      setTimes(moving, prices.length, CLOSE_REACHED, (int) Timeline.MINUTE);
    }
    return times[index];
  }

  boolean buyerIsMaker(int index) {
    return buyerIsMaker[index];
  }

  Sum sum(int trades) {
    var high = prices[0];
    var low = prices[0];
    var volume = 0L;
    var quote = 0L;
    var takerVolume = 0L;
    var takerQuote = 0L;
    for (int index = 0; index < trades; index++) {
      var amount = units.quoteUnits(prices[index], quantities[index]);
      high = Math.max(high, prices[index]);
      low = Math.min(low, prices[index]);
      volume += quantities[index];
      quote += amount;
      if (!buyerIsMaker[index]) {
        takerVolume += quantities[index];
        takerQuote += amount;
      }
    }
    return new Sum(high, low, prices[trades - 1], volume, quote, takerVolume, takerQuote);
  }

  /** Open, the extremes that are neither open nor close, and close. */
  private long[] turningPoints() {
    var lowFirst = random.nextBoolean();
    var turns = new long[4];
    var count = 0;
    turns[count++] = bar.open();
    for (var extreme :
        new long[] {lowFirst ? bar.low() : bar.high(), lowFirst ? bar.high() : bar.low()}) {
      if (extreme != bar.open() && extreme != bar.close()) {
        turns[count++] = extreme;
      }
    }
    if (turns[count - 1] != bar.close()) {
      turns[count++] = bar.close();
    }
    return Arrays.copyOf(turns, count);
  }

  /** Ascending times in {@code [from, to)}; the first trade of the minute is at 0. */
  private void setTimes(int first, int end, int from, int to) {
    var weights = 0L;
    for (int index = first; index < end; index++) {
      times[index] = (int) weights;
      weights += random.nextInt(1, MAX_WEIGHT + 1);
    }
    for (int index = first; index < end; index++) {
      times[index] = from + (int) ((to - from) * (long) times[index] / weights);
    }
  }

  private void setPrices(long[] turns) {
    var from = 0;
    prices[0] = turns[0];
    for (int turn = 1; turn < turns.length; turn++) {
      var later = turns.length - 1 - turn;
      var to = later == 0 ? moving - 1 : random.nextInt(from + 1, moving - later);
      connect(from, to, turns[turn - 1], turns[turn]);
      from = to;
    }
    for (int index = from + 1; index < prices.length; index++) {
      prices[index] = bar.close();
    }
  }

  private void connect(int from, int to, long start, long end) {
    var steps = to - from;
    for (int step = 1; step < steps; step++) {
      // Largest in the middle, none at the turning points.
      var noise =
          (bar.high() - bar.low()) * 4 * step * (steps - step) / ((long) NOISE * steps * steps);
      var price = start + (end - start) * step / steps + random.nextLong(-noise, noise + 1);
      prices[from + step] = Math.max(bar.low(), Math.min(bar.high(), price));
    }
    prices[to] = end;
  }

  private void setQuantities() {
    var weights = 0L;
    for (int index = 0; index < quantities.length; index++) {
      weights += random.nextInt(1, MAX_WEIGHT + 1);
      quantities[index] = weights;
    }
    var spare = bar.volume() - quantities.length;
    var given = 0L;
    for (int index = 0; index < quantities.length; index++) {
      var share = Math.multiplyExact(spare, quantities[index]) / weights;
      quantities[index] = 1 + share - given;
      given = share;
    }
  }

  /** The taker bought if the price rose, sold if it fell. */
  private void setSides() {
    for (int index = 0; index < prices.length; index++) {
      var change = index == 0 ? 0 : Long.compare(prices[index], prices[index - 1]);
      buyerIsMaker[index] = change == 0 ? random.nextBoolean() : change < 0;
    }
  }
}

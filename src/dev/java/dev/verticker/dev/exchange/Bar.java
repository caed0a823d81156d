package dev.verticker.dev.exchange;

/**
 * The figures of a minute from which its trades are derived: prices in ticks, volume in steps.
 *
 * @param trades number of trades; 0 only without volume, when the four prices are equal
 */
record Bar(long open, long high, long low, long close, long volume, int trades) {
  /** A minute without trades. */
  static final Bar NONE = new Bar(1, 1, 1, 1, 0, 0);

  private static final int MAX_TRADES = 600;

  Bar {
    if (low <= 0 || low > Math.min(open, close) || high < Math.max(open, close)) {
      throw new IllegalArgumentException("prices must be positive and lie between low and high");
    }
    if (volume < 0 || trades < 0) {
      throw new IllegalArgumentException("volumes and trades must not be negative");
    }
    if (trades < minTrades(open, high, low, close, volume) || trades > volume) {
      throw new IllegalArgumentException("the volume is too small for trades at these prices");
    }
  }

  /**
   * A minute with as many trades as were recorded, within the limits: at least one for each change of direction, at most
   * 600, and at most one for each step of the volume.
   *
   * @param trades 0 = unknown, derived from the volume
   */
  static Bar of(long open, long high, long low, long close, long volume, long trades) {
    var number = trades == 0 ? Math.round(Math.cbrt(volume)) : trades;
    var min = minTrades(open, high, low, close, volume);
    var max = Math.min(MAX_TRADES, volume);
    return new Bar(open, high, low, close, volume, (int) Math.max(min, Math.min(max, number)));
  }

  /** Trades needed to visit open, both extremes and close in this order. */
  private static int minTrades(long open, long high, long low, long close, long volume) {
    if (volume == 0) {
      return low == high ? 0 : 1;
    }
    var extremes = (isBeyond(low, open, close) ? 1 : 0) + (isBeyond(high, open, close) ? 1 : 0);
    return 1 + extremes + (extremes > 0 || close != open ? 1 : 0);
  }

  private static boolean isBeyond(long extreme, long open, long close) {
    return extreme != open && extreme != close;
  }
}

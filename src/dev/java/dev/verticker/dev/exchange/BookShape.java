package dev.verticker.dev.exchange;

/**
 * Where the levels of a symbol's order book lie and how large they are, equal for equal seeds. The price axis is divided
 * into cells; each has one level at a fixed price, whose quantity changes now and then.
 *
 * @param cell width of a cell in ticks
 * @param maxQuantity of a level, in steps
 */
record BookShape(Units units, long cell, long maxQuantity, long seed) {
  private static final int CELLS_BELOW_PRICE = 50_000;
  private static final int LEVELS_PER_MINUTE = 20;
  private static final long MIN_QUANTITY = 5_000;
  /** Levels as near to the best bid or ask change often. */
  private static final int NEAR_CELLS = 20;

  /** In trades; the longest is twice as long. */
  private static final int NEAR_PERIOD = 16;

  private static final int FAR_PERIOD = 4_096;

  static BookShape of(CandleSeries recording, long seed) {
    return new BookShape(
        recording.units(),
        Math.max(1, recording.first().open() / CELLS_BELOW_PRICE),
        Math.max(MIN_QUANTITY, recording.averageVolume() / LEVELS_PER_MINUTE),
        seed);
  }

  /** The price of the level in a cell, in ticks. */
  long price(long number) {
    return number * cell + Math.floorMod(mix(number, 0), cell);
  }

  /**
   * The quantity of the level in a cell while a trade is the newest or the next one, in steps.
   *
   * @param distance from the cell of the best price
   */
  long quantity(long number, long distance, long trade) {
    var own = mix(number, 1);
    var min = distance <= NEAR_CELLS ? NEAR_PERIOD : FAR_PERIOD;
    var period = min + Math.floorMod(own, min);
    return quantity(mix(number, 2 + Math.floorDiv(trade + Math.floorMod(own, period), period)));
  }

  /** A quantity at the best bid or ask, in steps. */
  long bestQuantity(long trade, boolean ask) {
    return quantity(mix(trade, ask ? -1 : -2));
  }

  private long quantity(long random) {
    return 1 + Math.floorMod(random, maxQuantity);
  }

  /** Spreads the bits of two numbers (SplitMix64). */
  private long mix(long number, long purpose) {
    var bits = seed + number * 0x9E3779B97F4A7C15L + purpose * 0xD1B54A32D192ED03L;
    bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
    return bits ^ (bits >>> 31);
  }
}

package dev.verticker.price;

import dev.verticker.data.AdvisoryLock;

/** What only one node at a time may do to prices. */
public final class PriceLocks {
  /** "mark". */
  private static final int SPACE = 0x6d61726b;

  public static final AdvisoryLock IMPORT = new AdvisoryLock(SPACE, 1);
  static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(SPACE, 2);

  private PriceLocks() {}
}

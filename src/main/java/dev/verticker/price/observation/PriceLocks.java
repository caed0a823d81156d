package dev.verticker.price.observation;

import dev.verticker.data.AdvisoryLock;

/** Locks of schema {@code market}, each held by one node at a time. */
public final class PriceLocks {
  /** "mark". */
  private static final int SPACE = 0x6d61726b;

  public static final AdvisoryLock IMPORT = new AdvisoryLock(SPACE, 1);
  public static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(SPACE, 2);

  private PriceLocks() {}
}

package dev.verticker.price.observation;

import dev.verticker.data.AdvisoryLock;

/** Locks of schema {@code market}, each held by one node at a time. */
public final class PriceLocks {
  /** Advisory lock class: ASCII of "mark", so that the schemas do not share lock ids. */
  private static final int LOCK_CLASS = 0x6d61726b;

  public static final AdvisoryLock IMPORT = new AdvisoryLock(LOCK_CLASS, 1);
  public static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(LOCK_CLASS, 2);

  private PriceLocks() {}
}

package dev.verticker.trading.account;

import dev.verticker.data.AdvisoryLock;

/** Locks of schema {@code trading}. */
public final class TradingLocks {
  /** Advisory lock class: ASCII of "trad", so that the schemas do not share lock ids. */
  static final int LOCK_CLASS = 0x74726164;

  /** The key of {@link #PLACEMENT}. */
  static final int PLACEMENT_KEY = 1;

  /** Held exclusively by a halt of all users; placements share it. */
  public static final AdvisoryLock PLACEMENT = new AdvisoryLock(LOCK_CLASS, PLACEMENT_KEY);

  public static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(LOCK_CLASS, 2);
  public static final AdvisoryLock ORDER_TASKS = new AdvisoryLock(LOCK_CLASS, 3);

  private TradingLocks() {}
}

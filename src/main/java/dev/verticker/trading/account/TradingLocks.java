package dev.verticker.trading.account;

import dev.verticker.data.AdvisoryLock;

/** Locks of schema {@code trading}. */
public final class TradingLocks {
  /** Advisory lock class: ASCII of "trad", so that the schemas do not share lock ids. */
  static final int LOCK_CLASS = 0x74726164;

  /** Shared by transactions that place orders; exclusive for a halt of all users. */
  static final int PLACEMENT = 1;

  public static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(LOCK_CLASS, 2);
  public static final AdvisoryLock ORDER_TASKS = new AdvisoryLock(LOCK_CLASS, 3);

  private TradingLocks() {}
}

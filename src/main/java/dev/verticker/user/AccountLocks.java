package dev.verticker.user;

import dev.verticker.data.AdvisoryLock;

/** Locks of schema {@code account}, each held by one node at a time. */
public final class AccountLocks {
  /** Advisory lock class: ASCII of "acco", so that the schemas do not share lock ids. */
  private static final int LOCK_CLASS = 0x6163636f;

  static final AdvisoryLock LAST_ADMINISTRATOR = new AdvisoryLock(LOCK_CLASS, 1);
  static final AdvisoryLock FIRST_START = new AdvisoryLock(LOCK_CLASS, 2);
  public static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(LOCK_CLASS, 3);
  public static final AdvisoryLock IMPORT = new AdvisoryLock(LOCK_CLASS, 4);

  private AccountLocks() {}
}

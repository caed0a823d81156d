package dev.verticker.user;

import dev.verticker.data.AdvisoryLock;

/** Locks of schema {@code account}, each held by one node at a time. */
public final class AccountLocks {
  /** "acco". */
  private static final int SPACE = 0x6163636f;

  static final AdvisoryLock LAST_ADMINISTRATOR = new AdvisoryLock(SPACE, 1);
  static final AdvisoryLock FIRST_START = new AdvisoryLock(SPACE, 2);
  public static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(SPACE, 3);
  public static final AdvisoryLock IMPORT = new AdvisoryLock(SPACE, 4);

  private AccountLocks() {}
}

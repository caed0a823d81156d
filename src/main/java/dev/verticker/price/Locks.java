package dev.verticker.price;

import dev.verticker.data.AdvisoryLock;

/** What only one node at a time may do to prices. */
final class Locks {
  /** "mark". */
  private static final int SPACE = 0x6d61726b;

  static final AdvisoryLock IMPORT = new AdvisoryLock(SPACE, 1);
  static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(SPACE, 2);

  private Locks() {}
}

package dev.verticker.notification;

import dev.verticker.data.AdvisoryLock;

/** Locks of schema {@code notification}, each held by one node at a time. */
final class NotificationLocks {
  /** "noti". */
  private static final int SPACE = 0x6e6f7469;

  static final AdvisoryLock APPEND = new AdvisoryLock(SPACE, 1);
  static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(SPACE, 2);

  private NotificationLocks() {}
}

package dev.verticker.notification;

import dev.verticker.data.AdvisoryLock;

/** Locks of schema {@code notification}, each held by one node at a time. */
final class NotificationLocks {
  /** Advisory lock class: ASCII of "noti", so that the schemas do not share lock ids. */
  private static final int LOCK_CLASS = 0x6e6f7469;

  static final AdvisoryLock APPEND = new AdvisoryLock(LOCK_CLASS, 1);
  static final AdvisoryLock HOUSEKEEPING = new AdvisoryLock(LOCK_CLASS, 2);
  static final AdvisoryLock PARTITIONS = new AdvisoryLock(LOCK_CLASS, 3);

  private NotificationLocks() {}
}

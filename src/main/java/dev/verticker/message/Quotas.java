package dev.verticker.message;

import dev.verticker.bus.Address;

/** Counts requests that other verticles process against the quotas of users; served by the user verticle. */
public final class Quotas {
  /** Counts a read mark of a user. Fails with {@code too-many-read-marks} (429). */
  public static final Address<ReadMark, Void> READ_MARK =
      new Address<>("quotas.read-mark", ReadMark.class, Void.class);

  private Quotas() {}

  public record ReadMark(long userId) {}
}

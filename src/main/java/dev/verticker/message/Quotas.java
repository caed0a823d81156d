package dev.verticker.message;

import dev.verticker.bus.Address;

/** Requests about quotas of requests that other verticles process, served by the user verticle. */
public final class Quotas {
  /** Counts a read mark of a user. Fails with {@code too-many-read-marks} (429). */
  public static final Address<ReadMark, Void> READ_MARK =
      new Address<>("quotas.read-mark", ReadMark.class, Void.class);

  private Quotas() {}

  public record ReadMark(long userId) {}
}

package dev.verticker.testing;

/** A refresh interval that does not end during a test; slots are counted from the epoch, so one could end at any time. */
public final class LongInterval {
  private static final long USUAL = 80_000;
  private static final long OTHER = 77_777;
  private static final long ENOUGH = 600;

  private LongInterval() {}

  public static String seconds() {
    var now = System.currentTimeMillis() / 1000;
    return Long.toString(USUAL - now % USUAL > ENOUGH ? USUAL : OTHER);
  }
}

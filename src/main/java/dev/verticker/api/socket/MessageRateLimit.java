package dev.verticker.api.socket;

/** How much one socket may say. */
final class MessageRateLimit {
  private static final int A_SECOND = 20;

  /** A client that comes back says everything at once. */
  private static final int AT_ONCE = 40;

  private double allowance = AT_ONCE;
  private long last = System.nanoTime();

  /** Counts one message; false when it is one too many. */
  boolean allowsOneMore() {
    var now = System.nanoTime();
    allowance = Math.min(AT_ONCE, allowance + (now - last) / 1e9 * A_SECOND);
    last = now;
    allowance--;
    return allowance >= 0;
  }
}

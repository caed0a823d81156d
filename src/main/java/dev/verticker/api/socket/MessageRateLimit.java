package dev.verticker.api.socket;

/** A token bucket for the messages of one client. */
final class MessageRateLimit {
  private static final int PER_SECOND = 20;

  /** A client that reconnects sends all its commands at once. */
  private static final int MAX_BURST = 40;

  private double tokens = MAX_BURST;
  private long lastRefill = System.nanoTime();

  /** Takes a token; false when there is none. */
  boolean tryAcquire() {
    var now = System.nanoTime();
    tokens = Math.min(MAX_BURST, tokens + (now - lastRefill) / 1e9 * PER_SECOND);
    lastRefill = now;
    tokens--;
    return tokens >= 0;
  }
}

package dev.verticker.api.socket;

/** A token bucket for the messages of one client. */
final class MessageRateLimit {
  private static final int TOKENS_PER_SECOND = 20;

  /** A client that reconnects sends all its subscriptions at once. */
  private static final int MAX_BURST = 40;

  private double tokens = MAX_BURST;
  private long lastRefill = System.nanoTime();

  /** Takes a token. Returns false if the bucket is empty. */
  boolean tryAcquire() {
    var now = System.nanoTime();
    tokens = Math.min(MAX_BURST, tokens + (now - lastRefill) / 1e9 * TOKENS_PER_SECOND);
    lastRefill = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}

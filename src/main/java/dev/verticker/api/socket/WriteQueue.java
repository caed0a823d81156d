package dev.verticker.api.socket;

/** What was written to one socket and not taken by the kernel yet. The framework bounds nothing by itself. */
final class WriteQueue {
  private final SocketLimits limits;
  private final NodeWriteBudget ofAll;
  private long unsent;
  private long lastProgress;

  /** @param ofAll the same for all sockets of the node */
  WriteQueue(SocketLimits limits, NodeWriteBudget ofAll) {
    this.limits = limits;
    this.ofAll = ofAll;
  }

  boolean takes(int bytes) {
    return unsent + bytes <= limits.unsentBytes() && (!isBehind() || !ofAll.isTooMuch());
  }

  void add(int bytes) {
    if (unsent == 0) {
      lastProgress = System.nanoTime();
    }
    unsent += bytes;
    ofAll.add(bytes);
  }

  void remove(int bytes, boolean taken) {
    // After the end everything was forgotten at once.
    var known = Math.min(bytes, unsent);
    unsent -= known;
    ofAll.add(-known);
    if (taken) {
      lastProgress = System.nanoTime();
    }
  }

  /** Bytes. */
  long unsent() {
    return unsent;
  }

  boolean isBehind() {
    return unsent > limits.behindBytes();
  }

  boolean isStuck(long now) {
    return unsent > 0 && now - lastProgress > limits.silence().toNanos();
  }

  void forget() {
    ofAll.add(-unsent);
    unsent = 0;
  }
}

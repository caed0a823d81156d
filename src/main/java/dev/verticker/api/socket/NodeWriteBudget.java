package dev.verticker.api.socket;

import java.util.concurrent.atomic.AtomicLong;

/** What all sockets of the node have not sent yet; used by every event loop. */
final class NodeWriteBudget {
  private final AtomicLong bytes;
  private final long most;

  /** @param bytes what is counted, for a gauge */
  NodeWriteBudget(AtomicLong bytes, long most) {
    this.bytes = bytes;
    this.most = most;
  }

  /** @param more bytes; negative when they were sent */
  void add(long more) {
    bytes.addAndGet(more);
  }

  boolean isTooMuch() {
    return bytes.get() > most;
  }
}

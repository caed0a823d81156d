package dev.verticker.data;

/** Limits the log of an outage to its first reason, and to a definite one if the first was a timeout. */
final class OutageLog {
  private String logged;

  /** Returns whether a failed attempt must be logged. */
  boolean accepts(String reason) {
    if (logged != null && (!OutageReason.isTimeout(logged) || OutageReason.isTimeout(reason))) {
      return false;
    }
    logged = reason;
    return true;
  }

  /** Ends the outage. Returns whether it was logged. */
  boolean end() {
    var ended = logged != null;
    logged = null;
    return ended;
  }
}

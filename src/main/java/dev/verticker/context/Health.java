package dev.verticker.context;

import java.util.Optional;
import java.util.function.Supplier;

/** Readiness of this node. Verticles add checks and notes, {@code /health/ready} reports them. */
public interface Health {
  /**
   * Adds or replaces a named check. It runs on an event loop with each health request, so it must not block.
   *
   * @param reason why this node must receive no requests, one sentence for operators without secrets; empty = ready
   */
  void notReadyWhen(String name, Supplier<Optional<String>> reason);

  /**
   * Adds or replaces a named note for operators, which does not affect readiness.
   *
   * @param note one sentence without secrets; empty = nothing to report
   */
  void note(String name, Supplier<Optional<String>> note);

  /** Records that this node serves {@code name} on this port. */
  void listening(String name, int port);

  /** Returns whether this node drains: it still responds, but clients should connect to another node. */
  default boolean isStopping() {
    return false;
  }
}

package dev.verticker.context;

import java.util.Optional;
import java.util.function.Supplier;

/** Readiness of this node. Verticles add checks and notes, {@code /health/ready} reports them. */
public interface Health {
  /**
   * Adds or replaces a named check. It runs on an event loop with each health request, so it must answer from memory.
   *
   * @param reason why this node must get no requests, one sentence for an operator without secrets; empty = ready
   */
  void notReadyWhen(String name, Supplier<Optional<String>> reason);

  /**
   * Adds or replaces a named note: something an operator should see although the node stays ready.
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

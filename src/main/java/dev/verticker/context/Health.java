package dev.verticker.context;

import java.util.Optional;
import java.util.function.Supplier;

/** Where verticles say whether this node should be given work; {@code /health/ready} shows it. */
public interface Health {
  /**
   * Adds or replaces a named check. It is asked often and must answer at once from memory.
   *
   * @param reason why this node is not ready, one sentence for an operator without secrets; empty = fine
   */
  void notReadyWhen(String name, Supplier<Optional<String>> reason);

  /** This node serves {@code name} on this port. */
  void listening(String name, int port);

  /** Adds or replaces something an operator should see although the node stays ready; empty = nothing to say. */
  void note(String name, Supplier<Optional<String>> remark);

  /** True from the moment this node is told to stop: it still answers, and clients should come back elsewhere. */
  default boolean isStopping() {
    return false;
  }
}

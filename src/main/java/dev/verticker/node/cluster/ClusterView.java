package dev.verticker.node.cluster;

import java.time.Instant;

/** What a node must know of the others to tell whether it still belongs to them. */
interface ClusterView {
  /** Other members this node believes in. */
  int count();

  /** The time the members agree on. */
  Instant time();

  /** Calls back, on any thread, when two parts of the cluster have become one again. */
  void onMerged(Runnable handler);

  /** Tells the others once more which addresses are served here. */
  void registerAgain();
}

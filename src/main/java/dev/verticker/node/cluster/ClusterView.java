package dev.verticker.node.cluster;

import java.time.Instant;

/** The cluster membership of this node, for the heartbeat. */
interface ClusterView {
  /** Returns the number of other members in this node's view. */
  int otherMembers();

  /** The cluster time that all members share. */
  Instant time();

  /** Calls the handler, on any thread, after two partitions of the cluster have merged. */
  void onMerged(Runnable handler);

  /** Publishes the event bus registrations of this node to the other members again. */
  void registerAgain();
}

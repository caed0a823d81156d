package dev.verticker.node.cluster;

import java.time.Instant;

/** What the heartbeat needs to know about the cluster membership of this node. */
interface ClusterView {
  /** Number of other members, as this node sees it. */
  int count();

  /** The cluster time that all members share. */
  Instant time();

  /** Calls the handler, on any thread, after two partitions of the cluster have merged. */
  void onMerged(Runnable handler);

  /** Publishes the event bus registrations of this node to the other members again. */
  void registerAgain();
}

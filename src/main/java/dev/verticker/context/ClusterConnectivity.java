package dev.verticker.context;

/** Cluster connectivity of this node. */
public interface ClusterConnectivity {
  /** Calls the handler, on the caller's context, when the node is reachable again and may have missed bus messages. */
  void onReconnect(Runnable handler);
}

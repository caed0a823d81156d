package dev.verticker.node.cluster;

import java.time.Duration;

/**
 * Timings of the cluster heartbeat.
 *
 * @param interval between two pings
 * @param maxMisses the node is not ready after this many unanswered pings in a row
 * @param giveUp the process exits after this time without any response
 * @param suspensionThreshold a timer that fires this much late means that the process was suspended and the other nodes
 *     have removed it
 */
public record HeartbeatSettings(
    Duration interval, int maxMisses, Duration giveUp, Duration suspensionThreshold) {
  public static final HeartbeatSettings DEFAULT = new HeartbeatSettings(
      Duration.ofSeconds(2), 5, Duration.ofSeconds(30), Duration.ofSeconds(8));
}

/** Cluster membership (Hazelcast), the heartbeat over the event bus and the clock that all nodes share. */
package dev.verticker.node.cluster;

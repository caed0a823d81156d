package dev.verticker.node;

import java.util.List;

/**
 * The command line arguments of a node.
 *
 * @param verticles names of the descriptors to deploy; empty = all
 * @param cluster true = clustered even without CLUSTER_MEMBERS: two nodes on this machine
 */
public record NodeArguments(List<String> verticles, boolean cluster) {
  public NodeArguments {
    verticles = List.copyOf(verticles);
  }
}

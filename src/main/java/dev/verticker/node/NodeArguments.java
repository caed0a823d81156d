package dev.verticker.node;

import java.util.List;

/**
 * What the command line says about a node.
 *
 * @param verticles names of the descriptors to run; empty = all
 * @param cluster true = clustered even without CLUSTER_MEMBERS: a pair on this machine
 */
public record NodeArguments(List<String> verticles, boolean cluster) {
  public NodeArguments {
    verticles = List.copyOf(verticles);
  }
}

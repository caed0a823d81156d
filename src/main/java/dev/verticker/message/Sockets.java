package dev.verticker.message;

import dev.verticker.bus.Topic;

/** Events by which nodes report their sockets to each other. */
public final class Sockets {
  /** Published by every node with sockets several times a minute. */
  public static final Topic<Load> LOAD = new Topic<>("sockets.load", Load.class);

  private Sockets() {}

  /**
   * The sockets of one node.
   *
   * @param node a random id, new after each start
   * @param open number of open sockets
   * @param leaving whether the node stops and accepts no more sockets
   */
  public record Load(String node, long open, boolean leaving) {}
}

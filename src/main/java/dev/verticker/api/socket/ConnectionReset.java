package dev.verticker.api.socket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Ends a connection whose peer does not read. Every graceful close waits for ever behind what the peer does not take; this
 * resets the connection, so that the kernel frees its buffer too.
 *
 * <p>The framework has no public way to do it: this class is the only one here that looks behind its interfaces.
 */
final class ConnectionReset {
  private final Channel channel;

  private ConnectionReset(Channel channel) {
    this.channel = channel;
  }

  static ConnectionReset of(HttpConnection connection) {
    return new ConnectionReset(
        ((ConnectionBase) connection).channelHandlerContext().channel());
  }

  /** Does nothing when the connection has ended. */
  void now() {
    if (!channel.isOpen()) {
      return;
    }
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    // From the head of the pipeline: closing the channel itself would pass the handler that closes
    // gracefully.
    var first = channel.pipeline().firstContext();
    if (first != null) {
      first.close();
    }
  }
}

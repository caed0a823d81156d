package dev.verticker.api.socket.protocol;

import dev.verticker.http.ControlFrames;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.List;

/**
 * The Netty channel of a WebSocket connection, for operations without a public API in Vert.x: writing a message that was encoded
 * once for all sockets, answering pings within the limits of a socket, and resetting a connection whose peer does not
 * read. A graceful close waits behind unread data; a reset also frees the kernel buffer.
 *
 * <p>No other class of this package tree uses Vert.x internals.
 */
class WebSocketChannel {
  private final Channel channel;
  private final ContextInternal context;
  private final List<byte[]> queue = new ArrayList<>(1);
  private int queuedBytes;
  private ChannelHandlerContext outbound;

  WebSocketChannel(HttpConnection connection) {
    var internal = (ConnectionBase) connection;
    this.channel = internal.channelHandlerContext().channel();
    this.context = internal.context();
  }

  /** Calls the listener on the context of the connection. */
  public final void listen(ControlFrames.Listener listener) {
    ControlFrames.listen(channel, new ControlFrames.Listener() {
      @Override
      public void onPing(byte[] payload) {
        context.emit(payload, listener::onPing);
      }

      @Override
      public void onPong() {
        context.emit(here -> listener.onPong());
      }

      @Override
      public void onContinuation() {
        context.emit(here -> listener.onContinuation());
      }
    });
  }

  public final void write(byte[] message) {
    queue.add(message);
    queuedBytes += message.length;
  }

  /** Sends all queued frames with one system call. */
  public final Future<Void> flush() {
    var buffer = channel.alloc().directBuffer(queuedBytes);
    queue.forEach(buffer::writeBytes);
    queue.clear();
    queuedBytes = 0;
    var written = channel.newPromise();
    encoded().writeAndFlush(buffer, written);
    if (written.isSuccess()) {
      return Future.succeededFuture();
    }
    var promise = Promise.<Void>promise();
    written.addListener(done -> {
      if (done.isSuccess()) {
        promise.complete();
      } else {
        promise.fail(done.cause());
      }
    });
    return promise.future();
  }

  /** The pipeline context after the WebSocket frame encoder, because these messages are already encoded. */
  private ChannelOutboundInvoker encoded() {
    if (outbound == null) {
      outbound = channel.pipeline().context(WebSocketFrameEncoder.class);
    }
    return outbound == null ? channel : outbound;
  }

  /** Does nothing when the connection is closed. */
  public final void reset() {
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

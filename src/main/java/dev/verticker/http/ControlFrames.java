package dev.verticker.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Handles pings and pongs of a WebSocket in place of Vert.x: Vert.x answers every ping and queues the answers of a client that
 * does not read without a limit. Used on the event loop of the connection.
 */
public final class ControlFrames extends ChannelInboundHandlerAdapter {
  /** Pings stored before there is a listener; the handler drops further ones. */
  private static final int MAX_EARLY_PINGS = 8;

  /** Receives the frames that are not the first frame of a message. */
  public interface Listener {
    /** The listener must answer the ping (RFC 6455, section 5.5.2). */
    void onPing(byte[] payload);

    void onPong();

    /** A later fragment of a message. Vert.x receives it as well. */
    void onContinuation();
  }

  private final Queue<byte[]> earlyPings = new ArrayDeque<>(0);
  private Listener listener;

  ControlFrames() {}

  /** Sets the listener of a WebSocket of {@link HttpServers}. */
  public static void listen(Channel channel, Listener listener) {
    var frames = channel.pipeline().get(ControlFrames.class);
    if (frames != null) {
      frames.listener = listener;
      frames.earlyPings.forEach(listener::onPing);
      frames.earlyPings.clear();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof PingWebSocketFrame ping) {
      var payload = ByteBufUtil.getBytes(ping.content());
      ping.release();
      onPing(payload);
    } else if (message instanceof PongWebSocketFrame) {
      ReferenceCountUtil.release(message);
      if (listener != null) {
        listener.onPong();
      }
    } else {
      if (message instanceof ContinuationWebSocketFrame && listener != null) {
        listener.onContinuation();
      }
      super.channelRead(context, message);
    }
  }

  private void onPing(byte[] payload) {
    if (listener != null) {
      listener.onPing(payload);
    } else if (earlyPings.size() < MAX_EARLY_PINGS) {
      earlyPings.add(payload);
    }
  }
}

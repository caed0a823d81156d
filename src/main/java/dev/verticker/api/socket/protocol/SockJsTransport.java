package dev.verticker.api.socket.protocol;

import dev.verticker.http.ControlFrames;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A SockJS session. Its client receives close code 3000 for every reason; the frame before the close names it. A session over
 * a WebSocket is written to the WebSocket itself; a session over XHR or EventSource goes through SockJS.
 */
public final class SockJsTransport implements Transport {
  private static final Pattern SESSION_WEB_SOCKET =
      Pattern.compile("/[^/]+/[^/.]+/[^/.]+/websocket");
  private static final Pattern RAW_WEB_SOCKET = Pattern.compile("/[^/]+/websocket/*");

  private final SockJSSocket socket;
  private final String address;

  /** The WebSocket; null for a fallback session, whose requests arrive on shared connections. */
  private final WebSocketChannel channel;

  /** Whether messages have SockJS framing; {@code /eventbus/websocket} is the same without SockJS. */
  private final boolean wrapped;

  /** The last write without WebSocket. */
  private Future<Void> lastWrite = Future.succeededFuture();

  public SockJsTransport(SockJSSocket socket, String address) {
    this.socket = socket;
    this.address = address;
    var request = socket.routingContext().request();
    this.wrapped = SESSION_WEB_SOCKET.matcher(request.path()).matches();
    this.channel = wrapped || RAW_WEB_SOCKET.matcher(request.path()).matches()
        ? new WebSocketChannel(request.connection())
        : null;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public byte[] encode(Frame frame) {
    if (channel == null) {
      return frame.text(WireProtocol.BRIDGE).getBytes(StandardCharsets.UTF_8);
    }
    return wrapped ? frame.sockJs() : frame.webSocket(WireProtocol.BRIDGE);
  }

  @Override
  public void write(byte[] message) {
    if (channel == null) {
      lastWrite = socket.write(Buffer.buffer(message));
    } else {
      channel.write(message);
    }
  }

  @Override
  public Future<Void> flush() {
    return channel == null ? lastWrite : channel.flush();
  }

  @Override
  public void listen(ControlFrames.Listener listener) {
    if (channel != null) {
      channel.listen(listener);
    }
  }

  /** The client pings by itself; SockJS has no message that requires a response from the client. */
  @Override
  public void ping() {}

  @Override
  public void close(int code, String reason) {
    socket.close(code, reason);
  }

  @Override
  public void reset() {
    try {
      // Drops the unsent messages of the session.
      socket.close();
    } catch (IllegalStateException alreadyClosed) {
      // The session has no unsent messages.
    }
    if (channel != null) {
      channel.reset();
    }
  }
}

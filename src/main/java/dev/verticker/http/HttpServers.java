package dev.verticker.http;

import dev.verticker.bus.RequestId;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The only place that builds an HTTP server. The framework's defaults let a client tunnel HTTP/2 past a proxy, inflate
 * small WebSocket frames without limit and hold a connection for ever; here they do not.
 */
public final class HttpServers {
  private static final int LINE_BYTES = 8 * 1024;
  private static final int HEADER_BYTES = 16 * 1024;
  private static final int CHUNK_BYTES = 8 * 1024;
  private static final int FRAME_BYTES = 64 * 1024;
  private static final int SEND_BUFFER_BYTES = 128 * 1024;
  private static final int MESSAGE_BYTES = 256 * 1024;

  private HttpServers() {}

  /**
   * A server that wants its request handler and {@code listen()}. What cannot be parsed is answered with 400, 414 or 431 as
   * a {@link Problem} and never reaches the handler; slow requests and readers that take nothing are cut off.
   *
   * @param port 0 lets the operating system choose; a negative one too, but servers of one verticle with the same negative
   *     port share what was chosen
   */
  public static HttpServer create(Vertx vertx, String host, int port) {
    return create(vertx, host, port, () -> false);
  }

  /**
   * As {@link #create(Vertx, String, int)}, for a server that says goodbye.
   *
   * @param leaving asked before each answer; while true the answer is the last one of its connection and says so, so that
   *     clients which keep connections go elsewhere before the server is gone
   */
  public static HttpServer create(Vertx vertx, String host, int port, BooleanSupplier leaving) {
    return create(vertx, host, port, HttpLimits.STANDARD, leaving);
  }

  static HttpServer create(
      Vertx vertx, String host, int port, HttpLimits limits, BooleanSupplier leaving) {
    return vertx
        .createHttpServer(options(limits).setHost(host).setPort(port))
        .invalidRequestHandler(HttpServers::refuse)
        .connectionHandler(connection -> guard(connection, limits, leaving));
  }

  private static HttpServerOptions options(HttpLimits limits) {
    return new HttpServerOptions()
        .setHttp2ClearTextEnabled(false)
        .setSni(false)
        .setCompressionSupported(false)
        .setDecompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setMaxWebSocketFrameSize(FRAME_BYTES)
        .setMaxWebSocketMessageSize(MESSAGE_BYTES)
        // Of a reader that stopped the kernel would else take megabytes before anybody notices.
        .setSendBufferSize(SEND_BUFFER_BYTES)
        .setMaxInitialLineLength(LINE_BYTES)
        .setMaxHeaderSize(HEADER_BYTES)
        .setMaxChunkSize(CHUNK_BYTES)
        .setIdleTimeout((int) limits.idle().toMillis())
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  private static void guard(HttpConnection connection, HttpLimits limits, BooleanSupplier leaving) {
    // Vert.x has no time limit for headers or bodies: only the pipeline sees the bytes that are not
    // yet a request.
    ((ConnectionBase) connection)
        .channelHandlerContext()
        .pipeline()
        .addBefore("handler", "guard", new ConnectionGuard(limits, leaving));
  }

  private static void refuse(HttpServerRequest request) {
    RequestId.set(UUID.randomUUID().toString());
    problem(request.decoderResult().cause())
        .send(request.response().putHeader("Connection", "close"))
        .onComplete(done -> request.connection().close());
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Problem.of(
          414, "uri-too-long", "The request line must not exceed " + LINE_BYTES + " bytes.");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Problem.of(
          431, "headers-too-large", "The headers must not exceed " + HEADER_BYTES + " bytes.");
    }
    return Problem.of(400, "malformed-request", "The request is not valid HTTP/1.1.");
  }
}

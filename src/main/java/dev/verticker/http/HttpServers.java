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
 * Creates all HTTP servers. The defaults of Vert.x allow HTTP/2 tunnels through a proxy, unlimited inflation of WebSocket
 * frames and connections without a time limit; these servers do not.
 */
public final class HttpServers {
  private static final int MAX_LINE_BYTES = 8 * 1024;
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final int MAX_CHUNK_BYTES = 8 * 1024;
  private static final int MAX_FRAME_BYTES = 64 * 1024;
  private static final int SEND_BUFFER_BYTES = 128 * 1024;
  static final int MAX_MESSAGE_BYTES = 256 * 1024;

  private HttpServers() {}

  /**
   * Creates a server without a request handler. The server responds to unparsable requests with 400, 414 or 431 as a
   * {@link Problem} before the handler; connections of slow senders and of clients that do not read are closed.
   *
   * @param port 0 = chosen by the operating system; servers of one verticle with the same negative port share a chosen port
   */
  public static HttpServer create(Vertx vertx, String host, int port) {
    return create(vertx, host, port, () -> false);
  }

  /**
   * Does the same as {@link #create(Vertx, String, int)} for a server that drains.
   *
   * @param draining evaluated before each response; while true, the response has {@code Connection: close} and ends its
   *     connection, so that clients with kept connections switch to another node before the server stops
   */
  public static HttpServer create(Vertx vertx, String host, int port, BooleanSupplier draining) {
    return create(vertx, host, port, ConnectionTimeouts.DEFAULT, draining);
  }

  static HttpServer create(
      Vertx vertx, String host, int port, ConnectionTimeouts timeouts, BooleanSupplier draining) {
    return vertx
        .createHttpServer(options(timeouts).setHost(host).setPort(port))
        .invalidRequestHandler(HttpServers::reject)
        .connectionHandler(connection -> guard(connection, timeouts, draining));
  }

  private static HttpServerOptions options(ConnectionTimeouts timeouts) {
    return new HttpServerOptions()
        .setHttp2ClearTextEnabled(false)
        .setSni(false)
        .setCompressionSupported(false)
        .setDecompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setMaxWebSocketFrameSize(MAX_FRAME_BYTES)
        .setMaxWebSocketMessageSize(MAX_MESSAGE_BYTES)
        // Otherwise the kernel buffers megabytes for a client that has stopped reading.
        .setSendBufferSize(SEND_BUFFER_BYTES)
        .setMaxInitialLineLength(MAX_LINE_BYTES)
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setMaxChunkSize(MAX_CHUNK_BYTES)
        .setIdleTimeout((int) timeouts.idle().toMillis())
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  private static void guard(
      HttpConnection connection, ConnectionTimeouts timeouts, BooleanSupplier draining) {
    // Vert.x has no timeout for headers or bodies: only the pipeline sees incomplete requests.
    ((ConnectionBase) connection)
        .channelHandlerContext()
        .pipeline()
        .addBefore("handler", "guard", new ConnectionGuard(timeouts, draining));
  }

  private static void reject(HttpServerRequest request) {
    RequestId.set(UUID.randomUUID().toString());
    problem(request.decoderResult().cause())
        .send(request.response().putHeader("Connection", "close"))
        .onComplete(done -> request.connection().close());
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Problem.of(
          414, "uri-too-long", "The request line must not exceed " + MAX_LINE_BYTES + " bytes.");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Problem.of(
          431, "headers-too-large", "The headers must not exceed " + MAX_HEADER_BYTES + " bytes.");
    }
    return Problem.of(400, "malformed-request", "The request is not valid HTTP/1.1.");
  }
}

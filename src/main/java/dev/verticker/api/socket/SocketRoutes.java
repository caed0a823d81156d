package dev.verticker.api.socket;

import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.api.socket.protocol.SockJsTransport;
import dev.verticker.api.socket.protocol.WebSocketTransport;
import dev.verticker.api.socket.protocol.WireProtocol;
import dev.verticker.api.web.ClientAddresses;
import dev.verticker.api.web.Cors;
import dev.verticker.bus.Failure;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The two endpoints: {@code /ws} and {@code /eventbus}. A request that is refused here never becomes a socket. */
public final class SocketRoutes {
  private static final String PLAIN = "/ws";
  private static final String BRIDGE = "/eventbus/*";

  /** A request of a session without WebSocket. They come on any connections, and so on any event loops. */
  private static final String FALLBACK =
      "/eventbus/[^/.]+/(?<session>[^/.]+)/(?<request>xhr|xhr_streaming|xhr_send|eventsource)";

  private static final String TICKET = "ticket";
  private static final Set<String> TOKEN_PARAMETERS =
      Set.of("token", "access_token", "authorization", "bearer", "jwt");
  private static final Pattern JWT = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]+");
  private static final long HEARTBEAT_MS = 10_000;

  /** No close code was received (RFC 6455). */
  private static final int NO_CODE = 1005;

  private static final Set<Integer> COUNTED_CODES =
      Set.of(1000, 1001, NO_CODE, CloseReason.ABNORMAL_CLOSURE);

  private final Vertx vertx;
  private final SocketHub hub;
  private final Cors cors;
  private final ClientAddresses addresses;
  private final boolean fallbacks;

  /**
   * @param cors the other origins whose pages may connect
   * @param fallbacks whether clients without WebSocket may use XHR and EventSource
   */
  public SocketRoutes(
      Vertx vertx, SocketHub hub, Cors cors, ClientAddresses addresses, boolean fallbacks) {
    this.vertx = vertx;
    this.hub = hub;
    this.cors = cors;
    this.addresses = addresses;
    this.fallbacks = fallbacks;
  }

  /** Adds the routes. */
  public void mount(Router router) {
    router.route(PLAIN).handler(this::admit).handler(this::upgrade);
    router.route(BRIDGE).handler(this::admit);
    if (fallbacks) {
      router
          .routeWithRegex(FALLBACK)
          .handler(SocketRoutes::announceClose)
          .handler(this::moveToEventLoopOfSession);
    }
    router
        .route(BRIDGE)
        .subRouter(SockJSHandler.create(vertx, options()).socketHandler(this::openBridged));
  }

  private SockJSHandlerOptions options() {
    var options = new SockJSHandlerOptions()
        .setHeartbeatInterval(HEARTBEAT_MS)
        .setInsertJSESSIONID(false)
        .setRegisterWriteHandler(false)
        // Only the iframe transports load it, and they are off.
        .setLibraryURL("/sockjs.min.js")
        .addDisabledTransport("HTML_FILE")
        .addDisabledTransport("JSON_P");
    return fallbacks
        ? options
        : options.addDisabledTransport("XHR").addDisabledTransport("EVENT_SOURCE");
  }

  private void admit(RoutingContext context) {
    var request = context.request();
    if (!isAllowedOrigin(request)) {
      context.fail(new Failure.Forbidden(
          "origin-not-allowed", "Pages of this origin may not connect: add it to CORS_ORIGINS."));
    } else if (carriesToken(request)) {
      context.fail(new Failure.Malformed(
          "token-in-url", "Access token in the URL: send a ticket, or the token in a frame."));
    } else {
      context.next();
    }
  }

  /**
   * Vert.x closes the connection after each response with messages without announcing it. A client that keeps connections
   * would send its next request on the closing one, and take the reset for the end of its session.
   */
  private static void announceClose(RoutingContext context) {
    if (context.request().method() != HttpMethod.OPTIONS
        && !context.pathParam("request").equals("xhr_send")) {
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    context.next();
  }

  /** Vert.x SockJS sessions are not thread-safe, so all requests of a session run on one event loop. */
  private void moveToEventLoopOfSession(RoutingContext context) {
    var sessions = hub.sessionsFor(context.pathParam("session"));
    if (sessions == null || sessions.isOnEventLoop()) {
      context.next();
      return;
    }
    sessions.run(() -> {
      // SockJS would wait for the end of a connection that has ended already.
      if (!context.response().closed()) {
        context.next();
      }
    });
  }

  private void upgrade(RoutingContext context) {
    var request = context.request();
    var sessions = hub.sessions();
    if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
      context.response().putHeader(HttpHeaders.UPGRADE, "websocket");
      context.fail(new Failure.Malformed(
          "not-a-websocket", "Not a WebSocket request: send \"Upgrade: websocket\"."));
      return;
    }
    if (sessions == null || hub.isFull()) {
      context.fail(new Failure.Unavailable(
          "unavailable", "This node accepts no more sockets: reconnect later."));
      return;
    }
    var tickets = request.params().getAll(TICKET);
    var connection = request.connection();
    request.toWebSocket().onSuccess(socket -> {
      var session = sessions.open(
          new WebSocketTransport(socket, connection),
          WireProtocol.PLAIN,
          tickets.isEmpty() ? null : tickets.get(0));
      socket.textMessageHandler(text -> session.onText(text));
      socket.binaryMessageHandler(bytes -> session.onText(""));
      socket.pongHandler(pong -> session.onPong());
      socket.exceptionHandler(failure -> closeAfter(failure, session));
      socket.closeHandler(closed -> session.onEnd(closeCode(socket)));
    });
  }

  private void openBridged(SockJSSocket socket) {
    var sessions = hub.sessions();
    if (sessions == null || hub.isFull()) {
      // Without a handler Vert.x logs that the client disconnected.
      socket.exceptionHandler(disconnected -> {});
      socket.close();
      return;
    }
    // Without WebSocket, Vert.x calls these handlers on the event loops of the connections.
    var session = sessions.open(new SockJsTransport(socket), WireProtocol.BRIDGE, null);
    socket.handler(text -> sessions.run(() -> session.onText(text.toString())));
    socket.exceptionHandler(failure -> sessions.run(() -> closeAfter(failure, session)));
    socket.closeHandler(closed -> sessions.run(() -> session.onEnd(NO_CODE)));
  }

  /** After a message that is too big the socket is still open, and the rest of the message unread. */
  private static void closeAfter(Throwable failure, SocketSession session) {
    if (failure instanceof CorruptedWebSocketFrameException corrupted
        && corrupted.closeStatus().equals(WebSocketCloseStatus.PROTOCOL_ERROR)) {
      session.close(CloseReason.PROTOCOL_ERROR);
    } else if (!(failure instanceof IOException)) {
      session.close(CloseReason.TOO_BIG);
    }
  }

  /** A client may send any of thousands of codes; only those that browsers send by themselves are counted by code. */
  private static int closeCode(ServerWebSocket socket) {
    var code = socket.closeStatusCode();
    if (code == null) {
      return CloseReason.ABNORMAL_CLOSURE;
    }
    return COUNTED_CODES.contains((int) code) ? code : NO_CODE;
  }

  /**
   * Pages of the server's own origin and of the origins that CORS allows may connect. A client that sends no Origin is not a
   * browser and may connect; a sandboxed page sends {@code null} and may not.
   */
  private boolean isAllowedOrigin(HttpServerRequest request) {
    return request.headers().getAll(HttpHeaders.ORIGIN).stream()
        .allMatch(origin -> !origin.equals("null")
            && (origin.equalsIgnoreCase(addresses.origin(request)) || cors.allows(origin)));
  }

  private static boolean carriesToken(HttpServerRequest request) {
    return request.params().entries().stream()
        .anyMatch(
            parameter -> TOKEN_PARAMETERS.contains(parameter.getKey().toLowerCase(Locale.ROOT))
                || JWT.matcher(parameter.getValue()).matches());
  }
}

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

/**
 * The socket endpoints {@code /ws} and {@code /eventbus}. Rejects handshakes from other origins and handshakes with a token
 * in the URL.
 */
public final class SocketRoutes {
  private static final String WEBSOCKET_PATH = "/ws";
  private static final String EVENTBUS_PATH = "/eventbus/*";

  /** A request of a SockJS session without WebSocket. It can arrive on any connection, and so on any event loop. */
  private static final String FALLBACK =
      "/eventbus/[^/.]+/(?<session>[^/.]+)/(?<request>xhr|xhr_streaming|xhr_send|eventsource)";

  private static final String TICKET = "ticket";
  private static final Set<String> TOKEN_PARAMETERS =
      Set.of("token", "access_token", "authorization", "bearer", "jwt");
  private static final Pattern JWT = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]+");
  private static final long HEARTBEAT_MS = 10_000;

  /** Close code for "no status received" (RFC 6455, section 7.4.1). */
  private static final int NO_STATUS_RECEIVED = 1005;

  private static final Set<Integer> BROWSER_CODES =
      Set.of(1000, 1001, NO_STATUS_RECEIVED, CloseReason.ABNORMAL_CLOSURE);

  private final Vertx vertx;
  private final SocketHub hub;
  private final Cors cors;
  private final ClientAddresses addresses;
  private final boolean fallbacks;

  /**
   * @param cors the allowed origins besides the server's own
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

  /** Adds the routes to the router. */
  public void mount(Router router) {
    router.route(WEBSOCKET_PATH).handler(this::checkHandshake).handler(this::upgrade);
    router.route(EVENTBUS_PATH).handler(this::checkHandshake);
    if (fallbacks) {
      router
          .routeWithRegex(FALLBACK)
          .handler(SocketRoutes::addConnectionClose)
          .handler(this::moveToEventLoopOfSession);
    }
    router
        .route(EVENTBUS_PATH)
        .subRouter(SockJSHandler.create(vertx, options()).socketHandler(this::openSockJs));
  }

  private SockJSHandlerOptions options() {
    var options = new SockJSHandlerOptions()
        .setHeartbeatInterval(HEARTBEAT_MS)
        .setInsertJSESSIONID(false)
        .setRegisterWriteHandler(false)
        // Only the disabled iframe transports load it.
        .setLibraryURL("/sockjs.min.js")
        .addDisabledTransport("HTML_FILE")
        .addDisabledTransport("JSON_P");
    return fallbacks
        ? options
        : options.addDisabledTransport("XHR").addDisabledTransport("EVENT_SOURCE");
  }

  private void checkHandshake(RoutingContext context) {
    var request = context.request();
    if (!isAllowedOrigin(request)) {
      context.fail(Cors.refusal(request.getHeader(HttpHeaders.ORIGIN)));
    } else if (hasTokenInUrl(request)) {
      context.fail(new Failure.Malformed(
          "token-in-url",
          "Access token in the URL: use a ticket, or send the token in an auth message."));
    } else {
      context.next();
    }
  }

  /**
   * Vert.x closes the connection after each response with messages, without {@code Connection: close}. A client with
   * keep-alive would send its next request on that connection and treat the reset as the end of its session.
   */
  private static void addConnectionClose(RoutingContext context) {
    if (context.request().method() != HttpMethod.OPTIONS
        && !context.pathParam("request").equals("xhr_send")) {
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    context.next();
  }

  /** Vert.x SockJS sessions are not thread-safe, so all requests of a session run on one event loop. */
  private void moveToEventLoopOfSession(RoutingContext context) {
    var sessions = hub.sessionsFor(context.pathParam("session"));
    if (sessions == null) {
      context.next();
      return;
    }
    sessions.run(() -> {
      // SockJS would wait forever for a response that is already closed.
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
    if (sessions == null) {
      context.fail(
          new Failure.Unavailable("unavailable", "This node is shutting down: reconnect."));
      return;
    }
    if (hub.isFull()) {
      context.fail(new Failure.Unavailable(
          "unavailable", "Too many sockets on this node: reconnect later."));
      return;
    }
    var tickets = request.params().getAll(TICKET);
    var connection = request.connection();
    var address = addresses.of(request);
    request.toWebSocket().onSuccess(socket -> {
      var session = sessions.open(
          new WebSocketTransport(socket, connection, address),
          WireProtocol.PLAIN,
          tickets.isEmpty() ? null : tickets.get(0));
      socket.textMessageHandler(text -> session.onText(text));
      socket.binaryMessageHandler(bytes -> session.onText(""));
      socket.exceptionHandler(failure -> closeOnError(failure, session));
      socket.closeHandler(closed -> session.onEnd(closeCode(socket)));
    });
  }

  private void openSockJs(SockJSSocket socket) {
    var sessions = hub.sessions();
    if (sessions == null || hub.isFull()) {
      // Without a handler Vert.x logs that the client disconnected.
      socket.exceptionHandler(disconnected -> {});
      socket.close();
      return;
    }
    // Without WebSocket, Vert.x calls these handlers on the event loops of the connections.
    var address = addresses.of(socket.routingContext().request());
    var session = sessions.open(new SockJsTransport(socket, address), WireProtocol.BRIDGE, null);
    socket.handler(text -> sessions.run(() -> session.onText(text.toString())));
    socket.exceptionHandler(failure -> sessions.run(() -> closeOnError(failure, session)));
    socket.closeHandler(closed -> sessions.run(() -> session.onEnd(NO_STATUS_RECEIVED)));
  }

  /** After a message above the size limit the socket is still open and the rest of the message is unread. */
  private static void closeOnError(Throwable failure, SocketSession session) {
    var status = failure instanceof CorruptedWebSocketFrameException corrupted
        ? corrupted.closeStatus()
        : null;
    if (WebSocketCloseStatus.PROTOCOL_ERROR.equals(status)) {
      session.close(CloseReason.PROTOCOL_ERROR);
    } else if (WebSocketCloseStatus.INVALID_PAYLOAD_DATA.equals(status)) {
      session.close(CloseReason.INVALID_TEXT);
    } else if (!(failure instanceof IOException)) {
      session.close(CloseReason.TOO_BIG);
    }
  }

  /** Returns the close code for metrics: codes that browsers do not send become 1005, which bounds the label values. */
  private static int closeCode(ServerWebSocket socket) {
    var code = socket.closeStatusCode();
    if (code == null) {
      return CloseReason.ABNORMAL_CLOSURE;
    }
    return BROWSER_CODES.contains((int) code) ? code : NO_STATUS_RECEIVED;
  }

  /**
   * Allows the server's own origin and the origins of the CORS configuration. A request without an Origin is allowed, because
   * browsers always send one; the opaque origin {@code null} of sandboxed pages is not.
   */
  private boolean isAllowedOrigin(HttpServerRequest request) {
    return request.headers().getAll(HttpHeaders.ORIGIN).stream()
        .allMatch(origin -> !origin.equals("null")
            && (origin.equalsIgnoreCase(addresses.origin(request)) || cors.allows(origin)));
  }

  private static boolean hasTokenInUrl(HttpServerRequest request) {
    return request.params().entries().stream()
        .anyMatch(
            parameter -> TOKEN_PARAMETERS.contains(parameter.getKey().toLowerCase(Locale.ROOT))
                || JWT.matcher(parameter.getValue()).matches());
  }
}

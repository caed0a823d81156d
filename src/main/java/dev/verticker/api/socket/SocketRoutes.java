package dev.verticker.api.socket;

import dev.verticker.bus.Failure;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.vertx.core.http.HttpHeaders;
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

/** The two ways in: {@code /ws} and {@code /eventbus}. What is refused here never becomes a socket. */
final class SocketRoutes {
  private static final String PLAIN = "/ws";
  private static final String BRIDGE = "/eventbus/*";

  /** A session without a WebSocket: its requests come on any connections, and so on any event loops. */
  private static final String SESSION = "/eventbus/[^/.]+/(?<session>[^/.]+)/";

  private static final String HEARS = SESSION + "(?:xhr|xhr_streaming|eventsource)";
  private static final String HEARS_OR_SAYS =
      SESSION + "(?:xhr|xhr_streaming|xhr_send|eventsource)";

  private static final String TICKET = "ticket";
  private static final Set<String> TOKENS =
      Set.of("token", "access_token", "authorization", "bearer", "jwt");
  private static final Pattern JWT = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]+");
  private static final long HEARTBEAT_MS = 10_000;

  /** "No code was received": the one for what has none. */
  private static final int NO_CODE = 1005;

  private static final Set<Integer> CODES = Set.of(1000, 1001, NO_CODE, CloseReason.RESET);

  private final SocketHub feed;
  private final AllowedOrigins origins;
  private final boolean fallbacks;

  /** @param fallbacks whether clients without WebSocket may use XHR and EventSource */
  SocketRoutes(SocketHub feed, AllowedOrigins origins, boolean fallbacks) {
    this.feed = feed;
    this.origins = origins;
    this.fallbacks = fallbacks;
  }

  /** Adds the routes. */
  void mount(Router router) {
    router.route(PLAIN).handler(this::admit).handler(this::upgrade);
    router.route(BRIDGE).handler(this::admit);
    if (fallbacks) {
      router.postWithRegex(HEARS).handler(SocketRoutes::announceEnd);
      router.getWithRegex(HEARS).handler(SocketRoutes::announceEnd);
      router.routeWithRegex(HEARS_OR_SAYS).handler(this::goToItsLoop);
    }
    router
        .route(BRIDGE)
        .subRouter(SockJSHandler.create(feed.vertx(), options()).socketHandler(this::bridged));
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
    if (!origins.allow(request)) {
      context.fail(
          new Failure.Forbidden("origin-not-allowed", "Pages of this origin may not connect."));
    } else if (carriesToken(request)) {
      context.fail(new Failure.Malformed(
          "token-in-url", "An access token does not belong in a URL: use a ticket or a frame."));
    } else {
      context.next();
    }
  }

  /**
   * The framework closes the connection behind each of these answers without having said so. A client that keeps connections
   * would send its next request on the dying one, and take the reset for the end of its session.
   */
  private static void announceEnd(RoutingContext context) {
    context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    context.next();
  }

  /**
   * The framework's sessions bear no second thread: a client that asks for more while the loop that told it "open" has not
   * noted so is told "open" again by another, takes that for a new session and closes.
   */
  private void goToItsLoop(RoutingContext context) {
    var loop = feed.loopOf(context.pathParam("session"));
    if (loop == null) {
      context.next();
      return;
    }
    loop.run(() -> {
      // Whoever has gone meanwhile would be waited for.
      if (!context.response().closed()) {
        context.next();
      }
    });
  }

  private void upgrade(RoutingContext context) {
    var request = context.request();
    var loop = feed.loop();
    if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
      context.response().putHeader(HttpHeaders.UPGRADE, "websocket");
      context.fail(new Failure.Malformed("not-a-websocket", "This is a WebSocket."));
      return;
    }
    if (loop == null || feed.isFull()) {
      context.fail(new Failure.Unavailable("unavailable", "This node takes no more sockets."));
      return;
    }
    var tickets = request.params().getAll(TICKET);
    var connection = request.connection();
    request.toWebSocket().onSuccess(socket -> {
      var visitor = new SocketSession(
          feed, loop, new WebSocketTransport(socket, connection), WireProtocol.PLAIN);
      feed.opened(WireProtocol.PLAIN);
      socket.textMessageHandler(text -> loop.run(() -> visitor.hear(text)));
      socket.binaryMessageHandler(bytes -> loop.run(() -> visitor.hear("")));
      socket.pongHandler(pong -> loop.run(visitor::hearSign));
      socket.exceptionHandler(fault -> loop.run(() -> fail(visitor, fault)));
      socket.closeHandler(closed -> loop.run(() -> visitor.ended(code(socket))));
      loop.run(() -> visitor.arrive(tickets.isEmpty() ? null : tickets.get(0)));
    });
  }

  private void bridged(SockJSSocket socket) {
    var loop = feed.loop();
    if (loop == null || feed.isFull()) {
      // Without this the framework logs that the client is gone.
      socket.exceptionHandler(gone -> {});
      socket.close();
      return;
    }
    var visitor = new SocketSession(feed, loop, new SockJsTransport(socket), WireProtocol.BRIDGE);
    feed.opened(WireProtocol.BRIDGE);
    socket.handler(text -> loop.run(() -> visitor.hear(text.toString())));
    socket.exceptionHandler(fault -> loop.run(() -> fail(visitor, fault)));
    socket.closeHandler(closed -> loop.run(() -> visitor.ended(NO_CODE)));
    loop.run(() -> visitor.arrive(null));
  }

  /** A message that is too big leaves the socket open, and half of it unread. */
  private static void fail(SocketSession visitor, Throwable fault) {
    if (fault instanceof CorruptedWebSocketFrameException corrupted
        && corrupted.closeStatus().equals(WebSocketCloseStatus.PROTOCOL_ERROR)) {
      visitor.close(CloseReason.PROTOCOL_ERROR);
    } else if (!(fault instanceof IOException)) {
      visitor.close(CloseReason.TOO_BIG);
    }
  }

  /** Of the many a client may send only those that browsers choose by themselves, so that they can be counted. */
  private static int code(ServerWebSocket socket) {
    var code = socket.closeStatusCode();
    return code == null ? CloseReason.RESET : CODES.contains((int) code) ? code : NO_CODE;
  }

  private static boolean carriesToken(HttpServerRequest request) {
    return request.params().entries().stream()
        .anyMatch(parameter -> TOKENS.contains(parameter.getKey().toLowerCase(Locale.ROOT))
            || JWT.matcher(parameter.getValue()).matches());
  }
}

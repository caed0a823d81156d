package dev.verticker.dev.exchange;

import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One WebSocket of a client: its pings, its lifetime, its limits and the ways to end it. Runs on one event loop. */
final class ClientSocket {
  private static final short POLICY_VIOLATION = 1008;
  private static final short GOING_AWAY = 1001;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_UNSENT_BYTES = 16 << 20;

  private final Vertx vertx;
  private final ServerWebSocket socket;
  private final Channel channel;
  private final StreamLimits limits;
  private final Deque<Long> messages = new ArrayDeque<>();
  private final List<Long> timers = new ArrayList<>();
  private final Set<String> unanswered = new LinkedHashSet<>();
  private boolean halfOpen;
  private long answeredAt;

  /** @param connection of the socket, for faults that Vert.x has no method for */
  ClientSocket(
      Vertx vertx, ServerWebSocket socket, HttpConnection connection, StreamLimits limits) {
    this.vertx = vertx;
    this.socket = socket;
    this.channel = ((ConnectionBase) connection).channelHandlerContext().channel();
    this.limits = limits;
  }

  /**
   * @param lifetime real milliseconds
   * @param limitsTexts whether texts count towards the limit of messages, like pings and pongs
   */
  void open(long lifetime, boolean limitsTexts, Consumer<String> onText, Runnable onClosed) {
    socket.setWriteQueueMaxSize(MAX_UNSENT_BYTES);
    socket.textMessageHandler(text -> {
      if (!limitsTexts || withinLimit()) {
        onText.accept(text);
      }
    });
    socket.frameHandler(this::onFrame);
    socket.pongHandler(this::onPong);
    socket.exceptionHandler(ignored -> {});
    socket.closeHandler(closed -> {
      timers.forEach(vertx::cancelTimer);
      onClosed.run();
    });
    timers.add(vertx.setPeriodic(limits.pingInterval().toMillis(), id -> ping()));
    timers.add(
        vertx.setTimer(Math.max(1, lifetime), id -> close(GOING_AWAY, "connection limit reached")));
  }

  /** Sends a text; a client that does not read is disconnected. */
  void write(String text) {
    if (halfOpen || socket.isClosed()) {
      return;
    }
    if (socket.writeQueueFull()) {
      close(POLICY_VIOLATION, "client does not read");
    } else {
      socket.writeTextMessage(text);
    }
  }

  /** Makes the connection half-open: it stays open, but sends and answers nothing. */
  void makeHalfOpen() {
    halfOpen = true;
    // Pings are not read, so they are not answered either.
    channel.config().setAutoRead(false);
  }

  void shutDown() {
    close(GOING_AWAY, "server shutdown");
  }

  /** Closes the TCP connection without a close frame. */
  void drop() {
    // From the head of the pipeline: the channel itself passes the handler that sends a close
    // frame.
    var first = channel.pipeline().firstContext();
    if (first != null) {
      first.close();
    }
  }

  private void close(short code, String reason) {
    if (!halfOpen) {
      socket.close(code, reason);
    }
  }

  private void onFrame(WebSocketFrame frame) {
    if (frame.isPing()) {
      withinLimit();
    }
  }

  /** Only a pong with the payload of a ping counts. */
  private void onPong(Buffer payload) {
    if (withinLimit() && unanswered.contains(payload.toString())) {
      unanswered.clear();
    }
  }

  private void ping() {
    if (halfOpen) {
      return;
    }
    if (unanswered.isEmpty()) {
      answeredAt = System.nanoTime();
    }
    if (System.nanoTime() - answeredAt > limits.pongTimeout().toNanos()) {
      close(POLICY_VIOLATION, "Pong timeout");
    } else {
      var payload = Long.toString(System.currentTimeMillis());
      unanswered.add(payload);
      socket.writePing(Buffer.buffer(payload));
    }
  }

  private boolean withinLimit() {
    var now = System.nanoTime();
    while (!messages.isEmpty() && now - messages.peekFirst() > SECOND) {
      messages.removeFirst();
    }
    messages.addLast(now);
    if (messages.size() <= limits.messagesPerSecond()) {
      return true;
    }
    close(POLICY_VIOLATION, "Too many requests");
    return false;
  }
}

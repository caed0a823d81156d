package dev.verticker.dev.exchange;

import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One WebSocket of a client. Its streams and messages are limited as at the exchange. Runs on one event loop. */
final class StreamSocket implements StreamCommands.Target {
  private static final short POLICY_VIOLATION = 1008;
  private static final short GOING_AWAY = 1001;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_UNSENT_BYTES = 16 << 20;

  /** Receives changes of the subscriptions and the end of a connection. */
  interface Listener {
    /** @param names that were not subscribed before */
    void onSubscribed(StreamSocket connection, Collection<String> names);

    void onUnsubscribed(StreamSocket connection, Collection<String> names);

    void onClosed(StreamSocket connection);
  }

  private final Vertx vertx;
  private final ServerWebSocket socket;
  private final Channel channel;
  private final StreamLimits limits;
  private final Listener listener;
  private final Set<String> streams = new LinkedHashSet<>();
  private final Deque<Long> messages = new ArrayDeque<>();
  private final List<Long> timers = new ArrayList<>();
  private boolean combined;
  private boolean halfOpen;
  private final Set<String> unanswered = new LinkedHashSet<>();
  private long answeredAt;

  /** @param channel of the socket, for faults that Vert.x has no method for */
  StreamSocket(
      Vertx vertx,
      ServerWebSocket socket,
      Channel channel,
      StreamLimits limits,
      boolean combined,
      Listener listener) {
    this.vertx = vertx;
    this.socket = socket;
    this.channel = channel;
    this.limits = limits;
    this.combined = combined;
    this.listener = listener;
  }

  /** @param lifetime real milliseconds */
  void open(long lifetime) {
    socket.setWriteQueueMaxSize(MAX_UNSENT_BYTES);
    socket.textMessageHandler(this::onMessage);
    socket.frameHandler(this::onFrame);
    socket.pongHandler(this::onPong);
    socket.exceptionHandler(ignored -> {});
    socket.closeHandler(closed -> {
      timers.forEach(vertx::cancelTimer);
      listener.onClosed(this);
    });
    timers.add(vertx.setPeriodic(limits.pingInterval().toMillis(), id -> ping()));
    timers.add(
        vertx.setTimer(Math.max(1, lifetime), id -> close(GOING_AWAY, "connection limit reached")));
  }

  /** Sends an event of a stream; a client that does not read is disconnected. */
  void send(String stream, String event) {
    write(combined ? "{\"stream\":\"" + stream + "\",\"data\":" + event + "}" : event);
  }

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

  void close(short code, String reason) {
    if (!halfOpen) {
      socket.close(code, reason);
    }
  }

  /** Announces the end of the connection. */
  void announceShutdown(long now) {
    send("!serverShutdown", "{\"e\":\"serverShutdown\",\"E\":" + now + "}");
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

  @Override
  public List<String> subscriptions() {
    return List.copyOf(streams);
  }

  @Override
  public boolean subscribe(List<String> names) {
    var added = new LinkedHashSet<>(names);
    added.removeAll(streams);
    if (streams.size() + added.size() > limits.streams()) {
      return false;
    }
    streams.addAll(added);
    listener.onSubscribed(this, added);
    return true;
  }

  @Override
  public void unsubscribe(List<String> names) {
    names.forEach(streams::remove);
    listener.onUnsubscribed(this, names);
  }

  @Override
  public boolean isCombined() {
    return combined;
  }

  @Override
  public void setCombined(boolean value) {
    combined = value;
  }

  private void onMessage(String text) {
    if (withinLimit()) {
      write(StreamCommands.execute(text, this).encode());
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

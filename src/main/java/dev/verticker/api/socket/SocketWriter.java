package dev.verticker.api.socket;

import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.Transport;
import dev.verticker.api.socket.protocol.WireProtocol;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes to one socket within its limits, and closes it. Sends the frames of one event loop task together, and counts only
 * bytes that the kernel does not accept immediately. Writes nothing after the close. Used on the socket's own event loop.
 */
final class SocketWriter {
  /** Above this number of bytes the writer flushes before the end of the task. */
  private static final int MAX_QUEUED_BYTES = 16 * 1024;

  /** A client with more unsent bytes receives conflated prices, and is closed if the node exceeds its limit. */
  private static final int BEHIND_BYTES = 64 * 1024;

  /** A client with more unsent bytes is closed. */
  private static final int MAX_UNSENT_BYTES = 1024 * 1024;

  private static final long BYTES_PER_MEGABYTE = 1024 * 1024;

  /** The time between a graceful close and a reset. */
  private static final long CLOSE_TIMEOUT_MS = 2000;

  /** The clients of a node that stops or moves sockets reconnect within this time. */
  private static final int MAX_RECONNECT_DELAY_MS = 5000;

  private final SocketContext context;
  private final Context loop;
  private final Transport transport;
  private final WireProtocol protocol;
  private final Runnable onTooSlow;
  private final Runnable onWritable;
  private final Handler<Void> flush = here -> flush();

  /** Bytes written since the socket was opened. */
  private long written;

  /** Bytes written up to the end of the last pong. */
  private long endOfPong;

  /** Payload of the newest ping that is not answered yet; null = none. */
  private byte[] unansweredPing;

  /** Bytes written in the current event loop task and not sent yet. */
  private int queued;

  /** Bytes sent and not yet written to the network. */
  private long unsent;

  private long lastProgress;
  private boolean closed;

  /**
   * @param onTooSlow called if the client has too many unsent bytes to receive more
   * @param onWritable called when a slow client can receive frames again
   */
  SocketWriter(
      SocketContext context,
      Context loop,
      Transport transport,
      WireProtocol protocol,
      Runnable onTooSlow,
      Runnable onWritable) {
    this.context = context;
    this.loop = loop;
    this.transport = transport;
    this.protocol = protocol;
    this.onTooSlow = onTooSlow;
    this.onWritable = onWritable;
  }

  /** Sends the frame at the end of the current task. */
  void send(Frame frame) {
    send(transport.encode(frame));
  }

  private void send(byte[] message) {
    var first = queued == 0;
    if (!queue(message)) {
      return;
    }
    if (queued >= MAX_QUEUED_BYTES) {
      flush();
    } else if (first) {
      loop.runOnContext(flush);
    }
  }

  void sendNow(Frame frame) {
    if (queue(transport.encode(frame))) {
      flush();
    }
  }

  /** Answers a ping. While a pong is unsent, only the newest ping is answered later (RFC 6455, section 5.5.3). */
  void pong(byte[] payload) {
    if (written - queued - unsent < endOfPong) {
      unansweredPing = payload;
      return;
    }
    unansweredPing = null;
    send(Frame.pong(payload));
    endOfPong = written;
  }

  boolean isBehind() {
    return unsent > BEHIND_BYTES;
  }

  /**
   * Counts bytes that wait for room in the limit of the node. Returns false, and counts nothing, if that exceeds the limit.
   */
  boolean hold(int bytes) {
    var allowed = !closed && context.metrics().unsentBytes() + bytes <= maxUnsentOfNode();
    if (allowed) {
      context.metrics().addUnsentBytes(bytes);
    }
    return allowed;
  }

  void release(int bytes) {
    context.metrics().addUnsentBytes(-bytes);
  }

  /**
   * Returns whether the transport has accepted no bytes for longer than the idle timeout.
   *
   * @param now nanoseconds
   */
  boolean isStalled(long now) {
    return unsent > 0 && now - lastProgress > context.settings().idleTimeout().toNanos();
  }

  /** Returns the number of unsent bytes. */
  long unsent() {
    return unsent;
  }

  void ping() {
    transport.ping();
  }

  /**
   * Sends the reason, closes, and resets the connection of a client that does not respond to that.
   *
   * @param onReset called after a reset, because not every transport reports its end
   */
  void close(CloseReason reason, Runnable onReset) {
    var retryAfterMs = ThreadLocalRandom.current().nextInt(MAX_RECONNECT_DELAY_MS + 1);
    var text = reason.wireName();
    var frame = protocol.error(null, reason.status(), text, reason.message());
    if (reason.hasRetryDelay()) {
      frame.put("retry_after_ms", retryAfterMs);
      text += ", retry_after_ms=" + retryAfterMs;
    }
    if (reason != CloseReason.SLOW_READER) {
      write(transport.encode(Frame.of(frame)));
    }
    var closeText = text;
    var sent = flush();
    closed = true;
    if (reason == CloseReason.SLOW_READER) {
      transport.close(reason.code(), closeText);
    } else {
      // SockJS drops what was not sent when it closes.
      sent.onComplete(done -> transport.close(reason.code(), closeText));
    }
    // A client that does not read never responds to a close.
    context.vertx().setTimer(CLOSE_TIMEOUT_MS, timer -> {
      transport.reset();
      onReset.run();
    });
  }

  void reset() {
    transport.reset();
  }

  /** Removes the unsent bytes from the metrics after the transport has ended. */
  void discard() {
    closed = true;
    context.metrics().addUnsentBytes(-unsent);
    unsent = 0;
  }

  /** Queues the frame; false if the socket is closed or the client is too slow. */
  private boolean queue(byte[] message) {
    if (closed) {
      return false;
    }
    if (unsent + queued + message.length > MAX_UNSENT_BYTES || isBehind() && isNodeBehind()) {
      onTooSlow.run();
      return false;
    }
    write(message);
    return true;
  }

  private boolean isNodeBehind() {
    return context.metrics().unsentBytes() > maxUnsentOfNode();
  }

  private long maxUnsentOfNode() {
    return context.settings().maxUnsentMegabytes() * BYTES_PER_MEGABYTE;
  }

  private void write(byte[] message) {
    queued += message.length;
    written += message.length;
    transport.write(message);
  }

  /** Completes when the kernel has accepted the queued bytes. */
  private Future<Void> flush() {
    if (queued == 0 || closed) {
      return Future.succeededFuture();
    }
    var bytes = queued;
    queued = 0;
    var sent = transport.flush();
    if (sent.succeeded()) {
      return sent;
    }
    if (unsent == 0) {
      lastProgress = System.nanoTime();
    }
    unsent += bytes;
    context.metrics().addUnsentBytes(bytes);
    sent.onComplete(result -> loop.runOnContext(here -> onSent(bytes, result)));
    return sent;
  }

  private void onSent(int bytes, AsyncResult<Void> result) {
    var wasBehind = isBehind();
    // The end of the transport has discarded all unsent bytes already.
    var known = Math.min(bytes, unsent);
    unsent -= known;
    context.metrics().addUnsentBytes(-known);
    if (result.succeeded()) {
      lastProgress = System.nanoTime();
    }
    if (unansweredPing != null) {
      pong(unansweredPing);
    }
    if (wasBehind && !isBehind()) {
      onWritable.run();
    }
  }
}

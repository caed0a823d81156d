package dev.verticker.api.socket;

import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.Transport;
import dev.verticker.api.socket.protocol.WireProtocol;
import dev.verticker.bus.Failure;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes to one socket within its limits, and closes it. Frames of one task of the event loop are sent together; what the
 * kernel takes at once costs no accounting. After the close nothing is written. Used on the socket's own event loop.
 */
final class SocketWriter {
  /** More is sent without waiting for the end of the task. */
  private static final int MAX_QUEUED_BYTES = 16 * 1024;

  private static final Future<Void> SENT = Future.succeededFuture();

  private final SocketContext context;
  private final LoopExecutor loop;
  private final Transport transport;
  private final WireProtocol protocol;
  private final SocketLimits limits;
  private final Runnable onTooSlow;
  private final Runnable onRoom;
  private final Runnable flush = this::flush;

  /** Written in the current task of the event loop and not sent yet. */
  private int queued;

  /** Sent and not taken by the kernel yet. */
  private long unsent;

  private long lastProgress;
  private boolean closed;

  /**
   * @param onTooSlow the client is too far behind to receive anything more
   * @param onRoom the client was behind and is not any longer
   */
  SocketWriter(
      SocketContext context,
      LoopExecutor loop,
      Transport transport,
      WireProtocol protocol,
      Runnable onTooSlow,
      Runnable onRoom) {
    this.context = context;
    this.loop = loop;
    this.transport = transport;
    this.protocol = protocol;
    this.limits = context.limits();
    this.onTooSlow = onTooSlow;
    this.onRoom = onRoom;
  }

  /** Sends the frame at the end of the current task. */
  void send(Frame frame) {
    var first = queued == 0;
    if (!queue(frame)) {
      return;
    }
    if (queued >= MAX_QUEUED_BYTES) {
      flush();
    } else if (first) {
      loop.postpone(flush);
    }
  }

  void sendNow(Frame frame) {
    if (queue(frame)) {
      flush();
    }
  }

  /** @param subject the topic or reply address that the failure concerns; null = the whole socket */
  void sendError(String subject, Failure failure) {
    context.metrics().refused(protocol, failure.code());
    send(Frame.of(protocol.error(subject, failure.status(), failure.code(), failure.detail())));
  }

  boolean isBehind() {
    return unsent > limits.behindBytes();
  }

  /** The kernel has taken nothing for too long. @param now nanoseconds */
  boolean isStalled(long now) {
    return unsent > 0 && now - lastProgress > limits.idle().toNanos();
  }

  /** Bytes. */
  long unsent() {
    return unsent;
  }

  void ping() {
    transport.ping();
  }

  /**
   * Sends the reason, closes, and resets the connection of a client that does not respond to that.
   *
   * @param onReset not every transport reports its end
   */
  void close(CloseReason reason, Runnable onReset) {
    var retryAfterMs = ThreadLocalRandom.current().nextLong(limits.reconnect().toMillis() + 1);
    if (reason != CloseReason.SLOW_READER) {
      write(Frame.of(lastFrame(reason, retryAfterMs)));
    }
    var sent = flush();
    closed = true;
    var closeReason = reason == CloseReason.RESTART
        ? reason.wireName() + ", retry_after_ms=" + retryAfterMs
        : reason.wireName();
    if (reason == CloseReason.SLOW_READER) {
      transport.close(reason.code(), closeReason);
    } else {
      // SockJS drops what was not sent when it closes.
      sent.onComplete(done -> loop.run(() -> transport.close(reason.code(), closeReason)));
    }
    // A client that does not read never responds to a close.
    context
        .vertx()
        .setTimer(
            limits.close().toMillis(),
            timer -> loop.run(() -> {
              transport.reset();
              onReset.run();
            }));
  }

  /** Resets the connection. */
  void reset() {
    closed = true;
    transport.reset();
  }

  /** The transport has ended: the kernel takes nothing any more. */
  void discard() {
    closed = true;
    context.metrics().addUnsentBytes(-unsent);
    unsent = 0;
  }

  /** False when the socket is closed, or the client is too slow for the frame. */
  private boolean queue(Frame frame) {
    if (closed) {
      return false;
    }
    if (unsent + queued + transport.sizeOf(frame) > limits.maxUnsentBytes()
        || isBehind() && context.metrics().unsentBytes() > limits.maxUnsentBytesOfNode()) {
      onTooSlow.run();
      return false;
    }
    write(frame);
    return true;
  }

  private void write(Frame frame) {
    queued += transport.sizeOf(frame);
    transport.write(frame);
  }

  /** Completes when the kernel has taken what was queued. */
  private Future<Void> flush() {
    if (queued == 0 || closed) {
      return SENT;
    }
    var bytes = queued;
    queued = 0;
    var sent = transport.flush();
    if (sent.succeeded()) {
      return SENT;
    }
    if (unsent == 0) {
      lastProgress = System.nanoTime();
    }
    unsent += bytes;
    context.metrics().addUnsentBytes(bytes);
    sent.onComplete(result -> loop.runLater(() -> onSent(bytes, result)));
    return sent;
  }

  private void onSent(int bytes, AsyncResult<Void> result) {
    var wasBehind = isBehind();
    // After the end everything was discarded at once.
    var known = Math.min(bytes, unsent);
    unsent -= known;
    context.metrics().addUnsentBytes(-known);
    if (result.succeeded()) {
      lastProgress = System.nanoTime();
    }
    if (wasBehind && !isBehind()) {
      onRoom.run();
    }
  }

  private JsonObject lastFrame(CloseReason reason, long retryAfterMs) {
    var frame = protocol.error(null, reason.status(), reason.wireName(), reason.message());
    return reason == CloseReason.RESTART ? frame.put("retry_after_ms", retryAfterMs) : frame;
  }
}

package dev.verticker.api.socket;

import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What one socket is told, bounded by what its peer takes; and how it ends. After the end nothing is told any more. Used on
 * the socket's own event loop.
 */
final class SocketWriter {
  private final SocketHub feed;
  private final EventLoopSessions loop;
  private final Transport peer;
  private final WireProtocol framing;
  private final SocketLimits limits;
  private final WriteQueue backlog;
  private final Runnable tooSlow;
  private final Runnable roomAgain;
  private boolean ended;

  /**
   * @param tooSlow the peer is too far behind to be told anything more
   * @param roomAgain the peer was behind and is not any longer
   */
  SocketWriter(
      SocketHub feed,
      EventLoopSessions loop,
      Transport peer,
      WireProtocol framing,
      Runnable tooSlow,
      Runnable roomAgain) {
    this.feed = feed;
    this.loop = loop;
    this.peer = peer;
    this.framing = framing;
    this.limits = feed.limits();
    this.backlog = new WriteQueue(limits, feed.unsent());
    this.tooSlow = tooSlow;
    this.roomAgain = roomAgain;
  }

  void send(Frame frame) {
    send(framing.text(frame));
  }

  void send(JsonObject frame) {
    send(Frame.Text.of(frame.encode()));
  }

  /** @param about the topic or reply address; null = none */
  void refuse(String about, Failure failure) {
    feed.refused(framing, failure.code());
    send(framing.refusal(about, failure.status(), failure.code(), failure.detail()));
  }

  /** Whether more than a little was not taken by the peer yet. */
  boolean isBehind() {
    return backlog.isBehind();
  }

  boolean isStuck(long now) {
    return backlog.isStuck(now);
  }

  /** Bytes. */
  long unsent() {
    return backlog.unsent();
  }

  void ping() {
    peer.ping();
  }

  /**
   * Says why, closes, and resets the connection of whoever does not answer that.
   *
   * @param reset it was reset, if there was anything left: no transport need say that it ended
   */
  void close(CloseReason reason, Runnable reset) {
    var retryAfterMs = ThreadLocalRandom.current().nextLong(limits.spread().toMillis() + 1);
    var said = reason == CloseReason.SLOW_READER
        ? Future.<Void>succeededFuture()
        : write(Frame.Text.of(farewell(reason, retryAfterMs).encode()));
    ended = true;
    var word = reason == CloseReason.RESTART
        ? reason.word() + ", retry_after_ms=" + retryAfterMs
        : reason.word();
    // SockJS forgets what was not taken when it closes.
    said.onComplete(done -> loop.run(() -> peer.close(reason.code(), word)));
    // Whoever does not read never answers a close.
    feed.vertx()
        .setTimer(
            limits.polite().toMillis(),
            timer -> loop.run(() -> {
              peer.hardClose();
              reset.run();
            }));
  }

  /** Resets the connection. */
  void cut() {
    ended = true;
    peer.hardClose();
  }

  /** The transport has ended: nothing will be taken any more. */
  void forget() {
    ended = true;
    backlog.forget();
  }

  private void send(Frame.Text text) {
    if (ended) {
      return;
    }
    if (backlog.takes(text.bytes())) {
      write(text);
    } else {
      tooSlow.run();
    }
  }

  private Future<Void> write(Frame.Text text) {
    backlog.add(text.bytes());
    return peer.write(text.text())
        .onComplete(written -> loop.run(() -> {
          var wasBehind = backlog.isBehind();
          backlog.remove(text.bytes(), written.succeeded());
          if (wasBehind && !backlog.isBehind()) {
            roomAgain.run();
          }
        }));
  }

  private JsonObject farewell(CloseReason reason, long retryAfterMs) {
    var frame = framing.refusal(null, reason.status(), reason.word(), reason.sentence());
    return reason == CloseReason.RESTART ? frame.put("retry_after_ms", retryAfterMs) : frame;
  }
}

package dev.verticker.api.socket;

import java.util.function.BiConsumer;

/**
 * The topic of who signs in by a ticket and names none shortly after: it hears everything since its arrival. Used on the
 * socket's own event loop.
 */
final class DefaultSubscription {
  private final SocketHub feed;
  private final EventLoopSessions loop;
  private final BiConsumer<String, ResumePoint> start;
  private ResumePoint atArrival;
  private boolean due;
  private boolean decided;

  /** @param start called at most once */
  DefaultSubscription(
      SocketHub feed, EventLoopSessions loop, BiConsumer<String, ResumePoint> start) {
    this.feed = feed;
    this.loop = loop;
    this.start = start;
  }

  void arrive(String topic) {
    feed.reader()
        .standing(
            topic,
            null,
            standing -> loop.run(() -> {
              if (standing instanceof ReplayResult.Piece piece) {
                atArrival = new ResumePoint(piece.epoch(), piece.newest());
              }
              startWhenDue(topic);
            }));
    feed.vertx()
        .setTimer(
            feed.limits().defaults().toMillis(),
            timer -> loop.run(() -> {
              due = true;
              startWhenDue(topic);
            }));
  }

  /** A topic was named, or there is nobody any more to hear one. */
  void forget() {
    decided = true;
  }

  private void startWhenDue(String topic) {
    if (due && atArrival != null && !decided) {
      decided = true;
      start.accept(topic, atArrival);
    }
  }
}

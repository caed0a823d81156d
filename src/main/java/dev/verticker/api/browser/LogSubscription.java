package dev.verticker.api.browser;

import io.vertx.core.json.JsonObject;

/**
 * One socket's place in one topic of the log. It hands on each event once, in the order of the sequence: what it missed
 * first, then what is told live.
 */
final class LogSubscription {
  private final Visitor visitor;
  private final String topic;
  private final LogReader reader;
  private Since wanted;
  private boolean announced;
  private Since reached;
  private boolean live;
  private boolean started;
  private boolean cancelled;

  /** @param resumes the client asked for what follows {@code wanted}, not we */
  LogSubscription(Visitor visitor, String topic, LogReader reader, Since wanted, boolean resumes) {
    this.visitor = visitor;
    this.topic = topic;
    this.reader = reader;
    this.wanted = wanted;
    this.announced = resumes;
  }

  void start() {
    live = false;
    started = false;
    reader.standing(topic, wanted, standing -> visitor.loop().run(() -> hear(standing)));
  }

  /** The log cannot say what was missed; this can. */
  void startOver() {
    if (live) {
      wanted = reached;
      announced = true;
      start();
    }
  }

  void cancel() {
    cancelled = true;
  }

  /** Says again where it is. */
  void confirm() {
    if (live) {
      visitor.send(subscribed(false, 0));
    }
  }

  /** An event of the topic, live. */
  void hear(Told told) {
    if (!live || cancelled) {
      return;
    }
    if (!told.epoch().equals(reached.epoch())) {
      startOver();
    } else if (told.seq() > reached.seq() + 1) {
      visitor.feed().metrics().counter("socket_gaps_total").increment();
      startOver();
    } else if (told.seq() == reached.seq() + 1) {
      pass(told);
    }
  }

  private void hear(Standing standing) {
    if (cancelled) {
      return;
    }
    if (standing instanceof Standing.Refused refused) {
      visitor.refuse(topic, refused.failure());
      visitor.drop(topic);
    } else if (standing instanceof Standing.Piece piece) {
      hear(piece);
    }
  }

  private void hear(Standing.Piece piece) {
    if (!started) {
      started = true;
      reached = piece.recovered() ? wanted : new Since(piece.epoch(), piece.newest());
      var replayed = piece.newest() - reached.seq();
      visitor.send(subscribed(piece.recovered() && announced, replayed));
    }
    for (var told : piece.told()) {
      if (cancelled) {
        return;
      }
      if (told.seq() == reached.seq() + 1) {
        pass(told);
      }
    }
    live = piece.complete();
  }

  private void pass(Told told) {
    reached = new Since(told.epoch(), told.seq());
    if (visitor.mayHear(told.audience())) {
      visitor.send(told.frame());
    }
  }

  private Frame subscribed(boolean recovered, long replayed) {
    return Frame.of(
        topic,
        new JsonObject()
            .put("event", "subscribed")
            .put("topic", topic)
            .put("epoch", reached.epoch())
            .put("seq", reached.seq())
            .put("recovered", recovered)
            .put("replayed", replayed));
  }
}

package dev.verticker.api.socket;

import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One socket's place in one topic of the log. It hands on each event once, in the order of the sequence: what it missed
 * first, as fast as the socket takes it, then what is told live.
 */
final class LogSubscription {
  private final SocketSession visitor;
  private final String topic;
  private final LogReader reader;
  private final ResumePoint wanted;
  private final boolean resumes;
  private final Queue<EncodedEvent> missed = new ArrayDeque<>();

  /** Null until the first answer about the past came. */
  private ResumePoint reached;

  private boolean asking;
  private boolean live;
  private boolean goesOn;
  private boolean cancelled;

  /** More was missed than is held here. */
  private boolean more;

  /** @param resumes the client asked for what follows {@code wanted}, not we */
  LogSubscription(
      SocketSession visitor, String topic, LogReader reader, ResumePoint wanted, boolean resumes) {
    this.visitor = visitor;
    this.topic = topic;
    this.reader = reader;
    this.wanted = wanted;
    this.resumes = resumes;
  }

  void start() {
    ask(wanted);
  }

  /** Something may have been missed. */
  void startOver() {
    if (live) {
      ask(reached);
    } else {
      // A question that is under way will be answered with it.
      more |= !asking;
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
  void hear(EncodedEvent told) {
    if (cancelled) {
      return;
    }
    if (!live) {
      more |= !asking;
    } else if (!told.epoch().equals(reached.epoch())) {
      ask(reached);
    } else if (told.seq() > reached.seq() + 1) {
      visitor.feed().metrics().counter("socket_gaps_total").increment();
      ask(reached);
    } else if (told.seq() == reached.seq() + 1) {
      pass(told);
    }
  }

  /** Sends what was missed while the socket takes it; called again when it takes more. */
  void goOn() {
    if (live || asking || goesOn) {
      return;
    }
    goesOn = true;
    while (!cancelled && !missed.isEmpty() && !visitor.isBehind()) {
      var told = missed.poll();
      if (told.seq() == reached.seq() + 1) {
        pass(told);
      }
    }
    goesOn = false;
    if (!cancelled && missed.isEmpty()) {
      if (more) {
        ask(reached);
      } else {
        live = true;
      }
    }
  }

  private void ask(ResumePoint since) {
    live = false;
    asking = true;
    reader.standing(topic, since, standing -> visitor.loop().run(() -> hear(standing)));
  }

  private void hear(ReplayResult standing) {
    asking = false;
    if (cancelled) {
      return;
    }
    if (standing instanceof ReplayResult.Refused refused) {
      visitor.refuse(topic, refused.failure());
      visitor.drop(topic);
    } else if (standing instanceof ReplayResult.Piece piece) {
      hear(piece);
    }
  }

  private void hear(ReplayResult.Piece piece) {
    var first = reached == null;
    if (first || !piece.recovered()) {
      reached =
          first && piece.recovered() ? wanted : new ResumePoint(piece.epoch(), piece.newest());
      var recovered = first && resumes && piece.recovered();
      visitor.send(subscribed(recovered, piece.newest() - reached.seq()));
    }
    missed.addAll(piece.told());
    more = !piece.complete();
    goOn();
  }

  private void pass(EncodedEvent told) {
    reached = new ResumePoint(told.epoch(), told.seq());
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

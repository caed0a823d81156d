package dev.verticker.api.socket;

import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.ReadLog;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the log for all sockets of this node: asks once a second for everything after the last position it has seen; a
 * message only makes it faster. What others missed is answered from its {@link ReplayService}.
 *
 * <p>Everything happens on one context, in order: an answer about the past and the events that follow it cannot overtake each
 * other on their way to a socket.
 */
final class LogReader {
  private static final Logger log = LoggerFactory.getLogger(LogReader.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Bus bus;
  private final Context context;
  private final Consumer<List<EncodedEvent>> listeners;
  private final Runnable startOver;
  private final RecentEvents memory = new RecentEvents();
  private final ReplayService past;
  private String epoch;
  private long position;
  private boolean asking;
  private boolean askAgain;

  /**
   * @param listeners hears every event of the log from the start on, in order
   * @param startOver events may have been missed: every subscription must ask for what follows the last one it has
   */
  LogReader(
      Vertx vertx, NodeContext node, Consumer<List<EncodedEvent>> listeners, Runnable startOver) {
    this.vertx = vertx;
    this.bus = node.bus();
    this.context = vertx.getOrCreateContext();
    this.listeners = listeners;
    this.startOver = startOver;
    this.past = new ReplayService(vertx, node, memory);
  }

  /** Reads from now on, on the calling context; whether the log answers yet does not matter to the start. */
  Future<Void> start() {
    return bus.subscribe(Notifications.APPENDED, this::hint).compose(subscribed -> {
      vertx.setPeriodic(EVERY.toMillis(), timer -> {
        ask();
        past.giveUp();
        past.ask();
      });
      return ask();
    });
  }

  /**
   * Answers once, on this reader's context. Whoever gets a piece that is not complete asks again when it is done with it.
   *
   * @param since null = only where the topic is now
   */
  void standing(String topic, ResumePoint since, Consumer<ReplayResult> answer) {
    context.runOnContext(nothing -> past.standing(topic, since, answer));
  }

  private void hint(LogPage news) {
    if (news.epoch().equals(epoch)
        && !news.events().isEmpty()
        && news.events().get(0).position() <= position + 1) {
      hear(news);
    } else {
      ask();
    }
  }

  /** Asks for news now. */
  Future<Void> ask() {
    if (asking) {
      askAgain = true;
      return Future.succeededFuture();
    }
    asking = true;
    return bus.request(Notifications.READ_LOG, new ReadLog(epoch, position)).transform(answer -> {
      asking = false;
      if (answer.failed()) {
        askAgain = false;
        log.debug("the log does not answer: {}", answer.cause().getMessage());
        return Future.succeededFuture();
      }
      learn(answer.result());
      if (askAgain || position < answer.result().head()) {
        askAgain = false;
        return ask();
      }
      return Future.succeededFuture();
    });
  }

  private void learn(LogPage news) {
    if (news.epoch().equals(epoch) && position >= news.oldest() - 1) {
      hear(news);
      if (news.events().size() < Notifications.MAX_EVENTS) {
        // Nothing is left up to the head, also where events of an erased user were.
        position = Math.max(position, news.head());
      }
    } else {
      var first = epoch == null;
      epoch = news.epoch();
      position = news.head();
      memory.forget();
      if (!first) {
        log.warn("the log goes on at {} of {}: everybody asks again", position, epoch);
        startOver.run();
      }
      past.begin();
    }
  }

  private void hear(LogPage news) {
    var fresh = news.events().stream()
        .filter(event -> event.position() > position)
        .map(EncodedEvent::of)
        .toList();
    if (!fresh.isEmpty()) {
      position = fresh.get(fresh.size() - 1).position();
      fresh.forEach(memory::add);
      listeners.accept(fresh);
    }
  }
}

package dev.verticker.api.browser;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.bus.NodeContext;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.After;
import dev.verticker.message.Notifications.News;
import dev.verticker.message.Notifications.Replayed;
import dev.verticker.message.Notifications.Start;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the log for all sockets of this node: asks once a second for everything after the last position it has seen (a
 * message only makes it faster), and for what others missed, all of them in one question a second.
 *
 * <p>Everything happens on one context, in order: an answer about the past and the events that follow it cannot overtake each
 * other on their way to a socket.
 */
final class LogReader {
  private static final Logger log = LoggerFactory.getLogger(LogReader.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final int MOST_TOPICS = 2000;
  private static final int MOST_EVENTS = 8000;

  private final Vertx vertx;
  private final Bus bus;
  private final MeterRegistry metrics;
  private final Context context;
  private final Consumer<List<Told>> listeners;
  private final Runnable startOver;
  private final Memory memory = new Memory();
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private String epoch;
  private long position;
  private boolean asking;
  private boolean askAgain;
  private boolean replaying;
  private boolean batchPlanned;
  private long lastBatch = System.nanoTime() - EVERY.toNanos();

  /** One subscription that wants to know how its topic stands. */
  private static final class Waiting {
    private final String topic;
    private final Since wanted;
    private final Consumer<Standing> answer;
    private final long since = System.nanoTime();
    private Since reached;
    private boolean answered;
    private boolean recovered;

    Waiting(String topic, Since wanted, Consumer<Standing> answer) {
      this.topic = topic;
      this.wanted = wanted;
      this.reached = wanted;
      this.answer = answer;
    }
  }

  /**
   * @param listeners hears every event of the log from the start on, in order
   * @param startOver events may have been missed: every subscription must ask for what follows the last one it has
   */
  LogReader(Vertx vertx, NodeContext node, Consumer<List<Told>> listeners, Runnable startOver) {
    this.vertx = vertx;
    this.bus = node.bus();
    this.metrics = node.metrics();
    this.context = vertx.getOrCreateContext();
    this.listeners = listeners;
    this.startOver = startOver;
    node.metrics().gauge("socket_replays_waiting", waiting, Queue::size);
  }

  /** Reads from now on, on the calling context; whether the log answers yet does not matter to the start. */
  Future<Void> start() {
    return bus.subscribe(Notifications.NEWS, this::hint).compose(subscribed -> {
      vertx.setPeriodic(EVERY.toMillis(), timer -> {
        ask();
        giveUp();
        replay();
      });
      return ask();
    });
  }

  /**
   * Answers on this reader's context, with pieces or a refusal.
   *
   * @param since null = only where the topic is now
   */
  void standing(String topic, Since since, Consumer<Standing> answer) {
    context.runOnContext(nothing -> {
      var asked = new Waiting(topic, since, answer);
      if (epoch == null || !answeredFromMemory(asked)) {
        waiting.add(asked);
        replay();
      }
    });
  }

  private void hint(News news) {
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
    return bus.request(Notifications.AFTER, new After(epoch, position)).transform(answer -> {
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

  private void learn(News news) {
    if (news.epoch().equals(epoch) && position >= news.oldest() - 1) {
      hear(news);
      if (news.events().size() < Notifications.MOST) {
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
      replay();
    }
  }

  private void hear(News news) {
    var fresh = news.events().stream()
        .filter(event -> event.position() > position)
        .map(Told::of)
        .toList();
    if (!fresh.isEmpty()) {
      position = fresh.get(fresh.size() - 1).position();
      fresh.forEach(memory::add);
      listeners.accept(fresh);
    }
  }

  private boolean answeredFromMemory(Waiting asked) {
    var head = memory.head(asked.topic);
    if (head == null) {
      return false;
    }
    if (asked.wanted == null) {
      asked.answer.accept(new Standing.Piece(head.epoch(), false, head.seq(), List.of(), true));
      return true;
    }
    if (!asked.wanted.epoch().equals(head.epoch()) || asked.wanted.seq() > head.seq()) {
      // This node may be behind the one the client comes from: the log knows.
      return false;
    }
    var missed = memory.after(asked.topic, head.epoch(), asked.wanted.seq());
    if (missed == null || missed.isEmpty() && asked.wanted.seq() < head.seq()) {
      return false;
    }
    count("memory", missed.size());
    asked.answer.accept(
        new Standing.Piece(head.epoch(), true, asked.wanted.seq() + missed.size(), missed, true));
    return true;
  }

  /** One question for everybody who waits, at most once a second. */
  private void replay() {
    if (waiting.isEmpty() || replaying || epoch == null) {
      return;
    }
    var pause = lastBatch + EVERY.toNanos() - System.nanoTime();
    if (pause > 0) {
      if (!batchPlanned) {
        batchPlanned = true;
        vertx.setTimer(Duration.ofNanos(pause).toMillis() + 1, timer -> {
          batchPlanned = false;
          replay();
        });
      }
      return;
    }
    var batch = batch();
    replaying = true;
    metrics.counter("socket_replay_queries_total").increment();
    bus.request(
            Notifications.REPLAY,
            new Notifications.Replay(starts(batch), Math.min(1000, MOST_EVENTS / batch.size())))
        .onComplete(answer -> {
          replaying = false;
          if (answer.succeeded()) {
            answer(batch, answer.result());
          } else {
            log.debug("nobody replays: {}", answer.cause().getMessage());
            batch.values().forEach(waiting::addAll);
          }
        });
    // Only now: a second from question to question, however long it took to put this one.
    lastBatch = System.nanoTime();
  }

  private Map<String, List<Waiting>> batch() {
    var batch = new LinkedHashMap<String, List<Waiting>>();
    var later = new ArrayList<Waiting>();
    for (var asked : waiting) {
      if (batch.size() < MOST_TOPICS || batch.containsKey(asked.topic)) {
        batch.computeIfAbsent(asked.topic, topic -> new ArrayList<>()).add(asked);
      } else {
        later.add(asked);
      }
    }
    waiting.clear();
    waiting.addAll(later);
    return batch;
  }

  /** From the least that anybody wants of a topic. */
  private static List<Start> starts(Map<String, List<Waiting>> batch) {
    return batch.entrySet().stream()
        .map(topic -> new Start(
            topic.getKey(),
            topic.getValue().stream()
                .filter(asked -> asked.reached != null)
                .map(asked -> asked.reached.seq())
                .min(Long::compare)
                .orElse(null)))
        .toList();
  }

  private void answer(Map<String, List<Waiting>> batch, Replayed replayed) {
    var found = new LinkedHashMap<>(batch);
    for (var topic : replayed.topics()) {
      var told = topic.events().stream().map(Told::of).toList();
      memory.standsAt(topic.topic(), topic.epoch(), topic.newest());
      found.remove(topic.topic()).forEach(asked -> answer(asked, topic, told));
    }
    var gone = new Failure.NotFound("topic-unknown", "There is no such topic any more.");
    found
        .values()
        .forEach(
            askers -> askers.forEach(asked -> asked.answer.accept(new Standing.Refused(gone))));
  }

  private void answer(Waiting asked, Notifications.Replaying topic, List<Told> told) {
    if (!asked.answered) {
      asked.recovered = asked.wanted != null
          && asked.wanted.epoch().equals(topic.epoch())
          && asked.wanted.seq() <= topic.newest()
          && asked.wanted.seq() >= topic.oldest() - 1;
    }
    if (!asked.recovered) {
      asked.answer.accept(new Standing.Piece(topic.epoch(), false, newest(topic), List.of(), true));
      return;
    }
    var piece = new ArrayList<Told>();
    for (var each : told) {
      if (each.seq() == asked.reached.seq() + 1) {
        piece.add(each);
        asked.reached = new Since(topic.epoch(), each.seq());
      }
    }
    // What was heard here while the question was under way.
    var heard = memory.after(topic.topic(), topic.epoch(), asked.reached.seq());
    if (heard != null && !heard.isEmpty()) {
      piece.addAll(heard);
      asked.reached = new Since(topic.epoch(), asked.reached.seq() + heard.size());
    }
    var newest = newest(topic);
    var complete = heard != null && asked.reached.seq() >= newest;
    count("log", piece.size());
    asked.answer.accept(new Standing.Piece(topic.epoch(), true, newest, piece, complete));
    asked.answered = true;
    if (!complete) {
      waiting.add(asked);
      replay();
    }
  }

  /** What was heard live while the question was under way was heard by nobody who waits. */
  private long newest(Notifications.Replaying topic) {
    var head = memory.head(topic.topic());
    return head != null && head.epoch().equals(topic.epoch())
        ? Math.max(head.seq(), topic.newest())
        : topic.newest();
  }

  private void giveUp() {
    var latest = System.nanoTime() - LONGEST_WAIT.toNanos();
    waiting.removeIf(asked -> {
      var late = !asked.answered && asked.since < latest;
      if (late) {
        asked.answer.accept(new Standing.Refused(
            new Failure.Unavailable("unavailable", "The log of events does not answer now.")));
      }
      return late;
    });
  }

  private void count(String from, int events) {
    metrics.counter("socket_replays_total", "from", from).increment();
    metrics.counter("socket_replayed_events_total", "from", from).increment(events);
  }
}

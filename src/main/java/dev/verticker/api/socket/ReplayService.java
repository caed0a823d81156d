package dev.verticker.api.socket;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.ReplayFrom;
import dev.verticker.message.Notifications.TopicReplays;
import io.micrometer.core.instrument.MeterRegistry;
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
 * What those missed who come back: from what this node remembers, else from the log, all who wait in one question a second.
 * Used on the context of its {@link LogReader}.
 */
final class ReplayService {
  private static final Logger log = LoggerFactory.getLogger(ReplayService.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);
  private static final int MAX_TOPICS = 2000;
  private static final int MAX_EVENTS = 8000;

  /** At most so many events of one topic in one answer. */
  private static final int PIECE = 1000;

  private final Vertx vertx;
  private final Bus bus;
  private final MeterRegistry metrics;
  private final RecentEvents memory;
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private boolean begun;
  private boolean asking;
  private boolean batchPlanned;
  private long lastBatch = System.nanoTime() - EVERY.toNanos();

  /** One subscription that wants to know how its topic stands. @param begun nanoseconds */
  private record Waiting(
      String topic, ResumePoint wanted, Consumer<ReplayResult> answer, long begun) {
    /** Whether one piece of the log serves both. */
    boolean isNear(Waiting other) {
      return wanted == null
          || other.wanted == null
          || Math.abs(wanted.seq() - other.wanted.seq()) < PIECE;
    }
  }

  /** @param memory what the reader has heard so far */
  ReplayService(Vertx vertx, NodeContext node, RecentEvents memory) {
    this.vertx = vertx;
    this.bus = node.bus();
    this.metrics = node.metrics();
    this.memory = memory;
    metrics.gauge("socket_replays_waiting", waiting, Queue::size);
  }

  /** From now on the memory follows the log; before that nothing is answered. */
  void begin() {
    begun = true;
    ask();
  }

  /** @param since null = only where the topic is now */
  void standing(String topic, ResumePoint since, Consumer<ReplayResult> answer) {
    var asked = new Waiting(topic, since, answer, System.nanoTime());
    if (!begun || !answeredFromMemory(asked)) {
      waiting.add(asked);
      ask();
    }
  }

  private boolean answeredFromMemory(Waiting asked) {
    var head = memory.head(asked.topic);
    if (head == null) {
      return false;
    }
    if (asked.wanted == null) {
      asked.answer.accept(new ReplayResult.Piece(head.epoch(), false, head.seq(), List.of(), true));
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
    asked.answer.accept(new ReplayResult.Piece(
        head.epoch(), true, asked.wanted.seq() + missed.size(), missed, true));
    return true;
  }

  /** One question for everybody who waits, at most once a second. */
  void ask() {
    if (waiting.isEmpty() || asking || !begun) {
      return;
    }
    var pause = lastBatch + EVERY.toNanos() - System.nanoTime();
    if (pause > 0) {
      if (!batchPlanned) {
        batchPlanned = true;
        vertx.setTimer(Duration.ofNanos(pause).toMillis() + 1, timer -> {
          batchPlanned = false;
          ask();
        });
      }
      return;
    }
    var batch = batch();
    asking = true;
    metrics.counter("socket_replay_queries_total").increment();
    bus.request(
            Notifications.REPLAY,
            new Notifications.ReplayTopics(
                starts(batch), Math.min(PIECE, MAX_EVENTS / batch.size())))
        .onComplete(answer -> {
          asking = false;
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
      var together = batch.get(asked.topic);
      // Who is far ahead of the first one waits for its turn: the piece would not reach so far.
      if (together == null ? batch.size() < MAX_TOPICS : together.get(0).isNear(asked)) {
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
  private static List<ReplayFrom> starts(Map<String, List<Waiting>> batch) {
    return batch.entrySet().stream()
        .map(topic -> new ReplayFrom(
            topic.getKey(),
            topic.getValue().stream()
                .filter(asked -> asked.wanted != null)
                .map(asked -> asked.wanted.seq())
                .min(Long::compare)
                .orElse(null)))
        .toList();
  }

  private void answer(Map<String, List<Waiting>> batch, TopicReplays replayed) {
    var found = new LinkedHashMap<>(batch);
    for (var topic : replayed.topics()) {
      var told = topic.events().stream().map(EncodedEvent::of).toList();
      memory.standsAt(topic.topic(), topic.epoch(), topic.newest());
      found.remove(topic.topic()).forEach(asked -> answer(asked, topic, told));
    }
    var gone = new Failure.NotFound("topic-unknown", "There is no such topic any more.");
    found
        .values()
        .forEach(
            askers -> askers.forEach(asked -> asked.answer.accept(new ReplayResult.Refused(gone))));
  }

  private void answer(Waiting asked, Notifications.TopicReplay topic, List<EncodedEvent> told) {
    var newest = newest(topic);
    var recovered = asked.wanted != null
        && asked.wanted.epoch().equals(topic.epoch())
        && asked.wanted.seq() <= newest
        && asked.wanted.seq() >= topic.oldest() - 1;
    if (!recovered) {
      asked.answer.accept(new ReplayResult.Piece(topic.epoch(), false, newest, List.of(), true));
      return;
    }
    var piece = new ArrayList<EncodedEvent>();
    var reached = asked.wanted.seq();
    for (var each : told) {
      if (each.seq() == reached + 1) {
        piece.add(each);
        reached++;
      }
    }
    // What was heard here while the question was under way.
    var heard = memory.after(topic.topic(), topic.epoch(), reached);
    if (heard != null) {
      piece.addAll(heard);
      reached += heard.size();
    }
    var complete = heard != null && reached >= newest;
    if (piece.isEmpty() && !complete) {
      // Others wanted so much more that nothing was left: it is among the first of the next
      // question.
      waiting.add(asked);
      ask();
      return;
    }
    count("log", piece.size());
    asked.answer.accept(new ReplayResult.Piece(topic.epoch(), true, newest, piece, complete));
  }

  /** What was heard live while the question was under way was heard by nobody who waits. */
  private long newest(Notifications.TopicReplay topic) {
    var head = memory.head(topic.topic());
    return head != null && head.epoch().equals(topic.epoch())
        ? Math.max(head.seq(), topic.newest())
        : topic.newest();
  }

  /** Refuses those who have waited for too long. */
  void giveUp() {
    var latest = System.nanoTime() - MAX_WAIT.toNanos();
    waiting.removeIf(asked -> {
      var late = asked.begun < latest;
      if (late) {
        asked.answer.accept(new ReplayResult.Refused(
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

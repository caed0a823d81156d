package dev.verticker.api.socket.log;

import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.ReplayFrom;
import dev.verticker.message.Notifications.TopicReplays;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves replays from recent events in memory, otherwise from the log, batching waiting clients into one query per second.
 * Used on the context of its {@link LogReader}.
 */
final class ReplayService {
  private static final Logger log = LoggerFactory.getLogger(ReplayService.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** Requests fail after this time without an answer of the log. */
  private static final Duration MAX_SILENCE = Duration.ofSeconds(10);

  /** While the log answers, requests wait for their turn: after a restart tens of thousands of clients return at once. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(60);

  private static final int MAX_TOPICS = 2000;
  private static final int MAX_EVENTS_PER_QUERY = 8000;

  /** Max number of events of one topic in one response. */
  private static final int MAX_EVENTS_OF_TOPIC = 1000;

  private static final long MAX_BYTES_FROM_MEMORY = 256 * 1024;

  private final Vertx vertx;
  private final Bus bus;
  private final MeterRegistry metrics;
  private final RecentEvents recent;
  private final Queue<ReplayRequest> waiting = new ArrayDeque<>();
  private boolean started;

  /** A query is scheduled or running. */
  private boolean requesting;

  private long lastRequest = System.nanoTime() - INTERVAL.toNanos();
  private long lastReply = System.nanoTime();

  /**
   * One replay request.
   *
   * @param after null = only the newest sequence of the topic
   * @param since time of the request in nanoseconds
   */
  private record ReplayRequest(
      String topic, ResumePoint after, Promise<ReplayResult> result, long since) {
    /** Returns whether one page of the log serves both. */
    boolean isNear(ReplayRequest other) {
      return after == null
          || other.after == null
          || Math.abs(after.seq() - other.after.seq()) < MAX_EVENTS_OF_TOPIC;
    }
  }

  /** @param recent the events that the reader has delivered */
  ReplayService(Vertx vertx, NodeContext node, RecentEvents recent) {
    this.vertx = vertx;
    this.bus = node.bus();
    this.metrics = node.metrics();
    this.recent = recent;
    metrics.gauge("socket_replays_waiting", waiting, Queue::size);
  }

  /** Starts serving replays. Called when the recent events follow the log; earlier requests are queued. */
  void start() {
    started = true;
    requestNext();
  }

  /** @param after null = only the newest sequence of the topic */
  Future<ReplayResult> replay(String topic, ResumePoint after) {
    var fromMemory = started ? fromMemory(topic, after) : null;
    if (fromMemory != null) {
      return Future.succeededFuture(fromMemory);
    }
    var request = new ReplayRequest(topic, after, Promise.promise(), System.nanoTime());
    waiting.add(request);
    requestNext();
    return request.result.future();
  }

  /**
   * Returns null if only the log can serve the request: the client may have been connected to a node that is ahead of
   * this one.
   */
  private ReplayResult fromMemory(String topic, ResumePoint after) {
    var head = recent.head(topic);
    if (head == null) {
      return null;
    }
    if (after == null) {
      return new ReplayResult(head.epoch(), false, head.seq(), List.of(), true);
    }
    if (!after.epoch().equals(head.epoch()) || after.seq() > head.seq()) {
      return null;
    }
    var missed = recent.after(topic, head.epoch(), after.seq());
    if (missed == null || missed.isEmpty() && after.seq() < head.seq()) {
      return null;
    }
    var page = page(missed);
    count("memory", page.size());
    var newest = after.seq() + missed.size();
    return new ReplayResult(head.epoch(), true, newest, page, page.size() == missed.size());
  }

  /** Returns the first events, at least one if there is one: a subscriber does not hold more. */
  private static List<EncodedEvent> page(List<EncodedEvent> events) {
    var bytes = 0L;
    for (var i = 0; i < events.size(); i++) {
      bytes += events.get(i).size();
      if (i > 0 && bytes > MAX_BYTES_FROM_MEMORY) {
        return events.subList(0, i);
      }
    }
    return events;
  }

  /** Sends one query for all waiting requests, at most one a second. */
  void requestNext() {
    if (waiting.isEmpty() || requesting || !started) {
      return;
    }
    requesting = true;
    var pause = lastRequest + INTERVAL.toNanos() - System.nanoTime();
    if (pause > 0) {
      vertx.setTimer(Duration.ofNanos(pause).toMillis() + 1, timer -> request());
    } else {
      request();
    }
  }

  private void request() {
    var batch = nextBatch();
    if (batch.isEmpty()) {
      // All requests have expired.
      requesting = false;
      return;
    }
    metrics.counter("socket_replay_queries_total").increment();
    bus.request(
            Notifications.REPLAY,
            new Notifications.ReplayTopics(
                starts(batch), Math.min(MAX_EVENTS_OF_TOPIC, MAX_EVENTS_PER_QUERY / batch.size())))
        .onComplete(reply -> {
          requesting = false;
          if (reply.succeeded()) {
            lastReply = System.nanoTime();
            onReplayed(batch, reply.result());
          } else {
            log.debug("replay failed, retrying: {}", reply.cause().getMessage());
            batch.values().forEach(waiting::addAll);
          }
        });
    // After the request was sent: a second between two queries, however long sending took.
    lastRequest = System.nanoTime();
  }

  private Map<String, List<ReplayRequest>> nextBatch() {
    var batch = new LinkedHashMap<String, List<ReplayRequest>>();
    var later = new ArrayList<ReplayRequest>();
    for (var request : waiting) {
      var ofTopic = batch.get(request.topic);
      // A request far ahead of the first one waits, because the page would end before it.
      if (ofTopic == null ? batch.size() < MAX_TOPICS : ofTopic.get(0).isNear(request)) {
        batch.computeIfAbsent(request.topic, topic -> new ArrayList<>()).add(request);
      } else {
        later.add(request);
      }
    }
    waiting.clear();
    waiting.addAll(later);
    return batch;
  }

  /** The lowest requested sequence of each topic. */
  private static List<ReplayFrom> starts(Map<String, List<ReplayRequest>> batch) {
    return batch.entrySet().stream()
        .map(topic -> new ReplayFrom(
            topic.getKey(),
            topic.getValue().stream()
                .filter(request -> request.after != null)
                .map(request -> request.after.seq())
                .min(Long::compare)
                .orElse(null)))
        .toList();
  }

  private void onReplayed(Map<String, List<ReplayRequest>> batch, TopicReplays replayed) {
    var pending = new LinkedHashMap<>(batch);
    for (var topic : replayed.topics()) {
      var events = topic.events().stream().map(EncodedEvent::of).toList();
      // Includes the events that were delivered live during the query.
      var newest =
          recent.updateHead(topic.topic(), topic.epoch(), topic.newest()).seq();
      pending.remove(topic.topic()).forEach(request -> complete(request, topic, newest, events));
    }
    var deleted = new Failure.NotFound("topic-unknown", "This topic no longer exists.");
    pending.values().stream()
        .flatMap(List::stream)
        .forEach(request -> request.result.fail(deleted));
    requestNext();
  }

  private void complete(
      ReplayRequest request,
      Notifications.TopicReplay topic,
      long newest,
      List<EncodedEvent> replayed) {
    var recovered = request.after != null
        && request.after.epoch().equals(topic.epoch())
        && request.after.seq() <= newest
        && request.after.seq() >= topic.oldest() - 1;
    if (!recovered) {
      request.result.complete(new ReplayResult(topic.epoch(), false, newest, List.of(), true));
      return;
    }
    var events = new ArrayList<EncodedEvent>();
    var reached = request.after.seq();
    for (var event : replayed) {
      if (event.seq() == reached + 1) {
        events.add(event);
        reached++;
      }
    }
    // Events that were delivered live during the query, but not to waiting requests.
    var live = recent.after(topic.topic(), topic.epoch(), reached);
    if (live != null) {
      events.addAll(live);
      reached += live.size();
    }
    var complete = live != null && reached >= newest;
    if (events.isEmpty() && !complete) {
      // Other requests of the topic used up the page: this one is among the first of the next
      // query.
      waiting.add(request);
      return;
    }
    count("log", events.size());
    request.result.complete(new ReplayResult(topic.epoch(), true, newest, events, complete));
  }

  /** Fails the requests that have waited too long. */
  void expire() {
    var now = System.nanoTime();
    var silent = now - lastReply > MAX_SILENCE.toNanos();
    var maxWait = silent ? MAX_SILENCE : MAX_WAIT;
    waiting.removeIf(request -> {
      var expired = now - request.since > maxWait.toNanos();
      if (expired) {
        request.result.fail(new Failure.Unavailable(
            "unavailable", "The event log is not available at the moment: subscribe again."));
      }
      return expired;
    });
  }

  private void count(String source, int events) {
    metrics.counter("socket_replays_total", "from", source).increment();
    metrics.counter("socket_replayed_events_total", "from", source).increment(events);
  }
}

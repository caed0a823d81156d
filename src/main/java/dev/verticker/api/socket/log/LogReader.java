package dev.verticker.api.socket.log;

import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.ReadLog;
import dev.verticker.message.Notifications.ReadPosition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the event log for all sockets of this node. It accepts published events that directly follow its position, and
 * requests all events after its position once a second and whenever events are missing. Replays are served by its
 * {@link ReplayService}.
 *
 * <p>It works on one context and passes everything to the listeners' contexts in order, so that a replay and the events
 * that follow it cannot overtake each other.
 */
public final class LogReader {
  private static final Logger log = LoggerFactory.getLogger(LogReader.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** Receives the events of the log on one event loop. */
  public interface LogListener {
    /** @param events every event of the log once, in order */
    void onEvents(List<EncodedEvent> events);

    /** Called when a client has marked the events of a topic as read; best effort. */
    void onRead(ReadPosition position);

    /** Called if events may have been missed: every subscription must resume after its last event. */
    void onReset();
  }

  private final Vertx vertx;
  private final Bus bus;
  private final Context context;
  private final Map<LogListener, Context> listeners = new ConcurrentHashMap<>();
  private final RecentEvents recent = new RecentEvents();
  private final ReplayService replays;
  private String epoch;
  private long position;
  private boolean requesting;
  private boolean requestAgain;

  /** Creates a reader that runs on the calling context. */
  public LogReader(Vertx vertx, NodeContext node) {
    this.vertx = vertx;
    this.bus = node.bus();
    this.context = vertx.getOrCreateContext();
    this.replays = new ReplayService(vertx, node, recent);
  }

  /** Completes after the first request, whether it succeeds or not. */
  public Future<Void> start() {
    return Future.all(
            bus.subscribe(Notifications.APPENDED, this::onAppended),
            bus.subscribe(Notifications.READ, this::onRead))
        .compose(subscribed -> {
          vertx.setPeriodic(INTERVAL.toMillis(), timer -> {
            readNext();
            replays.expire();
            replays.requestNext();
          });
          return readNext();
        });
  }

  /** Adds a listener for all events from now on, called on its context. */
  public void addListener(Context loop, LogListener listener) {
    listeners.put(listener, loop);
  }

  public void removeListener(LogListener listener) {
    listeners.remove(listener);
  }

  /**
   * Completes on the given context. After a result that is not complete, request the next one.
   *
   * @param after null = only the newest sequence of the topic
   */
  public Future<ReplayResult> replay(String topic, ResumePoint after, Context loop) {
    var replayed = Promise.<ReplayResult>promise();
    context.runOnContext(here -> replays
        .replay(topic, after)
        .onComplete(result -> loop.runOnContext(there -> replayed.handle(result))));
    return replayed.future();
  }

  /** Reads the event log immediately; called when the node is reachable again. Thread-safe. */
  public void catchUp() {
    context.runOnContext(here -> readNext());
  }

  private void onRead(ReadPosition position) {
    listeners.forEach((listener, loop) -> loop.runOnContext(there -> listener.onRead(position)));
  }

  private void onAppended(LogPage page) {
    if (page.epoch().equals(epoch)
        && !page.events().isEmpty()
        && page.events().get(0).position() <= position + 1) {
      deliver(page);
    } else {
      readNext();
    }
  }

  private Future<Void> readNext() {
    if (requesting) {
      requestAgain = true;
      return Future.succeededFuture();
    }
    requesting = true;
    return bus.request(Notifications.READ_LOG, new ReadLog(epoch, position)).transform(reply -> {
      var again = requestAgain;
      requesting = false;
      requestAgain = false;
      if (reply.failed()) {
        log.debug("event log is not available: {}", reply.cause().getMessage());
        return Future.succeededFuture();
      }
      onPage(reply.result());
      return again || position < reply.result().head() ? readNext() : Future.succeededFuture();
    });
  }

  private void onPage(LogPage page) {
    if (page.epoch().equals(epoch) && position >= page.oldest() - 1) {
      deliver(page);
      if (page.events().size() < Notifications.MAX_EVENTS) {
        // The log has no more events up to the head, not even redacted ones.
        position = Math.max(position, page.head());
      }
      return;
    }
    var first = epoch == null;
    epoch = page.epoch();
    position = page.head();
    recent.clear();
    if (!first) {
      log.warn(
          "event log continues at position {} (epoch {}); resuming all subscriptions",
          position,
          epoch);
      listeners.forEach((listener, loop) -> loop.runOnContext(there -> listener.onReset()));
    }
    replays.start();
  }

  private void deliver(LogPage page) {
    var events = page.events().stream()
        .filter(event -> event.position() > position)
        .map(EncodedEvent::of)
        .toList();
    if (!events.isEmpty()) {
      position = events.get(events.size() - 1).position();
      events.forEach(recent::add);
      listeners.forEach((listener, loop) -> loop.runOnContext(there -> listener.onEvents(events)));
    }
  }
}

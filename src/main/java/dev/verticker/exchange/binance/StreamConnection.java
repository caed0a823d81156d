package dev.verticker.exchange.binance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.MarketStream.Stream;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to combined streams. It subscribes the expected streams, compares them with those the exchange lists, and
 * repeats both until they are equal. It closes if no frame arrived for the maximum silence: after half of it, it requests
 * the list, whose response shows that the connection works although the market is quiet.
 */
final class StreamConnection implements StreamFrameParser.Sink {
  private static final Logger log = LoggerFactory.getLogger(StreamConnection.class);

  /** The exchange closes connections that send more than five messages a second, pongs included. */
  private static final Duration MESSAGE_INTERVAL = Duration.ofMillis(340);

  private static final int MAX_COMPARISONS = 3;

  /** Receives the events of a connection that it opened, on the context of the connection. */
  interface Owner {
    /** Called when the exchange lists exactly the expected streams, also after each change of them. */
    void onSubscribed(StreamConnection connection);

    void onEvent(StreamConnection connection, StreamEvent event);

    /** The exchange will close the connection soon. */
    void onShutdown(StreamConnection connection);

    /**
     * Called once, unless the owner closed the connection.
     *
     * @param silent time since the last frame
     */
    void onClosed(StreamConnection connection, Duration silent, String reason);
  }

  private final Vertx vertx;
  private final StreamFrameParser parser;
  private final Duration maxSilence;
  private final Owner owner;
  private final Map<String, Stream> expected = new LinkedHashMap<>();
  private final Map<String, Stream> known = new HashMap<>();
  private Set<Stream> streams = Set.of();
  private final Queue<String> messages = new ArrayDeque<>();
  private final Map<Long, Promise<JsonNode>> responses = new HashMap<>();
  private Set<String> subscribed = new HashSet<>();
  private WebSocket socket;
  private long lastId;
  private long lastFrameAt = System.nanoTime();
  private long watchdog = -1;
  private boolean sending;
  private boolean comparing;
  private int comparisons;
  private boolean closed;

  StreamConnection(Vertx vertx, StreamFrameParser parser, Duration maxSilence, Owner owner) {
    this.vertx = vertx;
    this.parser = parser;
    this.maxSilence = maxSilence;
    this.owner = owner;
  }

  void open(WebSocketClient client, StreamOptions options) {
    if (closed) {
      return;
    }
    var opening = client.webSocket();
    opening.textMessageHandler(this::onText);
    opening.binaryMessageHandler(frame -> parser.rejectBinary());
    opening.exceptionHandler(failure -> fail(failure.getMessage()));
    opening.closeHandler(end -> fail("the exchange closed the connection"));
    opening
        .connect(options.target())
        .onSuccess(this::onOpen)
        .onFailure(failure -> fail("the exchange refused the connection: " + failure.getMessage()));
  }

  /** Replaces the set of expected streams, by name. */
  void expect(Map<String, Stream> streams) {
    expected.clear();
    expected.putAll(streams);
    known.putAll(expected);
    this.streams = Set.copyOf(expected.values());
    comparisons = 0;
    if (socket != null && !comparing) {
      subscribe();
    }
  }

  /** Ends the subscriptions of the streams and subscribes them again. */
  void resubscribe(Collection<String> names) {
    if (socket != null && !names.isEmpty()) {
      request("UNSUBSCRIBE", names);
      request("SUBSCRIBE", names);
    }
  }

  void close() {
    if (!closed) {
      closed = true;
      vertx.cancelTimer(watchdog);
      if (socket != null) {
        socket.close();
      }
    }
  }

  @Override
  public Stream stream(String name) {
    return known.get(name);
  }

  @Override
  public void onEvent(StreamEvent event) {
    // The exchange still sends events of a stream while it ends the subscription.
    if (streams.contains(event.stream())) {
      owner.onEvent(this, event);
    }
  }

  @Override
  public void onResponse(JsonNode response) {
    var promise = responses.remove(response.path("id").asLong());
    if (promise == null) {
      return;
    }
    if (response.has("result")) {
      promise.tryComplete(response.get("result"));
    } else {
      promise.tryFail("the exchange rejected a control message: " + response);
    }
  }

  @Override
  public void onShutdown() {
    owner.onShutdown(this);
  }

  private void onOpen(WebSocket opened) {
    socket = opened;
    if (closed) {
      socket.close();
      return;
    }
    lastFrameAt = System.nanoTime();
    watchdog = vertx.setPeriodic(Math.max(10, maxSilence.toMillis() / 8), id -> checkSilence());
    subscribe();
  }

  private void onText(String frame) {
    if (!closed) {
      lastFrameAt = System.nanoTime();
      parser.parse(frame, this);
    }
  }

  private void checkSilence() {
    var silent = silent();
    if (silent.compareTo(maxSilence) >= 0) {
      fail("the exchange sent nothing for " + maxSilence.toMillis() + " ms");
    } else if (silent.compareTo(maxSilence.dividedBy(2)) >= 0 && !comparing) {
      compare(List.of());
    }
  }

  /** Subscribes the expected streams that the exchange does not list, and ends the others. */
  private void subscribe() {
    var missing = new HashSet<>(expected.keySet());
    missing.removeAll(subscribed);
    var others = new HashSet<>(subscribed);
    others.removeAll(expected.keySet());
    compare(List.of(request("UNSUBSCRIBE", others), request("SUBSCRIBE", missing)));
  }

  /** Compares the expected streams with those that the exchange lists after the requests. */
  private void compare(List<Future<Void>> requests) {
    comparing = true;
    Future.all(requests)
        .compose(done -> request(new JsonObject().put("method", "LIST_SUBSCRIPTIONS")))
        .onSuccess(this::onList)
        .onFailure(failure -> fail(failure.getMessage()));
  }

  private void onList(JsonNode names) {
    comparing = false;
    subscribed = new HashSet<>();
    names.forEach(name -> subscribed.add(name.asText()));
    if (closed) {
      return;
    }
    if (subscribed.equals(expected.keySet())) {
      known.keySet().retainAll(expected.keySet());
      comparisons = 0;
      owner.onSubscribed(this);
    } else if (comparisons++ < MAX_COMPARISONS) {
      subscribe();
    } else {
      fail("the exchange does not list the expected subscriptions");
    }
  }

  private Future<Void> request(String method, Collection<String> names) {
    return Future.all(StreamNames.batches(names).stream()
            .map(batch ->
                request(new JsonObject().put("method", method).put("params", new JsonArray(batch))))
            .collect(Collectors.toList()))
        .mapEmpty();
  }

  /** Sends a control message; fails if the exchange rejects it or does not respond within the maximum silence. */
  private Future<JsonNode> request(JsonObject message) {
    var response = Promise.<JsonNode>promise();
    var id = ++lastId;
    responses.put(id, response);
    messages.add(message.put("id", id).encode());
    sendNext();
    return response
        .future()
        .timeout(timeout().toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> responses.remove(id))
        .recover(failure -> Future.failedFuture(
            "no response to " + message.getString("method") + ": " + failure.getMessage()));
  }

  /** Includes the time that the messages before it wait. */
  private Duration timeout() {
    return maxSilence.plus(MESSAGE_INTERVAL.multipliedBy(messages.size()));
  }

  private void sendNext() {
    if (sending || closed || messages.isEmpty()) {
      return;
    }
    sending = true;
    socket.writeTextMessage(messages.poll());
    vertx.setTimer(MESSAGE_INTERVAL.toMillis(), id -> {
      sending = false;
      sendNext();
    });
  }

  private Duration silent() {
    return Duration.ofNanos(System.nanoTime() - lastFrameAt);
  }

  private void fail(String reason) {
    if (!closed) {
      close();
      log.debug("connection to the streams of the exchange closed: {}", reason);
      owner.onClosed(this, silent(), reason);
    }
  }
}

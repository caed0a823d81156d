package dev.verticker.dev.exchange;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The WebSocket streams of the exchange at {@code /ws} and {@code /stream}, raw and combined. An event is created once for
 * all connections that subscribed its stream. Runs on the event loop that created it; public methods can be called from
 * any thread, their futures complete when they have been executed.
 */
public final class StreamServer implements StreamSocket.Listener {
  private static final int POLL_MILLIS = 20;
  private static final String WRONG_SYMBOL = "WRONGUSDT";

  private final Vertx vertx;
  private final Context context;
  private final SimulatedMarket market;
  private final Tickers tickers;
  private final SimulatedTime time;
  private final StreamLimits limits;
  private final StreamFaults faults = new StreamFaults();
  private final Map<String, String> symbols;
  private final Set<StreamSocket> connections = new LinkedHashSet<>();
  private final Map<String, Set<StreamSocket>> subscribers = new HashMap<>();
  private final Map<String, StreamPublisher> publishers = new HashMap<>();
  private long opened;
  private long timer;

  StreamServer(Vertx vertx, SimulatedMarket market, SimulatedTime time, StreamLimits limits) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.market = market;
    this.tickers = new Tickers(market);
    this.time = time;
    this.limits = limits;
    this.symbols = market.symbols().stream()
        .collect(Collectors.toMap(symbol -> symbol.toLowerCase(Locale.ROOT), symbol -> symbol));
  }

  void mount(Router router) {
    router.routeWithRegex("/(ws|stream)(/.*)?").handler(route -> connect(route.request()));
    timer = vertx.setPeriodic(POLL_MILLIS, id -> publish());
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  /** Faults of events and handshakes. */
  public StreamFaults faults() {
    return faults;
  }

  /** Number of open connections, half-open ones included. */
  public Future<Integer> connections() {
    return run(connections::size);
  }

  /** Number of connections opened since the start. */
  public Future<Long> opened() {
    return run(() -> opened);
  }

  /** Number of connections that subscribed each stream, by name; streams without a subscriber are left out. */
  public Future<Map<String, Integer>> subscriptions() {
    return run(() -> {
      var counts = new TreeMap<String, Integer>();
      subscribers.forEach((stream, all) -> counts.put(stream, all.size()));
      return counts;
    });
  }

  /** Closes the TCP connections of all clients without a close frame. */
  public Future<Void> drop() {
    return forAll(StreamSocket::drop);
  }

  /** Makes the present connections half-open: they send and answer nothing, but stay open. */
  public Future<Void> makeHalfOpen() {
    return forAll(StreamSocket::makeHalfOpen);
  }

  /** Sends {@code serverShutdown} to the present connections and closes them after the notice, in real time. */
  public Future<Void> shutDown(Duration notice) {
    return run(() -> {
      var present = List.copyOf(connections);
      present.forEach(connection -> connection.announceShutdown(market.now().toEpochMilli()));
      vertx.setTimer(Math.max(1, notice.toMillis()), id -> present.forEach(StreamSocket::shutDown));
      return null;
    });
  }

  Future<JsonObject> json() {
    return run(() -> {
      var streams = new JsonObject();
      new TreeMap<>(subscribers).forEach((stream, all) -> streams.put(stream, all.size()));
      return new JsonObject()
          .put("connections", connections.size())
          .put("opened", opened)
          .put("streams", streams);
    });
  }

  @Override
  public void onSubscribed(StreamSocket connection, Collection<String> names) {
    for (var name : names) {
      subscribers.computeIfAbsent(name, first -> new LinkedHashSet<>()).add(connection);
      var symbol = symbols.get(StreamName.symbol(name));
      if (symbol != null) {
        publishers.computeIfAbsent(symbol, this::publisher).onSubscribed(name, market.now());
      }
    }
  }

  @Override
  public void onUnsubscribed(StreamSocket connection, Collection<String> names) {
    for (var name : names) {
      subscribers.computeIfPresent(name, (stream, all) -> {
        all.remove(connection);
        return all.isEmpty() ? null : all;
      });
    }
  }

  @Override
  public void onClosed(StreamSocket connection) {
    connections.remove(connection);
    onUnsubscribed(connection, connection.subscriptions());
  }

  private void connect(HttpServerRequest request) {
    var combined = request.path().startsWith("/stream");
    var streams = combined ? combinedStreams(request) : rawStreams(request.path());
    var fault = faults.ofConnect();
    if (fault.isPresent()) {
      // A hanging handshake is not answered.
      if (fault.get() == StreamFaultKind.REFUSED_CONNECT) {
        request.response().setStatusCode(503).end();
      }
    } else if (streams.size() > limits.streams()) {
      request.response().setStatusCode(400).end();
    } else {
      request
          .toWebSocket()
          .onSuccess(socket -> open(
              new ClientSocket(vertx, socket, request.connection(), limits), combined, streams))
          .onFailure(noUpgrade -> {
            if (!request.response().ended()) {
              request.response().setStatusCode(400).end();
            }
          });
    }
  }

  private static List<String> rawStreams(String path) {
    return names(QueryStringDecoder.decodeComponent(path.substring("/ws".length())));
  }

  private static List<String> combinedStreams(HttpServerRequest request) {
    return names(request.getParam("streams", ""));
  }

  private static List<String> names(String list) {
    return Arrays.stream(list.split("/")).filter(name -> !name.isEmpty()).toList();
  }

  private void open(ClientSocket socket, boolean combined, List<String> streams) {
    var connection = new StreamSocket(socket, limits, combined, this);
    connections.add(connection);
    opened++;
    connection.open(limits.lifetime().toMillis() / time.speed());
    connection.subscribe(streams);
  }

  private StreamPublisher publisher(String symbol) {
    return new StreamPublisher(
        market.of(symbol),
        tickers,
        subscribers::containsKey,
        (stream, event) -> send(symbol, stream, event),
        market.now());
  }

  private void publish() {
    var now = market.now();
    publishers.values().forEach(publisher -> publisher.publish(now));
  }

  private void send(String symbol, String stream, String event) {
    var fault = faults.ofEvent(stream, symbol);
    if (fault.isEmpty()) {
      deliver(stream, stream, event);
      return;
    }
    switch (fault.get().kind()) {
      case SILENCE -> {
        // Not sent.
      }
      case LATE ->
        vertx.setTimer(
            Math.max(1, fault.get().delay().toMillis()), id -> deliver(stream, stream, event));
      case DOUBLED -> {
        deliver(stream, stream, event);
        deliver(stream, stream, event);
      }
      case WRONG_SYMBOL -> deliverWrong(symbol, stream, event);
      default -> deliver(stream, stream, event.substring(0, event.length() / 2));
    }
  }

  /** An event that names no symbol gets the name of a wrong stream. */
  private void deliverWrong(String symbol, String stream, String event) {
    var wrong = event.replace("\"s\":\"" + symbol + "\"", "\"s\":\"" + WRONG_SYMBOL + "\"");
    var name = wrong.equals(event)
        ? WRONG_SYMBOL.toLowerCase(Locale.ROOT) + stream.substring(stream.indexOf('@'))
        : stream;
    deliver(stream, name, wrong);
  }

  /** @param name of the stream in combined events */
  private void deliver(String stream, String name, String event) {
    // A connection that does not read is closed, which may change the set.
    List.copyOf(subscribers.getOrDefault(stream, Set.of()))
        .forEach(connection -> connection.send(name, event));
  }

  private Future<Void> forAll(Consumer<StreamSocket> action) {
    return run(() -> {
      List.copyOf(connections).forEach(action);
      return null;
    });
  }

  private <T> Future<T> run(Supplier<T> work) {
    var result = Promise.<T>promise();
    context.runOnContext(
        ignored -> Future.succeededFuture().map(started -> work.get()).onComplete(result));
    return result.future();
  }
}

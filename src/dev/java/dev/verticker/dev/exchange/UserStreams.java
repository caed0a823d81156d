package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.order.SimulatedOrders.EventListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The connections to the WebSocket API and the events of accounts that they subscribed. An event is a stream named
 * {@code user@} and its type, to which faults of streams apply. Public methods can be called from any thread.
 */
public final class UserStreams implements EventListener {
  private final Vertx vertx;
  private final Context context;
  private final SimulatedMarket market;
  private final StreamFaults faults;
  private final Set<UserConnection> connections = new LinkedHashSet<>();
  private long opened;

  UserStreams(Vertx vertx, SimulatedMarket market, StreamFaults faults) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.market = market;
    this.faults = faults;
  }

  /** Number of open connections, half-open ones included. */
  public Future<Integer> connections() {
    return run(connections::size);
  }

  /** Number of connections opened since the start. */
  public Future<Long> opened() {
    return run(() -> opened);
  }

  /** Number of connections that subscribed the events of an account. */
  public Future<Integer> subscribers(String key) {
    return run(() -> (int) connections.stream()
        .filter(connection -> connection.subscription(key).isPresent())
        .count());
  }

  /** Closes the TCP connections of all clients without a close frame; they miss every later event. */
  public Future<Void> drop() {
    return run(() -> {
      var present = List.copyOf(connections);
      connections.clear();
      present.forEach(UserConnection::drop);
      return null;
    });
  }

  /** Makes the present connections half-open: they send and answer nothing, but stay open. */
  public Future<Void> makeHalfOpen() {
    return forAll(UserConnection::makeHalfOpen);
  }

  /** Sends {@code serverShutdown} to the present connections and closes them after the notice, in real time. */
  public Future<Void> shutDown(Duration notice) {
    return run(() -> {
      var present = List.copyOf(connections);
      var event =
          new JsonObject().put("e", "serverShutdown").put("E", market.now().toEpochMilli());
      present.forEach(
          connection -> connection.send(new JsonObject().put("event", event).encode()));
      vertx.setTimer(
          Math.max(1, notice.toMillis()), id -> present.forEach(UserConnection::shutDown));
      return null;
    });
  }

  Future<JsonObject> json() {
    return run(() -> {
      var subscribed = new TreeMap<String, Integer>();
      connections.forEach(
          connection -> connection.keys().forEach(key -> subscribed.merge(key, 1, Integer::sum)));
      var keys = new JsonObject();
      subscribed.forEach(keys::put);
      return new JsonObject()
          .put("connections", connections.size())
          .put("opened", opened)
          .put("subscribers", keys);
    });
  }

  /** The fault of a handshake; each call counts as one handshake. */
  Optional<StreamFaultKind> faultOfConnect() {
    return faults.ofConnect();
  }

  void onOpened(UserConnection connection) {
    connections.add(connection);
    opened++;
  }

  void onClosed(UserConnection connection) {
    connections.remove(connection);
  }

  @Override
  public void onEvent(String key, Optional<String> symbol, JsonObject event) {
    context.runOnContext(ignored -> send(key, symbol, event));
  }

  private void send(String key, Optional<String> symbol, JsonObject event) {
    var fault = faults.ofEvent("user@" + event.getString("e"), symbol.orElse(""));
    if (fault.isEmpty()) {
      deliver(key, event.encode());
      return;
    }
    switch (fault.get().kind()) {
      case SILENCE -> {
        // Not sent.
      }
      case LATE ->
        vertx.setTimer(
            Math.max(1, fault.get().delay().toMillis()), id -> deliver(key, event.encode()));
      case DOUBLED -> {
        deliver(key, event.encode());
        deliver(key, event.encode());
      }
      case WRONG_SYMBOL ->
        deliver(
            key, symbol.isEmpty() ? event.encode() : event.put("s", "WRONGUSDT").encode());
      default -> deliver(key, event.encode().substring(0, event.encode().length() / 2));
    }
  }

  private void deliver(String key, String event) {
    List.copyOf(connections).forEach(connection -> connection
        .subscription(key)
        .ifPresent(
            id -> connection.send("{\"subscriptionId\":" + id + ",\"event\":" + event + "}")));
  }

  private Future<Void> forAll(Consumer<UserConnection> action) {
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

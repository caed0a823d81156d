package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One connection to the WebSocket API with its subscriptions of accounts. Runs on one event loop. */
final class UserConnection {
  private final ClientSocket socket;
  /** Ids of the subscriptions by key. */
  private final Map<String, Integer> subscriptions = new LinkedHashMap<>();

  private int nextId;

  UserConnection(ClientSocket socket) {
    this.socket = socket;
  }

  /** Returns the id of the subscription; empty if the account is subscribed already. */
  Optional<Integer> subscribe(String key) {
    if (subscriptions.containsKey(key)) {
      return Optional.empty();
    }
    subscriptions.put(key, nextId);
    return Optional.of(nextId++);
  }

  /** @param id null = all subscriptions; false if there is none */
  boolean unsubscribe(Integer id) {
    return subscriptions.values().removeIf(each -> id == null || each.equals(id));
  }

  Optional<Integer> subscription(String key) {
    return Optional.ofNullable(subscriptions.get(key));
  }

  Set<String> keys() {
    return subscriptions.keySet();
  }

  JsonArray json() {
    var list = new JsonArray();
    subscriptions.values().forEach(id -> list.add(new JsonObject().put("subscriptionId", id)));
    return list;
  }

  void send(String text) {
    socket.write(text);
  }

  void makeHalfOpen() {
    socket.makeHalfOpen();
  }

  void shutDown() {
    socket.shutDown();
  }

  void drop() {
    socket.drop();
  }
}

package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A client of the streams that keeps everything it receives. */
final class StreamClient {
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final AtomicLong ids = new AtomicLong();
  private final AtomicLong pongs = new AtomicLong();
  private final WebSocket socket;

  private StreamClient(WebSocket socket) {
    this.socket = socket;
    socket.textMessageHandler(received::add);
    socket.pongHandler(payload -> pongs.incrementAndGet());
  }

  /** @param uri path and query */
  static Future<StreamClient> connect(WebSocketClient client, int port, String uri) {
    // The handler is set before the event loop reads the first event.
    return client.connect(port, "127.0.0.1", uri).map(StreamClient::new);
  }

  /** Sends a text and returns the response, the first message that has no event. */
  JsonObject send(String text) {
    var before = responses().size();
    await(socket.writeTextMessage(text));
    until("a response to " + text, () -> responses().size() > before);
    return responses().get(before);
  }

  JsonObject subscribe(String... streams) {
    return command("SUBSCRIBE", streams);
  }

  JsonObject unsubscribe(String... streams) {
    return command("UNSUBSCRIBE", streams);
  }

  JsonArray subscriptions() {
    return send(new JsonObject()
            .put("method", "LIST_SUBSCRIPTIONS")
            .put("id", ids.incrementAndGet())
            .encode())
        .getJsonArray("result");
  }

  void ping() {
    socket.writePing(Buffer.buffer("x"));
  }

  void pong(String payload) {
    await(socket.writeFrame(WebSocketFrame.pongFrame(Buffer.buffer(payload))));
  }

  long pongs() {
    return pongs.get();
  }

  List<String> received() {
    return List.copyOf(received);
  }

  /** Events without their envelope, in the order of their receipt. */
  List<JsonObject> events(String type) {
    return received.stream()
        .filter(text -> text.contains("\"e\":\"" + type + "\""))
        .map(JsonObject::new)
        .map(json -> json.getJsonObject("data", json))
        .map(json -> json.getJsonObject("event", json))
        .toList();
  }

  List<JsonObject> awaitEvents(String type, int number) {
    // The simulated market can be quiet at the end of a minute and at the start of the next.
    until(Duration.ofMinutes(1), number + " events " + type, () -> events(type).size() >= number);
    return events(type);
  }

  /** The first event of a type that was sent at the time. */
  JsonObject awaitEvent(String type, Instant sentAt) {
    var time = sentAt.toEpochMilli();
    until("an event " + type + " at " + sentAt, () -> events(type).stream()
        .anyMatch(event -> event.getLong("E") == time));
    return events(type).stream()
        .filter(event -> event.getLong("E") == time)
        .findFirst()
        .orElseThrow();
  }

  /** Closed candles, oldest first. */
  List<JsonObject> closedKlines() {
    return events("kline").stream()
        .map(event -> event.getJsonObject("k"))
        .filter(kline -> kline.getBoolean("x"))
        .toList();
  }

  void awaitReceived(String description, Predicate<String> matches) {
    until(description, () -> received.stream().anyMatch(matches));
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  String closeReason() {
    until("closed", socket::isClosed);
    return socket.closeStatusCode() + " " + socket.closeReason();
  }

  void close() {
    await(socket.close());
  }

  private JsonObject command(String method, String... streams) {
    return send(new JsonObject()
        .put("method", method)
        .put("params", new JsonArray(List.of((Object[]) streams)))
        .put("id", ids.incrementAndGet())
        .encode());
  }

  private List<JsonObject> responses() {
    return received.stream()
        .filter(text -> text.startsWith("{\"result\"")
            || text.startsWith("{\"code\"")
            || text.startsWith("{\"id\""))
        .map(JsonObject::new)
        .toList();
  }
}

package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatedTrade;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.testing.NodeProcess;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Trades and books at the front door of node B, while node A, and after its loss node B, leads the feed of a fast market. */
@Tag("alone")
@ExtendWith(VertxExtension.class)
class TwoNodesMarketTest {
  private static final String TRADES = "trades.BTCUSDT";
  private static final String BOOK = "book.BTCUSDT";
  private static final int SPEED = 30;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final Vertx vertx;
  private final ExchangeSimulator exchange;
  private final Map<String, String> settings;
  private NodeProcess a;
  private NodeProcess b;

  TwoNodesMarketTest(Vertx vertx) {
    this.vertx = vertx;
    this.exchange = await(ExchangeSimulator.start(
        vertx,
        SimulatorOptions.defaults()
            .withHistoryDays(2)
            .withSymbols("BTCUSDT", "ETHUSDT")
            .withSpeed(SPEED)));
    this.settings = new HashMap<>(UserFrontDoor.environment(
        TestDatabase.create(), Map.of("JWT_SECRET", "a secret of two nodes " + UUID.randomUUID())));
    settings.putAll(TestNode.pair());
    settings.put("MANAGEMENT_PORT", "0");
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("SYMBOLS", "BTCUSDT,ETHUSDT");
    settings.put("FEED", "stream");
  }

  @BeforeEach
  void start() {
    a = start("a", List.of("--cluster", "price"));
    a.awaitReady();
    until("node A leads", () -> await(exchange.streams().opened()) == 1);
    b = start("b", List.of("--cluster", "user-api", "user", "price"));
    b.awaitReady();
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
  }

  @Test
  @Provokes(27)
  void
      a_client_receives_each_trade_once_and_in_order_and_the_newest_books_also_after_the_leader_is_killed() {
    var socket = SocketClient.plain(vertx, b.port("user-api"), "")
        .send(new JsonObject().put("op", "auth").put("token", signIn()));
    socket.next("authenticated");
    socket.send(subscribe(TRADES, 0)).send(subscribe(BOOK, 100)).subscribe("feed");
    until(
        "trades and books arrive",
        () -> ids(socket).size() >= 200 && books(socket).size() >= 10);
    assertEquals(1, await(exchange.streams().opened()), "only the leader has a connection");
    assertUnconflated(socket);
    var tradesOfA = ids(socket).size();
    var booksOfA = books(socket).size();

    a.kill();
    var killed = System.nanoTime();
    until(
        Duration.ofSeconds(20),
        "the stream of node B delivers",
        () -> ids(socket).size() >= tradesOfA + 200 && books(socket).size() >= booksOfA + 10);
    until("node B is the leader", () -> await(exchange.streams().opened()) >= 2);
    var recovered = Duration.ofNanos(System.nanoTime() - killed);
    assertTrue(recovered.toSeconds() < 15, "recovered after " + recovered);

    assertEachTradeOnce(socket);
    assertTradesOfExchange(socket);
    var updates = books(socket).stream().map(book -> book.getLong("update_id")).toList();
    assertEquals(updates.stream().sorted().distinct().toList(), updates);
    until("a client knows the state", () -> socket.frames.stream()
        .anyMatch(frame ->
            "feed".equals(frame.getString("event")) && !"live".equals(frame.getString("state"))));
    SocketClient.closeAll(b.port("user-api"));
  }

  private static JsonObject subscribe(String topic, int everyMs) {
    return new JsonObject().put("op", "subscribe").put("topic", topic).put("every_ms", everyMs);
  }

  /** Frames follow each other faster than the shortest interval of conflation. */
  private static void assertUnconflated(SocketClient socket) {
    var frames = frames(socket, "trades");
    var first = OffsetDateTime.parse(frames.get(1).getString("at"));
    var last = OffsetDateTime.parse(frames.get(frames.size() - 1).getString("at"));
    var conflated = Duration.between(first, last).toMillis() / 100;
    assertTrue(frames.size() > conflated * 3 / 2, frames.size() + " frames, not " + conflated);
    assertEquals(
        0, frames.stream().mapToInt(frame -> frame.getInteger("missed")).sum());
  }

  /** Every id between the first and the last one is in one frame, or counted as missed by the frame after it. */
  private static void assertEachTradeOnce(SocketClient socket) {
    var frames = frames(socket, "trades");
    assertTrue(frames.get(0).getBoolean("snapshot"));
    var next = frames.get(0).getJsonArray("data").getJsonObject(0).getLong("id");
    for (var frame : frames) {
      assertEquals(frame == frames.get(0), frame.getBoolean("snapshot"));
      next += frame.getLong("missed");
      for (var trade : trades(frame)) {
        assertEquals(next, trade.getLong("id"));
        next++;
      }
    }
  }

  private void assertTradesOfExchange(SocketClient socket) {
    var received = frames(socket, "trades").stream()
        .flatMap(frame -> trades(frame).stream())
        .toList();
    var first = time(received.get(0));
    var last = time(received.get(received.size() - 1));
    var known =
        exchange
            .market()
            .trades("BTCUSDT", first.toInstant(), last.toInstant().plusMillis(1))
            .stream()
            .collect(Collectors.toMap(SimulatedTrade::aggregateId, Function.identity()));
    for (var trade : received) {
      var expected = known.get(trade.getLong("id"));
      assertEquals(
          expected.price().toPlainString() + " " + expected.quantity().toPlainString(),
          trade.getString("price") + " " + trade.getString("quantity"));
    }
    assertFalse(received.isEmpty());
  }

  private static OffsetDateTime time(JsonObject trade) {
    return OffsetDateTime.parse(trade.getString("time"));
  }

  private static List<Long> ids(SocketClient socket) {
    return frames(socket, "trades").stream()
        .flatMap(frame -> trades(frame).stream())
        .map(trade -> trade.getLong("id"))
        .toList();
  }

  private static List<JsonObject> trades(JsonObject frame) {
    return objects(frame.getJsonArray("data"));
  }

  private static List<JsonObject> books(SocketClient socket) {
    return frames(socket, "book");
  }

  private static List<JsonObject> frames(SocketClient socket, String event) {
    return socket.frames.stream()
        .filter(frame -> event.equals(frame.getString("event")))
        .toList();
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  private String signIn() {
    return new TestHttpClient(vertx, b.port("user-api"))
        .post("/auth/login")
        .form("username", "admin", "password", "admin1234")
        .expect(200)
        .object()
        .getString("access_token");
  }

  private NodeProcess start(String name, List<String> arguments) {
    var node = new NodeProcess(folder.resolve(name), settings, arguments);
    node.start();
    return node;
  }
}

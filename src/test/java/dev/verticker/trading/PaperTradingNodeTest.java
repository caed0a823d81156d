package dev.verticker.trading;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A user trades on paper against a moving market, on a whole node. */
class PaperTradingNodeTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final List<String> VERTICLES =
      List.of("price", "user", "notification", "trading", "user-api");

  private static HashMap<String, String> settings;
  private static TestDatabase database;
  private static Node node;
  private static TestHttpClient api;
  private static String admin;

  @BeforeAll
  static void start() {
    var exchange = await(ExchangeSimulator.start(
        VERTX, SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT").withSpeed(10)));
    database = TestDatabase.create();
    settings = new HashMap<>(database.settings());
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("CLUSTER_NAME", "test-" + UUID.randomUUID());
    settings.put("SYMBOLS", "BTCUSDT,ETHUSDT");
    settings.put("FEED", "stream");
    settings.put("VERTICKER_ENV", "development");
    settings.put("JWT_SECRET", "a secret of at least thirty-two bytes");
    startNode();
  }

  private static void startNode() {
    node = TestNode.start(settings, VERTICLES);
    api = new TestHttpClient(VERTX, "127.0.0.1", node.ports().get("user-api"));
    admin = signIn("admin", "admin1234");
  }

  private static String signIn(String username, String password) {
    return api.post("/auth/login")
        .form("username", username, "password", password)
        .expect(200)
        .object()
        .getString("access_token");
  }

  @AfterAll
  static void stop() {
    node.stop();
    await(VERTX.close());
  }

  @Test
  void a_user_buys_on_paper_sees_the_fill_in_orders_trades_and_events_and_after_a_restart() {
    var bought = place(admin, market("buy", "0.01"), 201);

    assertEquals("filled", bought.getString("status"), bought::encodePrettily);
    assertEquals("paper", bought.getString("venue"));
    assertEquals("0.01", bought.getString("executed_qty"));
    var trades = get("/trades");
    assertTrue(trades.size() >= 1);

    var resting = place(admin, resting(), 201);
    assertEquals("open", resting.getString("status"), resting::encodePrettily);

    Await.until(
        "the events are in the log",
        () ->
            database.number("SELECT count(*) FROM notification.events WHERE topic LIKE 'orders.%'")
                >= 8);
    Await.until(
        "the outbox is empty", () -> database.number("SELECT count(*) FROM trading.outbox") == 0);

    node.stop();
    startNode();
    assertEquals(bought, object(get("/orders?symbol=BTCUSDT"), 1));
    assertEquals(resting, object(get("/orders?open=true"), 0));
    assertEquals(trades, get("/trades"));

    var canceled = api.request(HttpMethod.DELETE, "/orders/" + resting.getLong("id"))
        .bearer(admin)
        .expect(200)
        .object();
    assertEquals("canceled", canceled.getString("status"), canceled::encodePrettily);
  }

  @Test
  void trading_of_a_disabled_user_is_halted_and_an_erased_user_keeps_orders_and_no_account() {
    var id = api.post("/users")
        .bearer(admin)
        .json(new JsonObject().put("username", "ada").put("password", "a long password"))
        .expect(201)
        .object()
        .getLong("id");
    place(signIn("ada", "a long password"), market("buy", "0.001"), 201);

    var open = place(signIn("ada", "a long password"), resting(), 201);
    api.request(HttpMethod.DELETE, "/users/" + id)
        .bearer(admin)
        .expectProblem(409, "user-has-open-orders");
    api.request(HttpMethod.DELETE, "/orders/" + open.getLong("id"))
        .bearer(signIn("ada", "a long password"))
        .expect(200);

    api.post("/users/" + id + "/disable").bearer(admin).expect(200);
    Await.until("trading is halted", () -> rows("halts WHERE reason = 'user_disabled'", id) == 1);
    api.post("/users/" + id + "/enable").bearer(admin).expect(200);
    Await.until("trading is resumed", () -> rows("halts WHERE true", id) == 0);
    api.request(HttpMethod.DELETE, "/users/" + id).bearer(admin).expect(204);

    Await.until(
        "the account is deleted", () -> rows("accounts WHERE deleted_at IS NOT NULL", id) == 1);
    assertEquals(2, rows("orders WHERE true", id));
  }

  @Test
  void a_user_halts_trading_and_resumes_it() {
    api.post("/trading/halt").bearer(admin).expect(200);
    var refused = api.post("/orders")
        .bearer(admin)
        .headers("Idempotency-Key", "halted")
        .json(market("buy", "0.001"))
        .expectProblem(409, "trading-halted");
    assertEquals(409, refused.status());
    api.post("/trading/resume").bearer(admin).expect(200);

    place(admin, market("buy", "0.001"), 201);
  }

  private static long rows(String table, long userId) {
    return database.number("SELECT count(*) FROM trading." + table + " AND user_id = " + userId);
  }

  private static JsonObject resting() {
    return new JsonObject()
        .put("symbol", "BTCUSDT")
        .put("side", "buy")
        .put("type", "limit")
        .put("qty", "0.001")
        .put("price", "20000")
        .put("time_in_force", "GTC");
  }

  private static JsonObject market(String side, String qty) {
    return new JsonObject()
        .put("symbol", "BTCUSDT")
        .put("side", side)
        .put("type", "market")
        .put("qty", qty);
  }

  private JsonObject place(String token, JsonObject order, int status) {
    return api.post("/orders")
        .bearer(token)
        .headers("Idempotency-Key", UUID.randomUUID().toString())
        .json(order)
        .expect(status)
        .object();
  }

  private static JsonArray get(String path) {
    return api.get(path).bearer(admin).expect(200).array();
  }

  private static JsonObject object(JsonArray array, int index) {
    return array.getJsonObject(index);
  }
}

package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;

import dev.verticker.api.UserApiVerticle;
import dev.verticker.api.listings.FakeListings;
import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.price.FakeCandles;
import dev.verticker.api.price.FakeMarket;
import dev.verticker.api.price.FakePrices;
import dev.verticker.api.trading.FakeTrading;
import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.notification.NotificationVerticle;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.testing.Await;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient.Response;
import dev.verticker.trading.TradingVerticle;
import dev.verticker.user.SignIn;
import dev.verticker.user.UserVerticle;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Runs the User API on two event loops and the user verticle on real servers, with {@link FakePrices}. */
public final class UserFrontDoor implements AutoCloseable {
  static final String SECRET = "a secret of at least thirty-two bytes";
  public static final String PASSWORD = "a lantern in the harbour";

  private static final AtomicInteger people = new AtomicInteger();

  public final Vertx vertx = Vertx.vertx();
  final RecordedHealth health = new RecordedHealth();
  public final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  public final MovedClock clock = new MovedClock();
  public final Bus bus = new Bus(vertx, clock, metrics);
  public final FakePrices prices = new FakePrices(vertx, bus);
  public final FakeCandles candles = new FakeCandles(bus);
  public final FakeListings listings = new FakeListings(bus);
  public final FakeMarket market = new FakeMarket(bus);
  public final FakeTrading trading = new FakeTrading(bus);
  final Contract contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
  private final JsonObject settings;
  private final Function<NodeContext, UserVerticle> userVerticle;
  private String users;
  private String notifications;
  private ApiClient client;
  private Person admin;

  /** A user with the tokens of its session. */
  public record Person(long id, String username, String password, String access, String refresh) {
    static final Person ANONYMOUS =
        new Person(999_999_999, "anonymous", "no password", null, "nothing");

    public String bearer() {
      return "Bearer " + access;
    }
  }

  /** The real time plus an offset. */
  public static final class MovedClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    public void step(Duration time) {
      ahead = ahead.plus(time);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private UserFrontDoor(JsonObject settings, Function<NodeContext, UserVerticle> userVerticle) {
    this.settings = settings;
    this.userVerticle = userVerticle;
  }

  public static UserFrontDoor open() {
    return open(Map.of());
  }

  /** Uses its own secret, so that failed sign-ins of other tests are counted separately. */
  public static UserFrontDoor openAlone(String... more) {
    var settings = ownSecret();
    for (var i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return open(settings);
  }

  /**
   * Serves market data without a token: prices of BTCUSDT, and of LTCUSDT, which is not configured, and a candle of BTCUSDT.
   *
   * @param setting a limit of callers without a token
   */
  public static UserFrontDoor openPublic(String setting, int value) {
    var door = openAlone("PUBLIC_MARKET_DATA", "true", setting, Integer.toString(value));
    var now = Instant.now();
    door.prices.tick(
        FakePrices.quote(1, "BTCUSDT", "68000.12", now),
        FakePrices.quote(2, "LTCUSDT", "80.5", now));
    door.candles.holds(
        "BTCUSDT",
        Interval.ONE_MINUTE,
        null,
        null,
        FakeCandles.candle(Instant.parse("2026-03-01T12:00:00Z"), "9.00", "0.5", State.FINAL));
    // No test has this address, whose requests are limited.
    Await.until(
        "the symbols are known",
        () -> door.client().get("/symbols", "X-Forwarded-For", "192.0.2.1").status() == 200);
    return door;
  }

  private static Map<String, String> ownSecret() {
    return new HashMap<>(Map.of("JWT_SECRET", "a secret of this test " + UUID.randomUUID()));
  }

  /** Runs the trading verticle, too, in place of {@link FakeTrading}. */
  public static UserFrontDoor openWithTrading() {
    return open(TestDatabase.create(), ownSecret(), SignIn::verticle, true);
  }

  /** Like {@link #openAlone}; a password costs as much as in production. */
  static UserFrontDoor openWithRealHashes() {
    return open(TestDatabase.create(), ownSecret(), UserVerticle::new, false);
  }

  public static UserFrontDoor open(Map<String, String> more) {
    return open(TestDatabase.create(), more);
  }

  public static UserFrontDoor open(TestDatabase database, Map<String, String> more) {
    return open(database, more, SignIn::verticle, false);
  }

  private static UserFrontDoor open(
      TestDatabase database,
      Map<String, String> more,
      Function<NodeContext, UserVerticle> userVerticle,
      boolean withTrading) {
    var settings = SettingsFiles.load(environment(database, more), Path.of("target"));
    var door = new UserFrontDoor(settings, userVerticle);
    door.prices.configured = List.of("BTCUSDT", "ETHUSDT");
    await(door.prices.serve());
    await(door.candles.serve());
    door.listings.holds(
        "1",
        door.clock.instant(),
        FakeListings.listing("BTC", "USDT", "TRADING"),
        FakeListings.listing("DOGE", "USDT", "TRADING"),
        FakeListings.listing("ETH", "USDT", "TRADING"),
        FakeListings.listing("LTC", "USDT", "BREAK"));
    await(door.listings.serve());
    await(door.market.serve());
    if (withTrading) {
      await(door.vertx.deployVerticle(() -> new TradingVerticle(door.context()), door.options()));
    } else {
      await(door.trading.serve());
    }
    door.startNotifications();
    door.startUsers();
    await(door.vertx.deployVerticle(
        () -> new UserApiVerticle(door.context()), door.options().setInstances(2)));
    door.client = new ApiClient(door.vertx, door.contract, door.port());
    return door;
  }

  public static Map<String, String> environment(TestDatabase database, Map<String, String> more) {
    var environment = new HashMap<>(database.settings());
    environment.put("JWT_SECRET", SECRET);
    environment.put("USER_API_HOST", "localhost");
    environment.put("USER_API_PORT", "0");
    environment.putAll(more);
    return environment;
  }

  public int port() {
    return health.port("user-api");
  }

  public ApiClient client() {
    return client;
  }

  public void startUsers() {
    users = await(vertx.deployVerticle(() -> userVerticle.apply(context()), options()));
  }

  public void startNotifications() {
    notifications =
        await(vertx.deployVerticle(() -> new NotificationVerticle(context()), options()));
  }

  public void stopNotifications() {
    await(vertx.undeploy(notifications));
  }

  public void stopUsers() {
    await(vertx.undeploy(users));
  }

  public Person admin() {
    if (admin == null) {
      admin = signIn("admin", "admin1234");
    }
    return admin;
  }

  /** Creates a user and signs it in. */
  public Person person(String... roles) {
    var username = "person-" + people.incrementAndGet();
    var body = new JsonObject().put("username", username).put("password", PASSWORD);
    if (roles.length > 0) {
      body.put("roles", roles);
    }
    expect(201, as(admin(), HttpMethod.POST, "/users", body));
    return signIn(username, PASSWORD);
  }

  public Person signIn(String username, String password) {
    var tokens = expect(200, login(username, password)).object();
    var access = tokens.getString("access_token");
    var me = expect(200, client.get("/users/me", "Authorization", "Bearer " + access))
        .object();
    return new Person(
        me.getLong("id"), username, password, access, tokens.getString("refresh_token"));
  }

  public Response login(String username, String password) {
    return await(beginLogin(username, password));
  }

  public Future<Response> beginLogin(String username, String password) {
    return client.begin(
        HttpMethod.POST,
        "/auth/login",
        encoded("username", username, "password", password),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  public Response refresh(String token) {
    return form("/auth/refresh", "refresh_token", token);
  }

  public Response form(String target, String... fields) {
    return client.send(
        HttpMethod.POST,
        target,
        encoded(fields),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  public static Buffer encoded(String... fields) {
    var text = new StringBuilder();
    for (var i = 0; i < fields.length; i += 2) {
      text.append(i == 0 ? "" : "&")
          .append(fields[i])
          .append('=')
          .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
    }
    return Buffer.buffer(text.toString());
  }

  public Response get(Person person, String target, String... headers) {
    return as(person, HttpMethod.GET, target, null, headers);
  }

  public Response as(
      Person person, HttpMethod method, String target, JsonObject body, String... headers) {
    return await(begin(person, method, target, body, headers));
  }

  /** @param body JSON; null = none */
  public Future<Response> begin(
      Person person, HttpMethod method, String target, JsonObject body, String... headers) {
    var all = new ArrayList<>(List.of(headers));
    if (person.access() != null) {
      all.addAll(List.of("Authorization", person.bearer()));
    }
    if (body != null && !all.contains("Content-Type")) {
      all.addAll(List.of("Content-Type", "application/json"));
    }
    return client.begin(
        method, target, body == null ? null : body.toBuffer(), all.toArray(String[]::new));
  }

  @Override
  public void close() {
    await(vertx.close());
  }

  private NodeContext context() {
    return new NodeContext(bus, clock, health, handler -> {}, metrics);
  }

  private DeploymentOptions options() {
    return new DeploymentOptions().setConfig(settings);
  }
}

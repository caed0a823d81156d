package dev.verticker.user;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Actor;
import dev.verticker.message.Confidential;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.Await;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import dev.verticker.user.password.HashingClient;
import dev.verticker.user.password.PasswordHasher;
import dev.verticker.user.session.RevocationRepository;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A node with a deployed {@link UserVerticle} on real PostgreSQL and Redis, with a clock that the test advances. */
public final class SignIn implements AutoCloseable {
  /** Exists before the start, so that the verticle creates no administrator. */
  public static final Actor ADMINISTRATOR = new Actor(1_000_000L, "root", null, "192.0.2.1");

  /** Longer than every limit of failed attempts. */
  private static final Duration FAILURES_FORGOTTEN = Duration.ofHours(2);

  public static final String HOME = "192.0.2.7";
  public static final String SECRET = "a secret of at least thirty-two bytes";

  private static final HashingClient TEST = HashingClient.of(Actor.system());

  /** A hash takes a millisecond. */
  private static final PasswordHasher.Cost CHEAP = new PasswordHasher.Cost(64, 1);

  public final Vertx vertx = Vertx.vertx();
  public final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  public final SteppedClock clock;
  public final TestDatabase postgres;
  public final AuthSettings auth;
  public final Bus bus;
  public final Database database;
  public final RevocationRepository revocations;
  public final RedisClient redis;
  private final RecordedHealth health = new RecordedHealth();
  private final PasswordHasher passwords;
  private final Context context = vertx.getOrCreateContext();

  public SignIn() {
    this(
        TestDatabase.create(),
        new SteppedClock(Instant.now().truncatedTo(ChronoUnit.SECONDS)),
        Map.of());
  }

  public SignIn(TestDatabase postgres, SteppedClock clock, Map<String, String> more) {
    this(postgres, clock, more, CHEAP);
  }

  /** Creates a node whose passwords cost as much as in production. */
  public static SignIn withRealHashes(
      TestDatabase postgres, SteppedClock clock, Map<String, String> more) {
    return new SignIn(postgres, clock, more, PasswordHasher.Cost.OWASP);
  }

  /** Creates the verticle for a test in which the cost of passwords does not matter. */
  public static UserVerticle verticle(NodeContext node) {
    return new UserVerticle(node, CHEAP);
  }

  private SignIn(
      TestDatabase postgres,
      SteppedClock clock,
      Map<String, String> more,
      PasswordHasher.Cost hashingCost) {
    this.postgres = postgres;
    this.clock = clock;
    var values = settings(postgres, more);
    auth = SettingsReader.read(values, AuthSettings::read);
    bus = new Bus(vertx, clock, metrics);
    database = Database.open(
        vertx, SettingsReader.read(values, reader -> PostgresSettings.read("account", reader)));
    redis = await(() -> RedisClient.open(vertx, SettingsReader.read(values, RedisSettings::read)));
    revocations = new RevocationRepository(database, bus, clock);
    passwords = PasswordHasher.open(vertx, 2, hashingCost, clock, metrics);
    execute(
        """
        INSERT INTO account.users (id, username, password_hash, roles, created_at, updated_at)
        OVERRIDING SYSTEM VALUE
        VALUES (%d, 'root', repeat('x', 20), '{admin}', now(), now())
        ON CONFLICT DO NOTHING"""
            .formatted(ADMINISTRATOR.id()));
    var node = new NodeContext(bus, clock, health, handler -> {}, metrics);
    await(() -> vertx.deployVerticle(
        new UserVerticle(node, hashingCost), new DeploymentOptions().setConfig(values)));
  }

  public static JsonObject settings(TestDatabase postgres, Map<String, String> more) {
    var environment = new HashMap<>(postgres.settings());
    environment.put("JWT_SECRET", SECRET);
    environment.putAll(more);
    return SettingsFiles.load(environment, Path.of("target"));
  }

  /** Creates an active user with that password. */
  public long given(String username, String password) {
    return givenHash(
        username, await(() -> passwords.hashWithoutPolicy(TEST, new Password(password))));
  }

  public long givenHash(String username, String hash) {
    return Long.parseLong(query(
            """
            INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
            VALUES ('%s', '%s', '{user}', now(), now()) RETURNING id"""
                .formatted(username, hash))
        .get(0));
  }

  /**
   * Prepares the node for the next test: deletes all rows except the administrator, and advances the clock until failed
   * attempts no longer count.
   */
  public void clear() {
    execute(
        """
        DELETE FROM account.users WHERE id <> %d;
        DELETE FROM account.revocations;
        DELETE FROM account.outbox;
        DELETE FROM account.audit"""
            .formatted(ADMINISTRATOR.id()));
    clock.step(FAILURES_FORGOTTEN);
    awaitRedis();
  }

  /** Waits until the verticle is connected to Redis again. */
  public void awaitRedis() {
    Await.until("Redis is available", () -> health.remark("redis account").isEmpty());
  }

  public Future<Grant> signIn(String username, String password, String address) {
    return start(() -> bus.request(
        Sessions.LOGIN,
        new Sessions.Login(username, new Password(password), new Client(address, "a test"))));
  }

  public Grant signIn(String username, String password) {
    return await(signIn(username, password, HOME));
  }

  public Future<Grant> refresh(Confidential token) {
    return start(() ->
        bus.request(Sessions.REFRESH, new Sessions.Refresh(token, new Client(HOME, "a test"))));
  }

  public Grant refreshed(Grant grant) {
    return await(refresh(grant.refreshToken()));
  }

  /** Returns the code of the failure; "ok" without a failure. */
  public String outcome(Future<?> work) {
    return await(work.transform(result -> Future.succeededFuture(
        result.succeeded()
            ? "ok"
            : result.cause() instanceof Failure failure ? failure.code() : "" + result.cause())));
  }

  public List<Sessions.Revocation> revoked() {
    return await(() -> revocations.since(null)).revocations();
  }

  public double hashes(String kind) {
    return metrics.find("password_hashes_total").tag("kind", kind).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  public List<String> query(String sql) {
    return postgres.column(sql);
  }

  public Connection connect() throws SQLException {
    return postgres.connect();
  }

  public void execute(String sql) {
    postgres.execute(sql);
  }

  public <T> T await(Supplier<Future<T>> work) {
    return await(start(work));
  }

  public <T> T await(Future<T> future) {
    return Await.await(future);
  }

  /** Starts work on an event loop. */
  public <T> Future<T> start(Supplier<Future<T>> work) {
    return Await.run(context, work);
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}

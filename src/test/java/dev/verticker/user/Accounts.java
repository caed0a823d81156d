package dev.verticker.user;

import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.message.Actor;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Users;
import dev.verticker.message.Users.Create;
import dev.verticker.message.Users.User;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.user.change.AccessRevocation;
import dev.verticker.user.change.AuditTrail;
import dev.verticker.user.change.ChangeLog;
import dev.verticker.user.change.UserErasure;
import dev.verticker.user.change.UserOutbox;
import dev.verticker.user.password.HashingClient;
import dev.verticker.user.password.PasswordHashing;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A user service with access to the rows, events and revocations that it writes. */
public final class Accounts implements AutoCloseable {
  public static final Actor ANONYMOUS = Actor.anonymous("203.0.113.9");

  public final Vertx vertx = Vertx.vertx();
  public final TestDatabase postgres;
  public final Database database;
  public final UserService users;
  public final UserSearch search;
  public final AuditTrail audit;
  final UserRepository rows;
  public final FakeHashing hashing = new FakeHashing();
  public final FakeAccess access = new FakeAccess();
  private final Context context = vertx.getOrCreateContext();
  private long lastAuditEntry;
  private long lastEvent;

  public Accounts() {
    this(TestDatabase.create());
  }

  /** Creates another node on the same database. */
  public Accounts(TestDatabase postgres) {
    this.postgres = postgres;
    this.database = Database.open(vertx, postgres.settings("account"));
    // The first connection of a cold JVM may take longer than the connect timeout.
    database.query("SELECT 1", Tuple.tuple()).otherwiseEmpty().await();
    var clock = Clock.systemUTC();
    this.rows = new UserRepository(database, clock);
    this.audit = new AuditTrail(database, clock);
    this.users = new UserService(
        database,
        rows,
        hashing,
        access,
        new ChangeLog(audit, new UserOutbox(clock, () -> {}), new UserErasure(clock)),
        new KeyedQueue(Users.CREATE.deadline(), clock));
    this.search = new UserSearch(database);
  }

  /** Runs work on the event loop of the node and returns its result. */
  public <T> T await(Supplier<Future<T>> work) {
    return Await.await(context, work);
  }

  public <T> Future<T> start(Supplier<Future<T>> work) {
    return Await.run(context, work);
  }

  /** Returns the failure of the work. */
  public Throwable failure(Supplier<Future<?>> work) {
    return Await.failureOf(start(() -> work.get().mapEmpty()));
  }

  /** Creates an active user and consumes its event and its audit entry. */
  public User given(String username, String... roles) {
    var create = new Create(
        ANONYMOUS,
        username,
        null,
        null,
        new Password("correct horse"),
        roles.length == 0 ? null : List.of(roles));
    var user = await(() -> users.create(create));
    events();
    auditEntries();
    return user;
  }

  public static Actor as(User user) {
    return new Actor(user.id(), user.username(), "session-of-" + user.username(), "192.0.2.7");
  }

  /** Returns the payloads inserted into the outbox since the last call, without {@code by}. */
  public List<JsonObject> events() {
    return eventsWithActor().stream()
        .map(event -> {
          event.remove("by");
          return event;
        })
        .toList();
  }

  public List<JsonObject> eventsWithActor() {
    var events = new ArrayList<JsonObject>();
    for (var row :
        rows("SELECT id, payload FROM account.outbox WHERE id > " + lastEvent + " ORDER BY id")) {
      lastEvent = Long.parseLong(row.get(0));
      events.add(new JsonObject(row.get(1)));
    }
    return events;
  }

  /** Returns "actor action user" of the audit entries since the last call; a dash for null. */
  public List<String> auditEntries() {
    var entries = new ArrayList<String>();
    for (var row : rows(
        """
        SELECT id, coalesce(actor_id::text, '-') || ' ' || action || ' ' || coalesce(user_id::text, '-')
          FROM account.audit WHERE id > %d ORDER BY id"""
            .formatted(lastAuditEntry))) {
      lastAuditEntry = Long.parseLong(row.get(0));
      entries.add(row.get(1));
    }
    return entries;
  }

  /** Runs housekeeping as if this time had passed; returns the metrics of the run. */
  public MeterRegistry keepHouseAfter(Duration time) {
    var metrics = new SimpleMeterRegistry();
    var clock = Clock.offset(Clock.systemUTC(), time);
    var housekeeping = new Housekeeping(vertx, database, AccountLocks.HOUSEKEEPING, clock, metrics);
    AccountRetention.addCleanupTasks(
        housekeeping, Duration.ofDays(400), new UserErasure(Clock.systemUTC()));
    await(housekeeping::run);
    return metrics;
  }

  public String one(String sql) {
    return postgres.value(sql);
  }

  public List<List<String>> rows(String sql) {
    return postgres.rows(sql);
  }

  public void execute(String sql) {
    postgres.execute(sql);
  }

  public Connection connect() throws SQLException {
    return postgres.connect();
  }

  @Override
  public void close() {
    Await.await(database.close());
    Await.await(vertx.close());
  }

  /** Hashes without delay and counts the hashes. */
  public static final class FakeHashing implements PasswordHashing {
    public final AtomicInteger hashed = new AtomicInteger();

    @Override
    public Future<String> hash(HashingClient client, Password password, List<String> ownNames) {
      return hashWithoutPolicy(client, password);
    }

    @Override
    public Future<String> hashWithoutPolicy(HashingClient client, Password password) {
      hashed.incrementAndGet();
      return Future.succeededFuture("$fake$of$" + password.value().hashCode() + "$000000000000");
    }
  }

  /** Records revocations. */
  public static final class FakeAccess implements AccessRevocation {
    private final List<String> revoked = new CopyOnWriteArrayList<>();

    @Override
    public Future<Void> revokeTokens(SqlConnection transaction, long userId, long minVersion) {
      revoked.add("tokens of " + userId + " below " + minVersion);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> endSessions(
        SqlConnection transaction, long userId, long minVersion, Reason reason) {
      revoked.add("sessions of " + userId + " below " + minVersion + ": " + reason);
      return Future.succeededFuture();
    }

    /** Returns the revocations since the last call. */
    public List<String> revoked() {
      var all = List.copyOf(revoked);
      revoked.clear();
      return all;
    }
  }
}

package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Users;
import dev.verticker.outbox.OutboxDrain;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.UserSettings;
import dev.verticker.user.change.AuditReader;
import dev.verticker.user.change.AuditTrail;
import dev.verticker.user.change.UserOutbox;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;

/** Accounts: who there is, who may do what, and who is signed in. */
public final class UserVerticle extends VerticleBase {
  private static final String SCHEMA = "account";
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int MAX_ATTEMPTS = 20;

  private final NodeContext node;
  private Database database;
  private RedisClient redis;
  private SessionModule sessions;
  private OutboxDrain drain;

  public UserVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), UserSettings::read);
    var auth = SettingsReader.read(config(), AuthSettings::read);
    var postgres = SettingsReader.read(config(), reader -> PostgresSettings.read(SCHEMA, reader));
    database = Database.open(vertx, postgres);
    drain = new OutboxDrain(
        vertx,
        Database.open(vertx, postgres.withPoolSize(1)),
        node.bus(),
        node.clock(),
        node.metrics(),
        SCHEMA,
        UserOutbox::entry);
    return RedisClient.open(vertx, SettingsReader.read(config(), RedisSettings::read))
        .compose(link -> {
          redis = link;
          return start(settings, auth);
        });
  }

  @Override
  public Future<?> stop() {
    return drain
        .stop()
        .eventually(sessions::close)
        .eventually(redis::close)
        .eventually(database::close);
  }

  private Future<?> start(UserSettings settings, AuthSettings auth) {
    var bus = node.bus();
    var clock = node.clock();
    var audit = new AuditTrail(clock);
    var outbox = new UserOutbox(clock, drain::wake);
    sessions = new SessionModule(vertx, node, database, redis, audit, outbox, auth);
    var users =
        new UserService(database, sessions.passwords(), sessions.revoking(), audit, outbox, clock);
    var administrator =
        new FirstAdministrator(database, users, sessions.passwords(), settings, clock);
    var trail = new AuditReader(database);
    var housekeeping = new Housekeeping(
            vertx, database, AccountLocks.HOUSEKEEPING, clock, node.metrics())
        .removing("audit", AuditTrail.REMOVE_OLD, settings.auditRetention())
        .removingUnwanted("outbox", UserOutbox.REMOVE_OLD, UserOutbox.KEPT);
    sessions.addChores(housekeeping);
    node.health().notReadyWhen("postgres account", database::outage);
    node.health().note("redis account", redis::outage);
    node.health().note("outbox account", drain::delay);
    return ensure(administrator, MAX_ATTEMPTS)
        .compose(ready -> sessions.serve(users::create))
        .compose(serving -> Future.all(List.of(
            bus.serve(Users.CREATE, users::create),
            bus.serve(Users.FIND, users::find),
            bus.serve(Users.SEARCH, users::search),
            bus.serve(Users.UPDATE, users::update),
            bus.serve(Users.DELETE, users::delete),
            bus.serve(Users.RESTORE, users::restore),
            bus.serve(Users.DISABLE, users::disable),
            bus.serve(Users.ENABLE, users::enable),
            bus.serve(Users.AUDIT, trail::read))))
        .onSuccess(serving -> {
          housekeeping.start();
          drain.start();
        });
  }

  /** The database was there for the migrations; a moment's absence, or a slow machine, is no reason to give up. */
  private Future<Void> ensure(FirstAdministrator administrator, int attempts) {
    return administrator
        .ensure()
        .recover(failure -> failure instanceof Failure.Unavailable && attempts > 1
            ? vertx.timer(PAUSE.toMillis()).compose(later -> ensure(administrator, attempts - 1))
            : Future.failedFuture(failure));
  }
}

package dev.verticker.user;

import dev.verticker.bus.Address;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Users;
import dev.verticker.message.Users.ChangeStatus;
import dev.verticker.message.Users.User;
import dev.verticker.outbox.OutboxRelay;
import dev.verticker.outbox.OutboxTable;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.UserSettings;
import dev.verticker.user.change.AuditTrail;
import dev.verticker.user.change.ChangeLog;
import dev.verticker.user.change.UserErasure;
import dev.verticker.user.change.UserOutbox;
import dev.verticker.user.login.LoginService;
import dev.verticker.user.login.LoginThrottle;
import dev.verticker.user.login.PasswordChangeService;
import dev.verticker.user.password.PasswordHasher;
import dev.verticker.user.quota.ChangeQuota;
import dev.verticker.user.quota.UserQuotas;
import dev.verticker.user.session.AccountRepository;
import dev.verticker.user.session.RefreshService;
import dev.verticker.user.session.RefreshTokenFactory;
import dev.verticker.user.session.RevocationRepository;
import dev.verticker.user.session.SessionRepository;
import dev.verticker.user.session.SessionService;
import dev.verticker.user.session.SessionStarter;
import dev.verticker.user.session.TicketRepository;
import dev.verticker.user.session.TicketService;
import dev.verticker.user.session.TokenIssuer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Serves users, their sessions and sign-in, on the schema {@code account}. */
public final class UserVerticle extends VerticleBase {
  private static final String SCHEMA = "account";
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
  private static final int MAX_ATTEMPTS = 20;

  private final NodeContext node;
  private final PasswordHasher.Cost hashingCost;
  private Database database;
  private RedisClient redis;
  private PasswordHasher passwords;
  private OutboxRelay relay;

  public UserVerticle(NodeContext node) {
    this(node, PasswordHasher.Cost.OWASP);
  }

  UserVerticle(NodeContext node, PasswordHasher.Cost hashingCost) {
    this.node = node;
    this.hashingCost = hashingCost;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), UserSettings::read);
    var auth = SettingsReader.read(config(), AuthSettings::read);
    var postgres = SettingsReader.read(config(), reader -> PostgresSettings.read(SCHEMA, reader));
    database = Database.open(vertx, postgres);
    passwords = PasswordHasher.open(
        vertx,
        Runtime.getRuntime().availableProcessors(),
        hashingCost,
        node.clock(),
        node.metrics());
    relay = new OutboxRelay(
        vertx,
        Database.openForBackground(vertx, postgres),
        node.bus(),
        node.clock(),
        node.metrics(),
        new OutboxTable(SCHEMA, UserOutbox::entry));
    node.health().notReadyWhen("postgres account", database::outage);
    node.health().note("outbox account", relay::delay);
    return RedisClient.open(vertx, SettingsReader.read(config(), RedisSettings::read))
        .compose(client -> {
          redis = client;
          node.health().note("redis account", redis::outage);
          return start(settings, auth);
        });
  }

  @Override
  public Future<?> stop() {
    return relay
        .stop()
        .eventually(passwords::close)
        .eventually(redis::close)
        .eventually(database::close);
  }

  private Future<?> start(UserSettings settings, AuthSettings auth) {
    var clock = node.clock();
    var audit = new AuditTrail(database, clock);
    var erasure = new UserErasure(clock);
    var changes = new ChangeLog(audit, new UserOutbox(clock, relay::wake), erasure);
    var revocations = new RevocationRepository(database, node.bus(), clock);
    var sessions = new SessionRepository(database, revocations);
    var rows = new UserRepository(database, clock);
    var creations = new KeyedQueue(Users.CREATE.deadline(), clock);
    var users = new UserService(database, rows, passwords, sessions, changes, creations);
    var quotas = UserQuotas.open(redis, auth.keys().get(0), clock, settings.quotas());
    var administrator = new FirstAdministrator(database, rows, users, passwords, settings);
    return ensure(administrator, MAX_ATTEMPTS)
        .compose(ensured -> Future.all(
            serveUsers(users, quotas.changes(), audit),
            serveSignIn(auth, users, sessions, quotas, audit, changes),
            serveSockets(revocations, quotas)))
        .onSuccess(serving -> {
          housekeeping(settings, erasure).start();
          relay.start();
        });
  }

  private Future<?> serveUsers(UserService users, ChangeQuota quota, AuditTrail audit) {
    return Future.all(List.of(
        serve(Users.CREATE, create -> quota.creation(create.actor(), () -> users.create(create))),
        serve(Users.FIND, users::find),
        serve(Users.SEARCH, new UserSearch(database)::search),
        serve(
            Users.UPDATE,
            update -> quota.by(update.actor(), update.id(), () -> users.update(update))),
        serve(
            Users.DELETE,
            delete -> quota.by(delete.actor(), delete.id(), () -> users.delete(delete))),
        serveStatus(Users.RESTORE, quota, users::restore),
        serveStatus(Users.DISABLE, quota, users::disable),
        serveStatus(Users.ENABLE, quota, users::enable),
        serve(Users.AUDIT, audit::read)));
  }

  private Future<?> serveStatus(
      Address<ChangeStatus, User> address,
      ChangeQuota quota,
      Function<ChangeStatus, Future<User>> handler) {
    return serve(
        address, change -> quota.by(change.actor(), change.id(), () -> handler.apply(change)));
  }

  private Future<?> serveSignIn(
      AuthSettings auth,
      UserService users,
      SessionRepository sessions,
      UserQuotas quotas,
      AuditTrail audit,
      ChangeLog changes) {
    var quota = quotas.changes();
    var clock = node.clock();
    var accounts = new AccountRepository(database);
    var tokens = new TokenIssuer(auth);
    var refreshTokens = new RefreshTokenFactory(auth.keys());
    var throttle = LoginThrottle.forLogins(auth.keys(), redis, clock);
    var starter = new SessionStarter(sessions, refreshTokens, tokens, audit, clock);
    var logins = new LoginService(database, accounts, starter, passwords, throttle, clock);
    var refreshes = new RefreshService(database, sessions, refreshTokens, tokens, audit, clock);
    var lists = new SessionService(database, accounts, sessions, refreshTokens, audit, clock);
    var passwordChanges =
        new PasswordChangeService(database, accounts, sessions, passwords, throttle, changes);
    var registrations = new RegistrationService(
        auth.registrationOpen(), LoginThrottle.forRegistrations(auth.keys(), redis, clock), users);
    return Future.all(List.of(
        serve(Sessions.LOGIN, logins::login),
        serve(
            Sessions.REFRESH,
            refresh -> refreshes.refresh(refresh, quotas.tokenRefreshes()::count)),
        serve(Sessions.LOGOUT, lists::logout),
        serve(
            Sessions.LOGOUT_ALL,
            logout -> quota.own(logout.userId(), () -> lists.logoutAll(logout))),
        serve(Sessions.LIST, lists::list),
        serve(
            Sessions.END,
            end -> end.reason() == Reason.LOGGED_OUT
                ? lists.end(end)
                : quota.own(end.userId(), () -> lists.end(end))),
        serve(
            Sessions.CHANGE_PASSWORD,
            change -> quota.own(change.userId(), () -> passwordChanges.change(change))),
        serve(Sessions.REGISTER, registrations::register)));
  }

  private Future<?> serveSockets(RevocationRepository revocations, UserQuotas quotas) {
    var tickets = new TicketService(new TicketRepository(database), node.clock());
    return Future.all(
        serve(
            Sessions.ISSUE_TICKET,
            issue -> quotas.socketTickets().run(issue.userId(), () -> tickets.issue(issue))),
        serve(Sessions.REDEEM_TICKET, tickets::redeem),
        serve(Sessions.REVOKED_SINCE, since -> revocations.since(since.cursor())),
        node.bus().serve(Users.COUNT_READ_MARK, mark -> quotas.readMarks().count(mark.userId())));
  }

  /** Serves requests that need the database, and leaves them to other nodes while it is unavailable here. */
  private <Q, A> Future<?> serve(Address<Q, A> address, Function<Q, Future<A>> handler) {
    return node.bus().serve(address, database.whileAvailable(handler));
  }

  private Housekeeping housekeeping(UserSettings settings, UserErasure erasure) {
    var housekeeping =
        new Housekeeping(vertx, database, AccountLocks.HOUSEKEEPING, node.clock(), node.metrics());
    AccountRetention.addCleanupTasks(housekeeping, settings.auditRetention(), erasure);
    return housekeeping;
  }

  /** The database was available to the migrations, so a brief outage does not fail the start. */
  private Future<Void> ensure(FirstAdministrator administrator, int attempts) {
    return administrator
        .ensure()
        .recover(failure -> failure instanceof Failure.Unavailable && attempts > 1
            ? vertx
                .timer(RETRY_DELAY.toMillis())
                .compose(elapsed -> ensure(administrator, attempts - 1))
            : Future.failedFuture(failure));
  }
}

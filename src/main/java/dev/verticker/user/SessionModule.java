package dev.verticker.user;

import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Sessions;
import dev.verticker.message.Users;
import dev.verticker.settings.AuthSettings;
import dev.verticker.user.change.AccessRevocation;
import dev.verticker.user.change.AuditTrail;
import dev.verticker.user.change.UserOutbox;
import dev.verticker.user.login.LoginKeys;
import dev.verticker.user.login.LoginLimits;
import dev.verticker.user.login.LoginService;
import dev.verticker.user.login.LoginThrottle;
import dev.verticker.user.password.PasswordChangeService;
import dev.verticker.user.password.PasswordHasher;
import dev.verticker.user.password.PasswordHashing;
import dev.verticker.user.session.AccountRepository;
import dev.verticker.user.session.RefreshService;
import dev.verticker.user.session.RefreshTokenFactory;
import dev.verticker.user.session.RevocationRepository;
import dev.verticker.user.session.SessionRepository;
import dev.verticker.user.session.SessionService;
import dev.verticker.user.session.TicketRepository;
import dev.verticker.user.session.TicketService;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;

/** Puts the parts of signing in together, for the verticle. */
public final class SessionModule {
  private final Bus bus;
  private final PasswordHasher passwords;
  private final RevocationRepository revocations;
  private final TicketService tickets;
  private final LoginService logins;
  private final RefreshService refreshes;
  private final SessionService sessions;
  private final PasswordChangeService ownPassword;
  private final RegistrationService registration;

  public SessionModule(
      Vertx vertx,
      NodeContext node,
      Database database,
      RedisClient redis,
      AuditTrail audit,
      UserOutbox outbox,
      AuthSettings settings) {
    var clock = node.clock();
    var cores = Runtime.getRuntime().availableProcessors();
    var throttle = new LoginThrottle(LoginLimits.SIGN_INS, redis, clock);
    bus = node.bus();
    passwords = PasswordHasher.open(vertx, cores, node.metrics());
    revocations = new RevocationRepository(database, bus, clock);
    tickets = new TicketService(new TicketRepository(database), clock);
    logins = new LoginService(database, passwords, throttle, revocations, audit, settings, clock);
    refreshes = new RefreshService(database, revocations, audit, settings, clock);
    sessions = new SessionService(
        database, new RefreshTokenFactory(settings.keys()), revocations, audit, clock);
    ownPassword = new PasswordChangeService(
        database,
        passwords,
        LoginKeys.ofSignIns(settings.keys()),
        throttle,
        revocations,
        audit,
        outbox);
    registration = new RegistrationService(
        settings.registrationOpen(),
        LoginKeys.ofRegistrations(settings.keys()),
        new LoginThrottle(LoginLimits.REGISTRATIONS, redis, clock));
  }

  /** For whoever creates users and sets their passwords. */
  public PasswordHashing passwords() {
    return passwords;
  }

  /** For whoever changes what users may do. */
  public AccessRevocation revoking() {
    return revocations;
  }

  /** @param create creates a user, with every rule there is for one */
  public Future<Void> serve(Function<Users.Create, Future<Users.User>> create) {
    return Future.all(List.of(
            bus.serve(Sessions.LOGIN, logins::login),
            bus.serve(Sessions.REFRESH, refreshes::refresh),
            bus.serve(Sessions.LOGOUT, sessions::logout),
            bus.serve(Sessions.LOGOUT_ALL, sessions::logoutAll),
            bus.serve(Sessions.LIST, sessions::list),
            bus.serve(Sessions.END, sessions::end),
            bus.serve(Sessions.CHANGE_PASSWORD, ownPassword::change),
            bus.serve(Sessions.REGISTER, register -> registration.register(register, create)),
            bus.serve(Sessions.ISSUE_TICKET, tickets::issue),
            bus.serve(Sessions.REDEEM_TICKET, tickets::redeem),
            bus.serve(Sessions.REVOKED_SINCE, since -> revocations.since(since.cursor()))))
        .mapEmpty();
  }

  /** What is over need not be kept. */
  public void addChores(Housekeeping housekeeping) {
    SessionRepository.addChores(housekeeping);
    TicketRepository.addChores(housekeeping);
    AccountRepository.addChores(housekeeping);
    RevocationRepository.addChores(housekeeping);
  }

  public Future<Void> close() {
    return passwords.close();
  }
}

package dev.verticker.user;

import dev.verticker.bus.Bus;
import dev.verticker.bus.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.RedisLink;
import dev.verticker.message.Sessions;
import dev.verticker.message.Users;
import dev.verticker.settings.AuthSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;

/** Puts the parts of signing in together, for the verticle. */
final class SessionModule {
  private final Bus bus;
  private final Passwords passwords;
  private final Revocations revocations;
  private final Tickets tickets;
  private final LoginService logins;
  private final RefreshService refreshes;
  private final SessionService sessions;
  private final OwnPassword ownPassword;
  private final Registration registration;

  SessionModule(
      Vertx vertx,
      NodeContext node,
      Database database,
      RedisLink redis,
      AuditTrail audit,
      Outbox outbox,
      AuthSettings settings) {
    var clock = node.clock();
    var cores = Runtime.getRuntime().availableProcessors();
    var throttle = new LoginThrottle(LoginLimits.SIGN_INS, redis, clock);
    bus = node.bus();
    passwords = Passwords.open(vertx, cores, node.metrics());
    revocations = new Revocations(database, bus, clock);
    tickets = new Tickets(new TicketRepository(database), clock);
    logins = new LoginService(database, passwords, throttle, revocations, audit, settings, clock);
    refreshes = new RefreshService(database, revocations, audit, settings, clock);
    sessions =
        new SessionService(database, new RefreshTokens(settings.keys()), revocations, audit, clock);
    ownPassword = new OwnPassword(
        database,
        passwords,
        LoginKeys.ofSignIns(settings.keys()),
        throttle,
        revocations,
        audit,
        outbox);
    registration = new Registration(
        settings.registrationOpen(),
        LoginKeys.ofRegistrations(settings.keys()),
        new LoginThrottle(LoginLimits.REGISTRATIONS, redis, clock));
  }

  /** For whoever creates users and sets their passwords. */
  PasswordHashing passwords() {
    return passwords;
  }

  /** For whoever changes what users may do. */
  AccessRevoking revoking() {
    return revocations;
  }

  /** @param create creates a user, with every rule there is for one */
  Future<Void> serve(Function<Users.Create, Future<Users.User>> create) {
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
  void addChores(Housekeeping housekeeping) {
    SessionRepository.addChores(housekeeping);
    TicketRepository.addChores(housekeeping);
    AccountRepository.addChores(housekeeping);
    Revocations.addChores(housekeeping);
  }

  Future<Void> close() {
    return passwords.close();
  }
}

package dev.verticker.user;

import dev.verticker.bus.Bus;
import dev.verticker.bus.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.RedisLink;
import dev.verticker.message.Actor;
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
  private final SessionService service;

  private SessionModule(
      Bus bus,
      Passwords passwords,
      Revocations revocations,
      Tickets tickets,
      SessionService service) {
    this.bus = bus;
    this.passwords = passwords;
    this.revocations = revocations;
    this.tickets = tickets;
    this.service = service;
  }

  static SessionModule open(
      Vertx vertx,
      NodeContext node,
      Database database,
      RedisLink redis,
      AuditTrail audit,
      Outbox outbox,
      AuthSettings settings) {
    var clock = node.clock();
    var cores = Runtime.getRuntime().availableProcessors();
    var passwords = Passwords.open(vertx, cores, node.metrics());
    var revocations = new Revocations(database, node.bus(), clock);
    var repository = new SessionRepository(database);
    var throttle = new LoginThrottle(
        new LoginFailuresInRedis(redis, LoginLimits.STANDARD, clock),
        new LoginFailuresInMemory(LoginLimits.STANDARD, clock));
    var service = new SessionService(
        repository, passwords, throttle, revocations, audit, outbox, settings, clock);
    return new SessionModule(
        node.bus(), passwords, revocations, new Tickets(repository, clock), service);
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
            bus.serve(Sessions.LOGIN, service::login),
            bus.serve(Sessions.REFRESH, service::refresh),
            bus.serve(Sessions.LOGOUT, service::logout),
            bus.serve(Sessions.LOGOUT_ALL, service::logoutAll),
            bus.serve(Sessions.LIST, service::list),
            bus.serve(Sessions.END, service::end),
            bus.serve(Sessions.CHANGE_PASSWORD, service::changePassword),
            bus.serve(Sessions.REGISTER, register -> register(register, create)),
            bus.serve(Sessions.ISSUE_TICKET, tickets::issue),
            bus.serve(Sessions.REDEEM_TICKET, tickets::redeem),
            bus.serve(Sessions.REVOKED_SINCE, since -> revocations.since(since.cursor()))))
        .mapEmpty();
  }

  /** What is over need not be kept. */
  void addChores(Housekeeping housekeeping) {
    SessionRepository.addChores(housekeeping);
    Revocations.addChores(housekeeping);
  }

  Future<Void> close() {
    return passwords.close();
  }

  private Future<Users.User> register(
      Sessions.Register register, Function<Users.Create, Future<Users.User>> create) {
    return service
        .checkRegistration()
        .compose(open -> create.apply(new Users.Create(
            Actor.anonymous(register.client().address()),
            register.username(),
            register.fullName(),
            register.email(),
            register.password(),
            null)));
  }
}

package dev.verticker.api.user;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.BearerTokens;
import dev.verticker.api.auth.RevocationCache;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.pages.ConsolePage;
import dev.verticker.api.pages.DocsPage;
import dev.verticker.api.pages.Page;
import dev.verticker.api.price.HistoryOperations;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.SocketHub;
import dev.verticker.api.socket.SocketRoutes;
import dev.verticker.api.web.ClientAddresses;
import dev.verticker.api.web.Cors;
import dev.verticker.context.NodeContext;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.UserApiSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

/** The User API of a node: its routes and its sockets. */
public record UserApi(Router router, SocketHub sockets) {
  private static final String NAME = "user-api";
  private static final String CONTRACT = "openapi/user-api.yaml";

  /** It works on the calling context until that is undeployed. */
  public static Future<UserApi> open(
      Vertx vertx,
      NodeContext node,
      QuoteService quotes,
      UserApiSettings settings,
      AuthSettings auth) {
    return Contract.load(vertx, CONTRACT).compose(contract -> Future.all(
            DocsPage.load(vertx, contract), DocsPage.loadEvents(vertx), ConsolePage.load(vertx))
        .compose(pages -> {
          BearerTokens.check(contract);
          var revoked = new RevocationCache(vertx, node.bus(), node.clock());
          node.health().notReadyWhen("revoked tokens", revoked::outage);
          var verifier = new AccessTokenVerifier(vertx, auth, node.clock());
          var cors = new Cors(settings.corsOrigins());
          var addresses = new ClientAddresses(settings.trustedProxies());
          var router = routes(vertx, node, quotes, contract)
              .guard("login", new BearerTokens(verifier, revoked))
              .allow(cors)
              .find(addresses)
              .router(NAME, node.metrics());
          pages.<Page>list().forEach(page -> page.mount(router));
          return revoked
              .start()
              .compose(started ->
                  SocketHub.open(vertx, node, verifier, revoked, quotes, settings.sockets()))
              .map(sockets -> {
                new SocketRoutes(
                        vertx, sockets, cors, addresses, settings.sockets().fallbacks())
                    .mount(router);
                return new UserApi(router, sockets);
              });
        }));
  }

  private static ContractRouter routes(
      Vertx vertx, NodeContext node, QuoteService quotes, Contract contract) {
    var bus = node.bus();
    var sessions = new SessionOperations(bus);
    var users = new UserOperations(bus);
    var prices = new QuoteOperations(quotes, node.clock());
    var dashboard = new DashboardOperations(bus, quotes, node.clock());
    var history = new HistoryOperations(bus);
    var notifications = new NotificationOperations(bus);
    return new ContractRouter(vertx, contract)
        .on("login", sessions::login)
        .on("refresh", sessions::refresh)
        .on("logout", sessions::logout)
        .on("logoutAll", sessions::logoutAll)
        .on("listSessions", sessions::listSessions)
        .on("endSession", sessions::endSession)
        .on("register", sessions::register)
        .on("issueTicket", sessions::issueTicket)
        .on("changeOwnPassword", sessions::changeOwnPassword)
        .on("listUsers", users::listUsers)
        .on("createUser", users::createUser)
        .on("getUser", users::getUser)
        .on("replaceUser", users::replaceUser)
        .on("patchUser", users::patchUser)
        .on("deleteUser", users::deleteUser)
        .on("restoreUser", users::restoreUser)
        .on("disableUser", users::disableUser)
        .on("enableUser", users::enableUser)
        .on("listAudit", users::listAudit)
        .on("getDashboard", dashboard::getDashboard)
        .on("getUserDashboard", dashboard::getUserDashboard)
        .on("listPrices", prices::listPrices)
        .on("getPrice", prices::getPrice)
        .on("listPriceHistory", history::listPriceHistory)
        .on("listNotifications", notifications::listNotifications)
        .on("markNotificationsRead", notifications::markNotificationsRead)
        .on("listEvents", notifications::listEvents);
  }
}

package dev.verticker.api.user;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.BearerTokens;
import dev.verticker.api.auth.PublicData;
import dev.verticker.api.auth.RevocationCache;
import dev.verticker.api.candles.CandleOperations;
import dev.verticker.api.listings.SymbolOperations;
import dev.verticker.api.market.MarketOperations;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.pages.ConsolePage;
import dev.verticker.api.pages.DocsPage;
import dev.verticker.api.pages.Page;
import dev.verticker.api.price.FeedOperations;
import dev.verticker.api.price.HistoryOperations;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.SocketHub;
import dev.verticker.api.socket.SocketRoutes;
import dev.verticker.api.trading.AccountOperations;
import dev.verticker.api.trading.OrderOperations;
import dev.verticker.api.trading.OwnTradeOperations;
import dev.verticker.api.udf.UdfHistory;
import dev.verticker.api.udf.UdfRoutes;
import dev.verticker.api.udf.UdfSymbols;
import dev.verticker.api.web.ClientAddresses;
import dev.verticker.api.web.Cors;
import dev.verticker.context.NodeContext;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.UserApiSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.time.Clock;

/** The User API of a node: its routes and its sockets. */
public record UserApi(Router router, SocketHub sockets) {
  private static final String NAME = "user-api";
  private static final String CONTRACT = "openapi/user-api.yaml";

  /** Creates it on the calling context, where its timers and consumers run. */
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
          var revocations = new RevocationCache(vertx, node.bus(), node.clock());
          node.health().notReadyWhen("revoked tokens", revocations::outage);
          var verifier = new AccessTokenVerifier(vertx, auth, node.clock());
          var cors = new Cors(settings.corsOrigins(), settings.localPages());
          var addresses = new ClientAddresses(settings.trustedProxies());
          var tokens = new BearerTokens(verifier, revocations);
          var publicData = publicData(settings, tokens, addresses, node.clock());
          var router = routes(vertx, node, quotes, contract)
              .security("login", tokens)
              .publicData(publicData)
              .cors(cors)
              .addresses(addresses)
              .createRouter(NAME, node.metrics());
          if (publicData != null) {
            udf(node, quotes, publicData).mount(router);
          }
          pages.<Page>list().forEach(page -> page.mount(router));
          return revocations
              .start()
              .compose(
                  started -> SocketHub.open(vertx, node, verifier, revocations, quotes, settings))
              .map(sockets -> {
                new SocketRoutes(
                        vertx, sockets, cors, addresses, settings.sockets().fallbacks())
                    .mount(router);
                return new UserApi(router, sockets);
              });
        }));
  }

  /** Returns null if market data requires a token. */
  private static PublicData publicData(
      UserApiSettings settings, BearerTokens tokens, ClientAddresses addresses, Clock clock) {
    var publicData = settings.publicData();
    return publicData.enabled()
        ? new PublicData(tokens, addresses, publicData.requestsPerMinute(), clock)
        : null;
  }

  private static UdfRoutes udf(NodeContext node, QuoteService quotes, PublicData callers) {
    var symbols = new UdfSymbols(quotes.symbols(), quotes::isConfigured);
    var history = new UdfHistory(node.bus(), symbols, node.clock());
    return new UdfRoutes(callers, symbols, history, node.clock());
  }

  private static ContractRouter routes(
      Vertx vertx, NodeContext node, QuoteService quotes, Contract contract) {
    var bus = node.bus();
    var routes = new ContractRouter(vertx, contract);
    new SessionOperations(bus).addTo(routes);
    new UserOperations(bus).addTo(routes);
    new QuoteOperations(quotes, node.clock()).addTo(routes);
    new DashboardOperations(bus, quotes, node.clock()).addTo(routes);
    new HistoryOperations(bus).addTo(routes);
    new CandleOperations(bus, quotes::requireHeld).addTo(routes);
    new MarketOperations(bus, quotes.feed(), node.clock(), quotes::requireHeld).addTo(routes);
    new FeedOperations(quotes.feed()).addTo(routes);
    new SymbolOperations(quotes.symbols(), quotes::isConfigured, node.clock()).addTo(routes);
    new NotificationOperations(bus).addTo(routes);
    new OrderOperations(bus, node.clock()).addTo(routes);
    new OwnTradeOperations(bus).addTo(routes);
    new AccountOperations(bus, node.clock()).addTo(routes);
    return routes;
  }
}

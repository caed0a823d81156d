package dev.verticker.api.price;

import dev.verticker.api.auth.ApiKeys;
import dev.verticker.api.binance.BinanceApi;
import dev.verticker.api.candles.CandleOperations;
import dev.verticker.api.listings.SymbolOperations;
import dev.verticker.api.market.MarketOperations;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.pages.DocsPage;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.context.NodeContext;
import dev.verticker.settings.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.Map;

/** Creates the Price API of a node. */
public final class PriceApi {
  private static final String NAME = "price-api";
  private static final String CONTRACT = "openapi/price-api.yaml";

  private PriceApi() {}

  /**
   * Creates the router of the Price API.
   *
   * @param keys API keys by name
   */
  public static Future<Router> open(
      Vertx vertx, NodeContext node, QuoteService quotes, Map<String, Secret> keys) {
    return Contract.load(vertx, CONTRACT)
        .compose(contract -> DocsPage.load(vertx, contract).map(docs -> {
          var binance = new BinanceApi(vertx, node, contract, quotes);
          var routes = new ContractRouter(vertx, contract)
              .security("apiKey", new ApiKeys(keys))
              .security("binanceKey", new ApiKeys(keys, BinanceApi.KEY_HEADERS));
          new PriceOperations(quotes, node.clock()).addTo(routes);
          new HistoryOperations(node.bus()).addTo(routes);
          new CandleOperations(node.bus(), quotes::requireHeld).addTo(routes);
          new MarketOperations(node.bus(), quotes.feed(), node.clock(), quotes::requireHeld)
              .addTo(routes);
          new FeedOperations(quotes.feed()).addTo(routes);
          binance.addTo(routes);
          new SymbolOperations(quotes.symbols(), quotes::isConfigured, node.clock()).addTo(routes);
          var router = routes.createRouter(NAME, node.metrics());
          binance.mountErrors(router);
          docs.mount(router);
          router.get("/").handler(context -> context.redirect("/docs"));
          return router;
        }));
  }
}

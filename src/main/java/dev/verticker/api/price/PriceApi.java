package dev.verticker.api.price;

import dev.verticker.api.auth.ApiKeys;
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

/** Puts the Price API together; once per node. */
public final class PriceApi {
  private static final String NAME = "price-api";
  private static final String CONTRACT = "openapi/price-api.yaml";

  private PriceApi() {}

  /**
   * The router.
   *
   * @param keys name to key of everybody who may read
   */
  public static Future<Router> open(
      Vertx vertx, NodeContext node, QuoteService quotes, Map<String, Secret> keys) {
    return Contract.load(vertx, CONTRACT)
        .compose(contract -> DocsPage.load(vertx, contract).map(docs -> {
          var router = router(vertx, node, quotes, keys, contract);
          docs.mount(router);
          router.get("/").handler(context -> context.redirect("/docs"));
          return router;
        }));
  }

  private static Router router(
      Vertx vertx,
      NodeContext node,
      QuoteService quotes,
      Map<String, Secret> keys,
      Contract contract) {
    var prices = new PriceOperations(quotes, node.clock());
    var history = new HistoryOperations(node.bus());
    return new ContractRouter(vertx, contract)
        .guard("apiKey", new ApiKeys(keys))
        .on("listPrices", prices::listPrices)
        .on("getPrice", prices::getPrice)
        .on("listPriceHistory", history::listPriceHistory)
        .router(NAME, node.metrics());
  }
}

package dev.verticker.api.price;

import dev.verticker.api.http.ApiKeys;
import dev.verticker.api.http.Contract;
import dev.verticker.api.http.ContractRouter;
import dev.verticker.api.http.DocsPage;
import dev.verticker.bus.NodeContext;
import dev.verticker.settings.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.Map;

/** Puts the Price API together; once per node. */
public final class PriceApi {
  private static final String NAME = "price-api";
  private static final String CONTRACT = "openapi/price-api.yaml";
  private static final Duration TELL_READS = Duration.ofSeconds(3);

  private PriceApi() {}

  /**
   * The router, once this node hears prices. It works on the calling context until that is undeployed.
   *
   * @param keys name to key of everybody who may read
   */
  public static Future<Router> open(Vertx vertx, NodeContext node, Map<String, Secret> keys) {
    return Contract.load(vertx, CONTRACT)
        .compose(contract -> DocsPage.load(vertx, contract).compose(docs -> {
          var store = new QuoteStore();
          var router = router(vertx, node, keys, contract, store);
          docs.mount(router);
          router.get("/").handler(context -> context.redirect("/docs"));
          return new QuoteFeed(vertx, node, store).start().map(router);
        }));
  }

  private static Router router(
      Vertx vertx,
      NodeContext node,
      Map<String, Secret> keys,
      Contract contract,
      QuoteStore store) {
    var outsideReads = new OutsideReads(node.bus(), store);
    vertx.setPeriodic(TELL_READS.toMillis(), timer -> outsideReads.tell());
    var prices =
        new PriceOperations(store, new ColdReads(node.bus(), store), outsideReads, node.clock());
    var history = new HistoryOperations(node.bus());
    return new ContractRouter(vertx, contract)
        .guard("apiKey", new ApiKeys(keys))
        .on("listPrices", prices::listPrices)
        .on("getPrice", prices::getPrice)
        .on("listPriceHistory", history::listPriceHistory)
        .router(NAME, node.metrics());
  }
}

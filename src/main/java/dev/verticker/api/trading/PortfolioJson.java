package dev.verticker.api.trading;

import static dev.verticker.api.trading.TradingRequest.ageMs;
import static dev.verticker.api.trading.TradingRequest.decimal;

import dev.verticker.message.Timestamps;
import dev.verticker.message.trading.Portfolios.Portfolio;
import dev.verticker.message.trading.Portfolios.Position;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** Encodes portfolios, each price with its age. */
public final class PortfolioJson {
  private PortfolioJson() {}

  public static JsonObject of(Portfolio portfolio, Instant now) {
    var positions = new JsonArray();
    portfolio.positions().forEach(position -> positions.add(of(position, now)));
    return new JsonObject()
        .put("account_id", portfolio.accountId())
        .put("venue", portfolio.venue())
        .put("valued_in", portfolio.valuedIn())
        .put("as_of", time(portfolio.asOf()))
        .put("total", decimal(portfolio.total()))
        .put("unrealized_profit", decimal(portfolio.unrealizedProfit()))
        .put("realized_profit", decimal(portfolio.realizedProfit()))
        .put("oldest_price_at", time(portfolio.oldestPriceAt()))
        .put("price_age_ms", ageMs(portfolio.oldestPriceAt(), now))
        .put("stale", portfolio.stale())
        .put("positions", positions);
  }

  private static JsonObject of(Position position, Instant now) {
    return new JsonObject()
        .put("asset", position.asset())
        .put("available", decimal(position.available()))
        .put("locked", decimal(position.locked()))
        .put("cost", decimal(position.cost()))
        .put("average_cost", decimal(position.averageCost()))
        .put("price", decimal(position.price()))
        .put("price_at", time(position.priceAt()))
        .put("price_age_ms", ageMs(position.priceAt(), now))
        .put("price_stale", position.priceStale())
        .put("value", decimal(position.value()))
        .put("unrealized_profit", decimal(position.unrealizedProfit()))
        .put("realized_profit", decimal(position.realizedProfit()));
  }

  private static String time(Instant time) {
    return time == null ? null : Timestamps.write(time);
  }
}

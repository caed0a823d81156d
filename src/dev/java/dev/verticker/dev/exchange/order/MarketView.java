package dev.verticker.dev.exchange.order;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the orders need to know of the simulated market. */
public interface MarketView {
  /** A price level of the order book. */
  record BookLevel(BigDecimal price, BigDecimal quantity) {}

  /**
   * A trade of the market between clients that are not simulated.
   *
   * @param buyerIsMaker whether the taker sold
   */
  record MarketTrade(
      long id, BigDecimal price, BigDecimal quantity, Instant time, boolean buyerIsMaker) {}

  /** The exchange's clock, whole milliseconds. */
  Instant now();

  /** A clock at the speed of real time. */
  Instant real();

  /** Seconds of {@link #now()} per second of {@link #real()}. */
  int speed();

  /** The entry of a symbol in exchangeInfo, with its present status; empty for an unknown symbol. */
  Optional<JsonObject> info(String symbol);

  JsonArray exchangeFilters();

  BigDecimal lastPrice(String symbol);

  /** Average price of the last minutes, weighted by volume; the last price for 0 minutes. */
  BigDecimal averagePrice(String symbol, int minutes);

  /** Best level first, at most 5,000. */
  List<BookLevel> levels(String symbol, boolean asks, int limit);

  /** Trades with an id of at least {@code first}, oldest first. */
  List<MarketTrade> tradesFrom(String symbol, long first, int limit);

  /** The id of the newest trade. */
  long lastTradeId(String symbol);
}

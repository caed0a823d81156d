package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.order.MarketView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Shows the simulated market to its orders. */
final class SimulatedMarketView implements MarketView {
  private final SimulatedMarket market;
  private final SimulatedExchangeInfo info;
  private final SimulatedTime time;

  SimulatedMarketView(SimulatedMarket market, SimulatedExchangeInfo info, SimulatedTime time) {
    this.market = market;
    this.info = info;
    this.time = time;
  }

  @Override
  public Instant now() {
    return time.simulated();
  }

  @Override
  public Instant real() {
    return time.real();
  }

  @Override
  public int speed() {
    return time.speed();
  }

  @Override
  public Optional<JsonObject> info(String symbol) {
    return info.entry(symbol);
  }

  @Override
  public JsonArray exchangeFilters() {
    return info.exchangeFilters();
  }

  @Override
  public BigDecimal lastPrice(String symbol) {
    return market.of(symbol).lastTrade(now()).price();
  }

  @Override
  public BigDecimal averagePrice(String symbol, int minutes) {
    return minutes == 0
        ? lastPrice(symbol)
        : market
            .of(symbol)
            .minutes(minutes, now())
            .filter(candle -> candle.volume().signum() > 0)
            .map(candle -> candle
                .quoteVolume()
                .divide(candle.volume(), Candle.DECIMALS, RoundingMode.HALF_EVEN))
            .orElseGet(() -> lastPrice(symbol));
  }

  @Override
  public List<BookLevel> levels(String symbol, boolean asks, int limit) {
    var book = market.of(symbol).book(now());
    var units = book.shape().units();
    var levels = asks ? book.asks(limit) : book.bids(limit);
    return levels.stream()
        .map(level -> new BookLevel(units.price(level.price()), units.quantity(level.quantity())))
        .toList();
  }

  @Override
  public List<MarketTrade> tradesFrom(String symbol, long first, int limit) {
    return market.of(symbol).tradesFrom(first, limit, now()).stream()
        .map(trade -> new MarketTrade(
            trade.id(), trade.price(), trade.quantity(), trade.time(), trade.buyerIsMaker()))
        .toList();
  }

  @Override
  public long lastTradeId(String symbol) {
    return market.of(symbol).lastTrade(now()).id();
  }
}

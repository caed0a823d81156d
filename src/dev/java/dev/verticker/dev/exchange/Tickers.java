package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;

/** Price and 24-hour tickers of one symbol in the JSON of the exchange. Bid and ask are generated around the price. */
final class Tickers {
  private static final BigDecimal PERCENT = BigDecimal.valueOf(100);
  private final SimulatedMarket market;
  private final SimulatedExchangeInfo info;

  Tickers(SimulatedMarket market, SimulatedExchangeInfo info) {
    this.market = market;
    this.info = info;
  }

  JsonObject price(String symbol, Instant now) {
    return new JsonObject().put("symbol", symbol).put("price", text(market.price(symbol, now)));
  }

  JsonObject full(String symbol, Instant now) {
    var figures = figures(symbol, now);
    var minute = Timeline.minute(now);
    return new JsonObject()
        .put("symbol", symbol)
        .put("priceChange", text(figures.change()))
        .put("priceChangePercent", percent(figures.change(), figures.open()))
        .put("weightedAvgPrice", text(figures.average()))
        .put("prevClosePrice", text(figures.previousClose()))
        .put("lastPrice", text(figures.last()))
        .put("lastQty", quantity(symbol, minute, 1))
        .put("bidPrice", text(figures.last()))
        .put("bidQty", quantity(symbol, minute, 2))
        .put("askPrice", text(figures.last().add(info.tick(symbol))))
        .put("askQty", quantity(symbol, minute, 3))
        .mergeIn(common(figures, now));
  }

  JsonObject mini(String symbol, Instant now) {
    var figures = figures(symbol, now);
    var rest = common(figures, now);
    return new JsonObject()
        .put("symbol", symbol)
        .put("openPrice", rest.remove("openPrice"))
        .put("highPrice", rest.remove("highPrice"))
        .put("lowPrice", rest.remove("lowPrice"))
        .put("lastPrice", text(figures.last()))
        .mergeIn(rest);
  }

  private record Figures(
      BigDecimal last,
      BigDecimal previousClose,
      BigDecimal open,
      BigDecimal high,
      BigDecimal low,
      BigDecimal volume,
      BigDecimal quoteVolume,
      long trades,
      long lastTrade) {

    BigDecimal change() {
      return last.subtract(open);
    }

    BigDecimal average() {
      return volume.signum() == 0
          ? Candle.NONE
          : quoteVolume.divide(volume, Candle.DECIMALS, RoundingMode.HALF_EVEN);
    }
  }

  private Figures figures(String symbol, Instant now) {
    var last = market.price(symbol, now);
    var day = market.day(symbol, now);
    var prices = day.prices().orElseGet(() -> new DayStatistics.Prices(last, last, last));
    return new Figures(
        last,
        day.previousClose(),
        prices.open(),
        prices.high(),
        prices.low(),
        day.volume(),
        day.quoteVolume(),
        day.trades(),
        market.lastTrade(symbol, now));
  }

  private static JsonObject common(Figures figures, Instant now) {
    var traded = figures.trades() > 0;
    return new JsonObject()
        .put("openPrice", text(figures.open()))
        .put("highPrice", text(figures.high()))
        .put("lowPrice", text(figures.low()))
        .put("volume", text(figures.volume()))
        .put("quoteVolume", text(figures.quoteVolume()))
        .put("openTime", now.minus(Duration.ofDays(1)).toEpochMilli())
        .put("closeTime", now.toEpochMilli())
        .put("firstId", traded ? figures.lastTrade() - figures.trades() + 1 : -1)
        .put("lastId", traded ? figures.lastTrade() : -1)
        .put("count", figures.trades());
  }

  private String quantity(String symbol, long minute, int purpose) {
    var steps = market.random(symbol, minute, purpose).nextInt(1, 5_000);
    return text(market.step(symbol).multiply(BigDecimal.valueOf(steps)));
  }

  private static String percent(BigDecimal change, BigDecimal open) {
    return change.multiply(PERCENT).divide(open, 3, RoundingMode.HALF_UP).toPlainString();
  }

  private static String text(BigDecimal amount) {
    return amount.setScale(Candle.DECIMALS, RoundingMode.UNNECESSARY).toPlainString();
  }
}

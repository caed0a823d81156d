package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;

/** Tickers and the average price of one symbol in the JSON of the exchange's REST API. */
final class Tickers {
  private static final int AVERAGE_MINUTES = 5;
  private final SimulatedMarket market;

  Tickers(SimulatedMarket market) {
    this.market = market;
  }

  JsonObject price(String symbol, Instant now) {
    return new JsonObject()
        .put("symbol", symbol)
        .put("price", text(market.of(symbol).lastTrade(now).price()));
  }

  JsonObject full(String symbol, Instant now) {
    var figures = figures(symbol, now);
    return new JsonObject()
        .put("symbol", symbol)
        .put("priceChange", text(figures.change()))
        .put("priceChangePercent", figures.changePercent())
        .put("weightedAvgPrice", text(figures.average()))
        .put("prevClosePrice", text(figures.previousClose()))
        .put("lastPrice", text(figures.last().price()))
        .put("lastQty", text(figures.last().quantity()))
        .mergeIn(best(figures.book()))
        .mergeIn(common(figures));
  }

  JsonObject mini(String symbol, Instant now) {
    var figures = figures(symbol, now);
    var rest = common(figures);
    return new JsonObject()
        .put("symbol", symbol)
        .put("openPrice", rest.remove("openPrice"))
        .put("highPrice", rest.remove("highPrice"))
        .put("lowPrice", rest.remove("lowPrice"))
        .put("lastPrice", text(figures.last().price()))
        .mergeIn(rest);
  }

  JsonObject book(String symbol, Instant now) {
    return new JsonObject().put("symbol", symbol).mergeIn(best(market.of(symbol).book(now)));
  }

  JsonObject average(String symbol, Instant now) {
    var last = market.of(symbol).lastTrade(now);
    var recent = market.of(symbol).minutes(AVERAGE_MINUTES, now);
    return new JsonObject()
        .put("mins", AVERAGE_MINUTES)
        .put(
            "price",
            text(recent
                .filter(candle -> candle.volume().signum() > 0)
                .map(candle -> candle
                    .quoteVolume()
                    .divide(candle.volume(), Candle.DECIMALS, RoundingMode.HALF_EVEN))
                .orElse(last.price())))
        .put("closeTime", last.time().toEpochMilli());
  }

  TickerFigures figures(String symbol, Instant now) {
    return TickerFigures.of(market.of(symbol), now);
  }

  private static JsonObject best(SimulatedBook book) {
    return new JsonObject()
        .put("bidPrice", text(book.bidPrice()))
        .put("bidQty", text(book.bidAmount()))
        .put("askPrice", text(book.askPrice()))
        .put("askQty", text(book.askAmount()));
  }

  private static JsonObject common(TickerFigures figures) {
    var day = figures.day();
    return new JsonObject()
        .put("openPrice", text(day.open()))
        .put("highPrice", text(day.high()))
        .put("lowPrice", text(day.low()))
        .put("volume", text(day.volume()))
        .put("quoteVolume", text(day.quoteVolume()))
        .put("openTime", figures.openTime().toEpochMilli())
        .put("closeTime", figures.time().toEpochMilli())
        .put("firstId", day.firstTrade())
        .put("lastId", day.lastTrade())
        .put("count", day.trades());
  }

  private static String text(BigDecimal amount) {
    return amount.setScale(Candle.DECIMALS, RoundingMode.UNNECESSARY).toPlainString();
  }
}

package dev.verticker.dev.exchange;

import dev.verticker.message.Interval;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Instant;

/** Events of the streams in the JSON of the exchange. */
final class StreamFrames {
  private StreamFrames() {}

  static String aggregateTrade(String symbol, SimulatedTrade trade, Instant now) {
    return event("aggTrade", symbol, now)
        .put("a", trade.aggregateId())
        .put("p", text(trade.price()))
        .put("q", text(trade.quantity()))
        .put("f", trade.id())
        .put("l", trade.id())
        .put("T", trade.time().toEpochMilli())
        .put("m", trade.buyerIsMaker())
        .put("M", true)
        .encode();
  }

  static String trade(String symbol, SimulatedTrade trade, Instant now) {
    return event("trade", symbol, now)
        .put("t", trade.id())
        .put("p", text(trade.price()))
        .put("q", text(trade.quantity()))
        .put("T", trade.time().toEpochMilli())
        .put("m", trade.buyerIsMaker())
        .put("M", true)
        .encode();
  }

  /** Without event type and event time, as at the exchange. */
  static String book(String symbol, SimulatedBook book) {
    return best(new JsonObject().put("u", book.updateId()).put("s", symbol), book)
        .encode();
  }

  static String ticker(TickerFigures figures, Instant now) {
    var day = figures.day();
    var event = event("24hrTicker", figures.market().symbol(), now)
        .put("p", text(figures.change()))
        .put("P", figures.changePercent())
        .put("w", text(figures.average()))
        .put("x", text(figures.previousClose()))
        .put("c", text(figures.last().price()))
        .put("Q", text(figures.last().quantity()));
    return best(event, figures.book())
        .put("o", text(day.open()))
        .put("h", text(day.high()))
        .put("l", text(day.low()))
        .put("v", text(day.volume()))
        .put("q", text(day.quoteVolume()))
        .put("O", figures.openTime().toEpochMilli())
        .put("C", figures.time().toEpochMilli())
        .put("F", day.firstTrade())
        .put("L", day.lastTrade())
        .put("n", day.trades())
        .encode();
  }

  static String miniTicker(TickerFigures figures, Instant now) {
    var day = figures.day();
    return event("24hrMiniTicker", figures.market().symbol(), now)
        .put("c", text(figures.last().price()))
        .put("o", text(day.open()))
        .put("h", text(day.high()))
        .put("l", text(day.low()))
        .put("v", text(day.volume()))
        .put("q", text(day.quoteVolume()))
        .encode();
  }

  static String kline(
      String symbol, Interval interval, Candle candle, boolean closed, Instant now) {
    var figures = new JsonObject()
        .put("t", candle.openTime().toEpochMilli())
        .put("T", interval.next(candle.openTime()).toEpochMilli() - 1)
        .put("s", symbol)
        .put("i", interval.wireName())
        .put("f", candle.firstTrade())
        .put("L", candle.lastTrade())
        .put("o", text(candle.open()))
        .put("c", text(candle.close()))
        .put("h", text(candle.high()))
        .put("l", text(candle.low()))
        .put("v", text(candle.volume()))
        .put("n", candle.trades())
        .put("x", closed)
        .put("q", text(candle.quoteVolume()))
        .put("V", text(candle.takerVolume()))
        .put("Q", text(candle.takerQuoteVolume()))
        .put("B", "0");
    return event("kline", symbol, now).put("k", figures).encode();
  }

  private static JsonObject best(JsonObject event, SimulatedBook book) {
    return event
        .put("b", text(book.bidPrice()))
        .put("B", text(book.bidAmount()))
        .put("a", text(book.askPrice()))
        .put("A", text(book.askAmount()));
  }

  private static JsonObject event(String type, String symbol, Instant now) {
    return new JsonObject().put("e", type).put("E", now.toEpochMilli()).put("s", symbol);
  }

  private static String text(BigDecimal amount) {
    return amount.setScale(Candle.DECIMALS).toPlainString();
  }
}

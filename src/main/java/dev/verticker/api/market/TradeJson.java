package dev.verticker.api.market;

import dev.verticker.message.Timestamps;
import dev.verticker.message.Trades.Trade;

/** Encodes trades. */
public final class TradeJson {
  private TradeJson() {}

  /** Appends the JSON object of a trade, with exact decimals. */
  public static StringBuilder append(StringBuilder json, Trade trade) {
    return json.append("{\"id\":")
        .append(trade.id())
        .append(",\"price\":\"")
        .append(trade.price().toPlainString())
        .append("\",\"quantity\":\"")
        .append(trade.quantity().toPlainString())
        .append("\",\"side\":\"")
        .append(trade.buyerIsMaker() ? "sell" : "buy")
        .append("\",\"time\":\"")
        .append(Timestamps.write(trade.time()))
        .append("\"}");
  }
}

package dev.verticker.trading.paper;

import dev.verticker.bus.Bus;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Interval;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Found;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads over the bus the trades of a market after a position; for an old position, the candles of whole minutes, without the
 * rest of the first minute.
 */
final class MissedPrints {
  private static final int MAX_TRADES = 1000;
  private static final int MAX_MINUTES = 1000;

  /** After a longer time, the trades are more than a few requests return. */
  private static final Duration MAX_BY_TRADES = Duration.ofMinutes(10);

  private final Bus bus;

  MissedPrints(Bus bus) {
    this.bus = bus;
  }

  /**
   * The prints after a position.
   *
   * @param prints oldest first; may begin with some before the position
   * @param end position after them
   * @param complete whether there is no later print yet
   */
  record Missed(List<MarketPrint> prints, MarketPosition end, boolean complete) {
    Missed {
      prints = List.copyOf(prints);
    }
  }

  /** Fails with {@link dev.verticker.bus.Failure} if the market data is unavailable. */
  Future<Missed> read(String symbol, MarketPosition from) {
    return bus.request(Trades.FIND, new FindTrades(symbol, null, null, null, MAX_TRADES, true))
        .recover(notInMemory ->
            bus.request(Trades.FIND, new FindTrades(symbol, null, null, null, MAX_TRADES)))
        .compose(newest -> read(symbol, from, newest));
  }

  private Future<Missed> read(String symbol, MarketPosition from, Found newest) {
    var trades = newest.trades();
    if (trades.isEmpty()) {
      return Future.succeededFuture(new Missed(List.of(), from, true));
    }
    var last = trades.get(trades.size() - 1);
    if (!from.market().equals(newest.venue())) {
      var end = MarketPrint.of(last).position(newest.venue());
      return Future.succeededFuture(new Missed(List.of(), end, true));
    }
    if (covers(trades, from)) {
      return Future.succeededFuture(byTrades(trades, from, true));
    }
    return Duration.between(from.time(), last.time()).compareTo(MAX_BY_TRADES) > 0
        ? minutes(symbol, from)
            .compose(missed -> missed.prints().isEmpty()
                ? tradesSince(symbol, from)
                : Future.succeededFuture(missed))
        : tradesSince(symbol, from);
  }

  /** Returns whether no trade is missing between the position and these trades. */
  private static boolean covers(List<Trade> trades, MarketPosition from) {
    var first = trades.get(0);
    var last = trades.get(trades.size() - 1);
    if (trades.size() < MAX_TRADES && first.id() == 0) {
      return true;
    }
    return from.tradeId() != 0 && from.tradeId() <= last.lastTradeId()
        ? first.firstTradeId() <= from.tradeId() + 1
        : !first.time().isAfter(from.time());
  }

  private Future<Missed> tradesSince(String symbol, MarketPosition from) {
    return bus.request(Trades.FIND, new FindTrades(symbol, null, from.time(), null, MAX_TRADES))
        .map(found -> byTrades(found.trades(), from, found.trades().size() < MAX_TRADES));
  }

  private static Missed byTrades(List<Trade> trades, MarketPosition from, boolean complete) {
    var prints = trades.stream().map(MarketPrint::of).toList();
    return new Missed(prints, end(prints, from), complete);
  }

  private Future<Missed> minutes(String symbol, MarketPosition from) {
    var first = from.time().truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
    return bus.request(
            Candles.FIND,
            new FindCandles(List.of(symbol), Interval.ONE_MINUTE, first, null, MAX_MINUTES))
        .map(found -> {
          var prints = new ArrayList<MarketPrint>();
          for (var candle : found.series().get(0).candles()) {
            if (!isOver(candle)) {
              break;
            }
            if (candle.isKnown()) {
              prints.add(MarketPrint.of(candle));
            }
          }
          return new Missed(prints, end(prints, from), false);
        });
  }

  /** Returns whether the candle can no longer change. */
  private static boolean isOver(Candle candle) {
    return switch (candle.state()) {
      case FINAL, AMENDED, ABSENT -> true;
      case FORMING, PENDING, UNKNOWN -> false;
    };
  }

  private static MarketPosition end(List<MarketPrint> prints, MarketPosition from) {
    return prints.isEmpty()
        ? from
        : from.max(prints.get(prints.size() - 1).position(from.market()));
  }
}

package dev.verticker.message;

import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Requests and events about aggregate trades, served and published by the price verticle. */
public final class Trades {
  /** Trades of one symbol. Fails with {@code symbol-unknown} (404) or {@code trades-not-available} (503). */
  public static final Address<FindTrades, Found> FIND =
      new Address<>("trades.find", FindTrades.class, Found.class).asRepeatable();

  /**
   * Trades as they happen, of all symbols that are streamed, at most one message in 5 ms: a subscriber that requests no
   * conflation receives a trade within 5 ms on the leader and 10 ms on another node.
   */
  public static final Topic<Update> UPDATES = new Topic<>("trades.updates", Update.class);

  /** Trades further apart have the order of their times. */
  private static final Duration MAX_DISORDER = Duration.ofSeconds(10);

  private Trades() {}

  /**
   * Trades of one taker order at one price.
   *
   * @param id consecutive per symbol
   * @param price in units of the quote asset, exact
   * @param quantity in units of the base asset, exact
   * @param buyerIsMaker whether the taker sold
   * @param firstTradeId id of the first trade that it consists of, consecutive per symbol, as lastTradeId
   */
  public record Trade(
      long id,
      BigDecimal price,
      BigDecimal quantity,
      Instant time,
      boolean buyerIsMaker,
      long firstTradeId,
      long lastTradeId) {
    /** Returns whether the exchange executed it after the other one: by id, or by time if a test venue has restarted its ids. */
    public boolean isAfter(Trade other) {
      var later = Duration.between(other.time, time);
      return later.abs().compareTo(MAX_DISORDER) > 0 ? !later.isNegative() : id > other.id;
    }
  }

  /**
   * @param fromId id of the first trade; null = the newest {@code limit} trades unless {@code from} is set
   * @param from time of the first trade, inclusive; null with {@code fromId}, and for the newest trades
   * @param to time of the last trade, inclusive; null with {@code fromId}, and for trades up to the newest
   * @param limit 1 to 1000
   * @param held whether the request fails instead of causing one to the exchange
   */
  public record FindTrades(
      String symbol, Long fromId, Instant from, Instant to, int limit, boolean held) {
    public FindTrades(String symbol, Long fromId, Instant from, Instant to, int limit) {
      this(symbol, fromId, from, to, limit, false);
    }
  }

  /** @param trades oldest first */
  public record Found(String symbol, String venue, List<Trade> trades) {
    public Found {
      trades = List.copyOf(trades);
    }
  }

  /** @param epoch as in {@link Feed.Status} */
  public record Update(String venue, long epoch, List<SymbolTrades> symbols) {
    public Update {
      symbols = List.copyOf(symbols);
    }
  }

  /**
   * New trades of a symbol, oldest first, each trade once.
   *
   * @param missed trades before these that were not received and could not be fetched
   */
  public record SymbolTrades(String symbol, long missed, List<Trade> trades) {
    public SymbolTrades {
      trades = List.copyOf(trades);
    }
  }
}

package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Requests and events about prices, served and published by the price verticle. */
public final class Prices {
  /** The newest quotes in memory; never waits for the exchange. */
  public static final Address<Latest, Snapshot> LATEST =
      new Address<>("prices.latest", Latest.class, Snapshot.class);

  /**
   * Quotes of the given symbols, all or none, in the given order. A symbol without a quote is fetched once. Fails with
   * {@code symbol-unknown} (404) or {@code price-not-yet-known} (503), each symbol in {@code errors}.
   */
  public static final Address<FindQuotes, Quotes> FIND =
      new Address<>("prices.find", FindQuotes.class, Quotes.class, Duration.ofMillis(2700));

  /** The stored observations of one symbol, newest first. */
  public static final Address<FindHistory, History> HISTORY =
      new Address<>("prices.history", FindHistory.class, History.class).asRepeatable();

  /** New quotes: those of one response of the exchange, those that streams changed in a tenth of a second, or stale ones. */
  public static final Topic<Quotes> TICK = new Topic<>("prices.tick", Quotes.class);

  /** Unconfigured symbols that clients read recently, which keeps them in the refresh. */
  public static final Topic<SymbolsRead> READ = new Topic<>("prices.read", SymbolsRead.class);

  /** The exchange does not list the symbol; other nodes stop waiting for its quote. */
  public static final Topic<Unlisted> UNLISTED = new Topic<>("prices.unlisted", Unlisted.class);

  /** The exchange limits the rate of an address; no node with this address sends a request before the time given. */
  public static final Topic<RateLimited> RATE_LIMITED =
      new Topic<>("prices.blocked", RateLimited.class);

  /** If a quote with a lower trade id is later by more than this, the exchange has restarted its trade ids. */
  private static final Duration MAX_EVENT_DELAY = Duration.ofSeconds(10);

  private Prices() {}

  /** The origin of a quote. */
  public enum Source {
    STREAM,
    POLL,
    CACHE,
    STORED,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /**
   * The current prices of one symbol.
   *
   * @param id unique, from the block of ids that the node reserved; also the id of the stored row
   * @param price last price, exact, in units of the quote asset; positive
   * @param bid null if the exchange did not send it, as are ask, changePercent and volume (24 hours, base asset)
   * @param day further figures of the last 24 hours; null if the exchange did not send them
   * @param exchangeInfo the exchange's own object as JSON text, with {@code price} added
   * @param feed venue and run of the price verticle that published the quote
   * @param epoch of the leader that published the quote, in milliseconds of the cluster's clock; trade ids and event times are
   *     comparable within an epoch only; 0 = unknown
   * @param tradeId id of the newest trade that the quote covers; 0 = unknown
   * @param venue {@code binance}, {@code testnet}, {@code simulated} or {@code replayed}
   * @param eventTime time of the quote at the exchange
   * @param receivedAt receipt of the response, on the cluster's clock, microseconds; also {@code called_at}
   * @param staleAt the quote is stale from this time on unless the exchange confirms it again
   */
  public record Quote(
      long id,
      String symbol,
      BigDecimal price,
      BigDecimal bid,
      BigDecimal ask,
      BigDecimal changePercent,
      BigDecimal volume,
      Day day,
      String exchangeInfo,
      String feed,
      long epoch,
      long tradeId,
      String venue,
      Source source,
      Instant eventTime,
      Instant receivedAt,
      Instant staleAt) {
    public Quote {
      if (price.signum() <= 0) {
        throw new IllegalArgumentException("price must be positive: " + price);
      }
    }

    /**
     * Returns whether this quote replaces {@code other} in a cache: the quote of the higher epoch, within an epoch the one
     * that covers the newer trade, else the one with the later event time, else the one received later. The same quote with an
     * earlier stale time replaces it, too: the leader of the feed publishes it when the exchange is silent.
     */
    public boolean supersedes(Quote other) {
      if (other == null) {
        return true;
      }
      if (epoch != other.epoch && epoch != 0 && other.epoch != 0) {
        return epoch > other.epoch;
      }
      var order = comparableWith(other) ? order(other) : 0;
      return order > 0 || order == 0 && isConfirmationOf(other);
    }

    private boolean isConfirmationOf(Quote other) {
      return receivedAt.isAfter(other.receivedAt)
          || receivedAt.equals(other.receivedAt) && staleAt.isBefore(other.staleAt);
    }

    private boolean comparableWith(Quote other) {
      return epoch == other.epoch && (epoch != 0 || feed.equals(other.feed));
    }

    private int order(Quote other) {
      var known = tradeId != 0 && other.tradeId != 0 && !haveRestartedIds(other);
      var byTrade = known ? Long.compare(tradeId, other.tradeId) : 0;
      return byTrade != 0 ? byTrade : eventTime.compareTo(other.eventTime);
    }

    /** A testnet restarts its trade ids about once a month. */
    private boolean haveRestartedIds(Quote other) {
      var later = eventTime.isAfter(other.eventTime) ? this : other;
      var earlier = later == this ? other : this;
      return later.tradeId < earlier.tradeId
          && later.eventTime.isAfter(earlier.eventTime.plus(MAX_EVENT_DELAY));
    }

    /** Returns this quote as read from {@code origin}. */
    public Quote from(Source origin) {
      return with(origin, staleAt);
    }

    /** Returns this quote with another time from which it is stale. */
    public Quote withStaleAt(Instant time) {
      return with(source, time);
    }

    private Quote with(Source origin, Instant stale) {
      return new Quote(
          id,
          symbol,
          price,
          bid,
          ask,
          changePercent,
          volume,
          day,
          exchangeInfo,
          feed,
          epoch,
          tradeId,
          venue,
          origin,
          eventTime,
          receivedAt,
          stale);
    }

    /** Time since the exchange last confirmed it; never negative. */
    public Duration age(Instant now) {
      var age = Duration.between(receivedAt, now);
      return age.isNegative() ? Duration.ZERO : age;
    }

    public boolean stale(Instant now) {
      return !now.isBefore(staleAt);
    }
  }

  /**
   * Figures of the last 24 hours beside {@link Quote#changePercent} and {@link Quote#volume}; each is null if missing.
   *
   * @param quoteVolume in units of the quote asset
   */
  public record Day(
      BigDecimal open,
      BigDecimal high,
      BigDecimal low,
      BigDecimal change,
      BigDecimal quoteVolume) {}

  /** Requests all quotes that the price verticle has in memory. */
  public record Latest() {}

  /**
   * @param configured the configured symbols in their order, quoted or not
   * @param quotes the newest quote of each symbol that has one, configured ones first
   */
  public record Snapshot(List<String> configured, List<Quote> quotes) {
    public Snapshot {
      configured = List.copyOf(configured);
      quotes = List.copyOf(quotes);
    }
  }

  /** @param symbols case-sensitive, at most 100 */
  public record FindQuotes(List<String> symbols) {
    public FindQuotes {
      symbols = List.copyOf(symbols);
    }
  }

  public record Quotes(List<Quote> quotes) {
    public Quotes {
      quotes = List.copyOf(quotes);
    }
  }

  /** @param symbols unconfigured symbols */
  public record SymbolsRead(List<String> symbols) {
    public SymbolsRead {
      symbols = List.copyOf(symbols);
    }
  }

  /**
   * @param from inclusive, null = from the oldest
   * @param to exclusive, null = up to the newest
   * @param limit 1 to 1000
   * @param before cursor of an earlier page, null = from the newest
   */
  public record FindHistory(
      String symbol, Instant from, Instant to, int limit, HistoryPosition before) {}

  /** The last observation of a page; the next page continues after it. */
  public record HistoryPosition(Instant calledAt, long id) {}

  /** @param next null on the last page */
  public record History(List<Observation> observations, HistoryPosition next) {
    public History {
      observations = List.copyOf(observations);
    }
  }

  /**
   * A stored observation of a price.
   *
   * @param exchangeInfo JSON text
   * @param eventTime time of the price at the exchange; null from a node of version 1.0
   * @param calledAt receipt of the price
   */
  public record Observation(
      long id,
      String symbol,
      BigDecimal price,
      String exchangeInfo,
      String venue,
      Instant eventTime,
      Instant calledAt) {}

  public record Unlisted(String symbol) {}

  /**
   * @param host the exchange host, with the name of the egress address if it has one
   * @param until on the cluster's clock
   */
  public record RateLimited(String host, Instant until) {}
}

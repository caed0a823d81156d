package dev.verticker.price.feed;

import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.message.Feed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The streams that the feed needs: tickers and candles of all configured and on-demand symbols, trades and books of the first
 * twenty configured ones, and all of them for symbols whose trades or books the clients of any node subscribe to. Every node
 * keeps this demand, so that a new leader has it at once. All methods run on the context of the verticle, except {@link #size}.
 */
public final class FeedDemand {
  /** The first configured symbols have streams of trades and books without demand. */
  private static final int MAX_ALWAYS = 20;

  /** While there are as many, others are ignored: streams that change with each message would deliver nothing. */
  static final int MAX_SYMBOLS = 100;

  /** Since a node last published it. */
  private static final Duration RETENTION = Duration.ofMinutes(5);

  private final Symbols symbols;
  private final Set<String> always;
  private final Clock clock;
  private final Map<String, Needed> demanded = new HashMap<>();

  /** Metrics read it on another thread. */
  private volatile int size;

  /**
   * @param configured in their order
   * @param refreshed configured and on-demand symbols
   * @param isListed whether the exchange lists the symbol; false while its list is unknown
   */
  public record Symbols(
      List<String> configured, Supplier<List<String>> refreshed, Predicate<String> isListed) {
    public Symbols {
      configured = List.copyOf(configured);
    }
  }

  /** Until when trades and books are needed. */
  private static final class Needed {
    private Instant trades = Instant.MIN;
    private Instant books = Instant.MIN;

    private boolean isExpired(Instant now) {
      return !trades.isAfter(now) && !books.isAfter(now);
    }
  }

  public FeedDemand(Symbols symbols, Clock clock) {
    this.symbols = symbols;
    this.always = Set.copyOf(symbols.configured().stream().limit(MAX_ALWAYS).toList());
    this.clock = clock;
  }

  /** Adds the demand of a node; symbols that the exchange does not list are ignored. */
  public void onDemand(Feed.Demand demand) {
    var now = clock.instant();
    expire(now);
    demand.trades().forEach(symbol -> need(symbol, needed -> needed.trades = now.plus(RETENTION)));
    demand.books().forEach(symbol -> need(symbol, needed -> needed.books = now.plus(RETENTION)));
    size = demanded.size();
  }

  /** Returns the number of demanded symbols beside those that are always streamed. */
  public int size() {
    return size;
  }

  /** Returns the streams that the leader expects now. */
  public Set<Stream> streams() {
    var now = clock.instant();
    expire(now);
    size = demanded.size();
    var streams = new HashSet<Stream>();
    symbols.refreshed().get().forEach(symbol -> {
      add(streams, symbol, Kind.TICKER, Kind.KLINE_1M);
      if (always.contains(symbol)) {
        add(streams, symbol, Kind.AGGREGATE_TRADE, Kind.BOOK_TICKER, Kind.DEPTH);
      }
    });
    demanded.forEach((symbol, needed) -> {
      if (symbols.isListed().test(symbol)) {
        add(streams, symbol, Kind.TICKER, Kind.KLINE_1M);
        if (needed.trades.isAfter(now)) {
          add(streams, symbol, Kind.AGGREGATE_TRADE);
        }
        if (needed.books.isAfter(now)) {
          add(streams, symbol, Kind.BOOK_TICKER, Kind.DEPTH);
        }
      }
    });
    return streams;
  }

  private void need(String symbol, Consumer<Needed> change) {
    var known = demanded.get(symbol);
    if (known != null) {
      change.accept(known);
    } else if (!always.contains(symbol)
        && demanded.size() < MAX_SYMBOLS
        && symbols.isListed().test(symbol)) {
      var needed = new Needed();
      demanded.put(symbol, needed);
      change.accept(needed);
    }
  }

  private void expire(Instant now) {
    demanded.values().removeIf(needed -> needed.isExpired(now));
  }

  private static void add(Set<Stream> streams, String symbol, Kind... kinds) {
    for (var kind : kinds) {
      streams.add(new Stream(symbol, kind));
    }
  }
}

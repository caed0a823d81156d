package dev.verticker.price.feed;

import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distinguishes a silent stream from a quiet market: a stream is silent if a trade that another stream or a request showed
 * does not appear in it. A silent stream is subscribed again, then its connection is replaced. Up to twenty symbols are
 * requested when they are quiet; with more symbols the minute poll shows their trades. While streams are interrupted, their
 * symbols are requested in turn, and so they are if all streams are silent while requests fail, because nothing shows then
 * that the market is quiet.
 */
public final class FeedWatchdog {
  private static final Logger log = LoggerFactory.getLogger(FeedWatchdog.class);

  /** With more silent symbols their connections are replaced at once, because control messages are limited. */
  private static final int MAX_RESUBSCRIPTIONS = 5;

  private final FeedQuotes quotes;
  private final NewestTickers newest;
  private final UpstreamListener upstream;
  private final FeedTiming timing;
  private final Map<String, Symbol> symbols = new LinkedHashMap<>();
  private boolean requesting;
  private long respondedAt = System.nanoTime();
  private long requestedAt = System.nanoTime();
  private long failedAt = requestedAt;
  private int nextRequested;

  /** Neither an event nor a response has shown that streams deliver: since the start, or since requests fail. */
  private boolean unconfirmed = true;

  /** Whether an event arrived since the last check. */
  private boolean delivered;

  /** Receives the state of the upstream. */
  public interface UpstreamListener {
    /** A response or an event arrived. */
    void onUpstreamResponse();

    /** @param silence for how long neither streams nor requests have delivered */
    void onUpstreamFailure(Duration silence);

    /** @param live whether all expected streams deliver, apart from those of books */
    void setLive(boolean live);
  }

  private static final class Symbol {
    private final String name;
    private final Map<Kind, StreamState> streams = new EnumMap<>(Kind.class);
    private long tradeId;

    /** Trades before the first event or response after this time are no evidence of silence. */
    private long connectedAt = System.nanoTime();

    private long confirmedAt = connectedAt;
    private boolean expired;
    private int attempts;
    private long nextAttemptAt;

    private Symbol(String name) {
      this.name = name;
    }

    private boolean anyStream(Predicate<StreamState> condition) {
      return streams.values().stream().anyMatch(condition);
    }

    private boolean isInterrupted() {
      var ticker = streams.get(Kind.TICKER);
      return ticker == null || ticker.isInterrupted();
    }

    /** Returns whether its streams have shown neither prices nor trades for a time. */
    private boolean isQuiet(long nanos, long now) {
      return streams.entrySet().stream()
          .filter(entry -> !entry.getKey().isBook())
          .map(Map.Entry::getValue)
          .allMatch(watched -> watched.connected && now - watched.lastEventAt >= nanos);
    }
  }

  private static final class StreamState {
    private boolean connected;
    private boolean silent;

    /** Whether it was reported as silent together with all others. */
    private boolean unconfirmed;

    private long lastEventAt = System.nanoTime();

    /** Time since which the stream lacks the newest trade; 0 = it has shown it. */
    private long behindSince;

    /** Until then it is no interruption that it is not connected. */
    private long connectsUntil;

    private StreamState(Duration connect) {
      connectsUntil = lastEventAt + connect.toNanos();
    }

    private boolean isInterrupted() {
      return silent || !connected && System.nanoTime() - connectsUntil >= 0;
    }
  }

  public FeedWatchdog(
      FeedQuotes quotes, NewestTickers newest, UpstreamListener upstream, FeedTiming timing) {
    this.quotes = quotes;
    this.newest = newest;
    this.upstream = upstream;
    this.timing = timing;
  }

  Duration interval() {
    return timing.check();
  }

  void expect(Set<Stream> streams) {
    if (symbols.isEmpty()) {
      respondedAt = System.nanoTime();
      failedAt = respondedAt;
      unconfirmed = true;
    }
    symbols.values().forEach(symbol -> symbol
        .streams
        .keySet()
        .removeIf(kind -> !streams.contains(new Stream(symbol.name, kind))));
    symbols.values().removeIf(symbol -> symbol.streams.isEmpty());
    // The reader of a symbol that is added requests its quote.
    var connect = symbols.isEmpty() ? Duration.ZERO : timing.connect();
    streams.forEach(stream -> symbols
        .computeIfAbsent(stream.symbol(), Symbol::new)
        .streams
        .computeIfAbsent(stream.kind(), kind -> new StreamState(connect)));
  }

  private boolean isLive() {
    return !unconfirmed
        && !symbols.isEmpty()
        && symbols.values().stream()
            .flatMap(symbol -> symbol.streams.entrySet().stream())
            .noneMatch(each -> !each.getKey().isBook() && each.getValue().isInterrupted());
  }

  void onConnected(Set<Stream> streams) {
    streams.forEach(stream -> {
      var watched = watched(stream);
      if (watched != null) {
        watched.connected = true;
        watched.silent = false;
        watched.unconfirmed = false;
        watched.behindSince = 0;
        watched.lastEventAt = System.nanoTime();
        symbols.get(stream.symbol()).connectedAt = watched.lastEventAt;
      }
    });
  }

  void onDisconnected(Set<Stream> streams) {
    streams.forEach(stream -> {
      var watched = watched(stream);
      if (watched != null) {
        watched.connected = false;
        watched.connectsUntil = System.nanoTime();
      }
    });
  }

  /**
   * Records an event after its figures were accepted.
   *
   * @return whether the stream was silent before
   */
  boolean onEvent(Stream stream) {
    var watched = watched(stream);
    if (watched == null) {
      return false;
    }
    delivered = true;
    onResponse(System.nanoTime());
    var symbol = symbols.get(stream.symbol());
    update(symbol);
    var resumed = watched.silent || watched.unconfirmed;
    watched.silent = false;
    watched.unconfirmed = false;
    watched.behindSince = 0;
    watched.lastEventAt = System.nanoTime();
    if (resumed) {
      symbol.attempts = 0;
    }
    return resumed;
  }

  /**
   * Restores silent streams, requests interrupted and quiet symbols, and reports the state of the streams.
   *
   * @return the streams that have become silent, with the time since their last event
   */
  Map<Stream, Duration> check(MarketStream market) {
    var now = System.nanoTime();
    var silent = new HashMap<Stream, Duration>();
    var overdue = new ArrayList<Symbol>();
    for (var symbol : symbols.values()) {
      update(symbol);
      symbol.streams.forEach((kind, watched) -> {
        if (watched.connected && !watched.silent && isOver(watched.behindSince, grace(kind), now)) {
          watched.silent = true;
          silent.put(new Stream(symbol.name, kind), Duration.ofNanos(now - watched.lastEventAt));
        }
      });
      if (symbol.anyStream(watched -> watched.silent) && now - symbol.nextAttemptAt >= 0) {
        overdue.add(symbol);
      }
    }
    restore(overdue, market, now);
    if (!unconfirmed && failedAt - respondedAt > 0 && isOver(respondedAt, timing.expiry(), now)) {
      silent.putAll(reportUnconfirmed(now));
    }
    request(now);
    expire(now);
    report();
    return silent;
  }

  private Map<Stream, Duration> reportUnconfirmed(long now) {
    unconfirmed = true;
    log.warn(
        "all streams have been silent for {} ms and requests fail, so no price is confirmed",
        Duration.ofNanos(now - respondedAt).toMillis());
    var reported = new HashMap<Stream, Duration>();
    symbols
        .values()
        .forEach(symbol -> symbol.streams.forEach((kind, watched) -> {
          if (watched.connected && !watched.silent) {
            watched.unconfirmed = true;
            reported.put(
                new Stream(symbol.name, kind), Duration.ofNanos(now - watched.lastEventAt));
          }
        }));
    return reported;
  }

  private void onResponse(long at) {
    respondedAt = at;
    unconfirmed = false;
  }

  private Duration grace(Kind kind) {
    return timing.grace().multipliedBy(kind.isBook() ? 5 : kind == Kind.KLINE_1M ? 2 : 1);
  }

  private void report() {
    if (delivered) {
      delivered = false;
      upstream.onUpstreamResponse();
    }
    upstream.setLive(isLive());
  }

  private void restore(List<Symbol> overdue, MarketStream market, long now) {
    for (var symbol : overdue) {
      var resubscribe = symbol.attempts == 0 && overdue.size() <= MAX_RESUBSCRIPTIONS;
      symbol.attempts++;
      symbol.nextAttemptAt = now + (resubscribe ? timing.retry() : timing.replace()).toNanos();
      log.warn(
          "streams of {} are silent although the exchange has newer trades: {}",
          symbol.name,
          resubscribe ? "subscribing again" : "replacing the connection");
      if (resubscribe) {
        market.resubscribe(symbol.name);
      } else {
        market.reconnect(symbol.name);
      }
    }
  }

  private void request(long now) {
    var interrupted = select(this::isInterrupted);
    var interval = interrupted.isEmpty() ? timing.compare() : timing.request();
    var names = interrupted.isEmpty() ? quiet(now) : interrupted;
    if (!requesting && !names.isEmpty() && now - requestedAt >= interval.toNanos()) {
      requesting = true;
      requestedAt = now;
      quotes.fetch(nextOf(names)).onSuccess(complete -> {
        requesting = false;
        if (complete) {
          onResponse(System.nanoTime());
          upstream.onUpstreamResponse();
        } else {
          failedAt = System.nanoTime();
          if (!interrupted.isEmpty()) {
            upstream.onUpstreamFailure(Duration.ofNanos(failedAt - respondedAt));
          }
        }
      });
    }
  }

  private boolean isInterrupted(Symbol symbol) {
    return unconfirmed || symbol.isInterrupted();
  }

  /** Returns the quiet symbols; of more than one request can have only while all are quiet, because the poll shows their trades. */
  private List<String> quiet(long now) {
    if (symbols.size() > MarketData.MAX_TICKERS) {
      return select(symbol -> isOver(respondedAt, timing.compare(), now));
    }
    return select(symbol -> symbol.isQuiet(timing.quiet().toNanos(), now));
  }

  /** Returns as many symbols as one request can have, in turn. */
  private List<String> nextOf(List<String> names) {
    var next = new ArrayList<String>();
    for (var i = 0; i < Math.min(names.size(), MarketData.MAX_TICKERS); i++) {
      next.add(names.get((nextRequested + i) % names.size()));
    }
    nextRequested = (nextRequested + next.size()) % names.size();
    return next;
  }

  private void expire(long now) {
    var expired = select(symbol -> isInterrupted(symbol)
        && !symbol.expired
        && now - symbol.confirmedAt >= timing.expiry().toNanos());
    if (!expired.isEmpty()) {
      expired.forEach(name -> symbols.get(name).expired = true);
      quotes.expire(expired);
    }
  }

  /** Applies what events and responses have shown. */
  private void update(Symbol symbol) {
    var confirmedAt = newest.confirmedAt(symbol.name);
    if (confirmedAt != 0 && confirmedAt != symbol.confirmedAt) {
      var first = symbol.confirmedAt - symbol.connectedAt <= 0;
      symbol.confirmedAt = confirmedAt;
      symbol.expired = false;
      if (confirmedAt - respondedAt > 0) {
        onResponse(confirmedAt);
      }
      if (newest.tradeId(symbol.name) != symbol.tradeId) {
        symbol.tradeId = newest.tradeId(symbol.name);
        if (!first) {
          symbol.streams.values().stream()
              .filter(watched -> watched.behindSince == 0)
              .forEach(watched -> watched.behindSince = System.nanoTime());
        }
      }
    }
  }

  private List<String> select(Predicate<Symbol> condition) {
    return symbols.values().stream()
        .filter(condition)
        .map(symbol -> symbol.name)
        .toList();
  }

  private StreamState watched(Stream stream) {
    var symbol = symbols.get(stream.symbol());
    return symbol == null ? null : symbol.streams.get(stream.kind());
  }

  private static boolean isOver(long since, Duration limit, long now) {
    return since != 0 && now - since >= limit.toNanos();
  }
}

package dev.verticker.price;

import dev.verticker.bus.Bus;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import dev.verticker.price.feed.NewestTickers;
import dev.verticker.price.feed.QuoteSink;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Publishes changed tickers and trades as quotes: those of all symbols together, ten times a second. It caches quotes every
 * five seconds; the poll stores them.
 */
final class LiveQuotes implements QuoteSink {
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Duration CACHE_INTERVAL = Duration.ofSeconds(5);

  /** The interval of retries while no quote id is available. */
  private static final Duration ID_INTERVAL = Duration.ofSeconds(1);

  /** Keeps a message of the event bus below a megabyte. */
  private static final int MAX_BATCH = 250;

  private final Vertx vertx;
  private final NewestTickers newest;
  private final QuoteFactory factory;
  private final LatestQuotes latest;
  private final PriceCache cache;
  private final Bus bus;
  private final Map<String, Source> changed = new LinkedHashMap<>();
  private final Map<String, Quote> uncached = new LinkedHashMap<>();
  private boolean scheduled;
  private boolean caching;
  private long publishedAt = System.nanoTime() - INTERVAL.toNanos();

  LiveQuotes(
      Vertx vertx,
      NewestTickers newest,
      QuoteFactory factory,
      LatestQuotes latest,
      PriceCache cache,
      Bus bus) {
    this.vertx = vertx;
    this.newest = newest;
    this.factory = factory;
    this.latest = latest;
    this.cache = cache;
    this.bus = bus;
  }

  @Override
  public void onChanged(String symbol, Source source) {
    changed.put(symbol, source);
    if (!scheduled) {
      scheduled = true;
      var elapsed = Duration.ofNanos(System.nanoTime() - publishedAt);
      vertx.setTimer(Math.max(1, INTERVAL.minus(elapsed).toMillis()), id -> publishChanged());
    }
  }

  @Override
  public void expire(Collection<String> symbols) {
    var now = factory.now();
    publish(symbols.stream()
        .map(latest::find)
        .filter(quote -> quote != null && !quote.stale(now))
        .map(quote -> quote.withStaleAt(now))
        .toList());
  }

  private void publishChanged() {
    if (!factory.hasIds()) {
      vertx.setTimer(ID_INTERVAL.toMillis(), id -> publishChanged());
      return;
    }
    scheduled = false;
    publishedAt = System.nanoTime();
    publish(
        changed.entrySet().stream().map(this::quote).filter(Objects::nonNull).toList());
    changed.clear();
  }

  private Quote quote(Map.Entry<String, Source> change) {
    var ticker = newest.find(change.getKey());
    return ticker == null ? null : factory.quote(ticker, change.getValue());
  }

  private void publish(List<Quote> quotes) {
    for (var first = 0; first < quotes.size(); first += MAX_BATCH) {
      var batch = quotes.subList(first, Math.min(quotes.size(), first + MAX_BATCH));
      batch.forEach(latest::accept);
      bus.publish(Prices.TICK, new Prices.Quotes(batch));
      batch.forEach(quote -> uncached.put(quote.symbol(), quote));
    }
    if (!caching && !uncached.isEmpty()) {
      caching = true;
      vertx.setTimer(CACHE_INTERVAL.toMillis(), id -> cache());
    }
  }

  private void cache() {
    caching = false;
    cache.put(List.copyOf(uncached.values()));
    uncached.clear();
  }
}

package dev.verticker.price;

import dev.verticker.bus.Json;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The latest quotes in Redis, each with a time to live, and the claims of nodes that fetch one. */
final class PriceCache {
  private static final Logger log = LoggerFactory.getLogger(PriceCache.class);
  private final RedisClient redis;
  private final Duration ttl;
  private final String quoteKey;
  private final String claimKey;

  /** @param keys prefix of all keys, with cluster and venue */
  PriceCache(RedisClient redis, Duration ttl, String keys) {
    this.redis = redis;
    this.ttl = ttl;
    this.quoteKey = keys + "quote:";
    this.claimKey = keys + "fill:";
  }

  /** Returns the cached quotes of the symbols, in any order; none if Redis is unavailable. */
  Future<List<Quote>> find(List<String> symbols) {
    var command = Request.cmd(Command.MGET);
    symbols.forEach(symbol -> command.arg(quoteKey + symbol));
    return redis
        .send(command)
        .map(replies -> replies.stream()
            .filter(Objects::nonNull)
            .map(PriceCache::quote)
            .filter(Objects::nonNull)
            .toList())
        .otherwise(List.of());
  }

  /** Caches the quotes, best effort: missing ones are read from PostgreSQL. */
  void put(List<Quote> quotes) {
    if (!quotes.isEmpty()) {
      redis
          .batch(quotes.stream().map(this::set).toList())
          .onFailure(failure ->
              log.debug("{} quotes not cached: {}", quotes.size(), failure.getMessage()));
    }
  }

  /**
   * Reserves the fetch of each symbol for this node, and returns the symbols that it has reserved. While Redis is unavailable,
   * it returns all of them.
   */
  Future<Set<String>> claim(List<String> symbols, Duration term) {
    return redis
        .batch(
            symbols.stream().map(symbol -> claim(symbol, term)).toList(),
            // A second request to the exchange costs more than this wait.
            RedisClient.MAX_TIMEOUT)
        .map(replies -> IntStream.range(0, symbols.size())
            .filter(i -> replies.get(i) != null)
            .mapToObj(symbols::get)
            .collect(Collectors.toSet()))
        .otherwise(Set.copyOf(symbols));
  }

  private Request claim(String symbol, Duration term) {
    return Request.cmd(Command.SET)
        .arg(claimKey + symbol)
        .arg("1")
        .arg("NX")
        .arg("PX")
        .arg(term.toMillis());
  }

  private Request set(Quote quote) {
    return Request.cmd(Command.SET)
        .arg(quoteKey + quote.symbol())
        .arg(Json.write(quote))
        .arg("PX")
        .arg(ttl.toMillis());
  }

  /** Decodes the quote; null if another version wrote a format that this version cannot read. */
  private static Quote quote(Response text) {
    try {
      return Json.read(text.toString(), Quote.class).from(Source.CACHE);
    } catch (IllegalArgumentException e) {
      log.warn("cached quote ignored, its format is unknown: {}", e.getMessage());
      return null;
    }
  }
}

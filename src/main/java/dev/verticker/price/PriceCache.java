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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The latest quotes in Redis, each with a time to live, and who fetches a symbol that nobody has. */
final class PriceCache {
  private static final Logger log = LoggerFactory.getLogger(PriceCache.class);
  private static final String QUOTE = "verticker:price:quote:";
  private static final String FILL = "verticker:price:fill:";

  private final RedisClient redis;
  private final Duration ttl;

  PriceCache(RedisClient redis, Duration ttl) {
    this.redis = redis;
    this.ttl = ttl;
  }

  /** Those of the symbols that are cached, in no order; none when Redis is away. */
  Future<List<Quote>> find(List<String> symbols) {
    var command = Request.cmd(Command.MGET);
    symbols.forEach(symbol -> command.arg(QUOTE + symbol));
    return redis
        .send(command)
        .map(answers -> answers.stream()
            .filter(Objects::nonNull)
            .map(PriceCache::quote)
            .filter(Objects::nonNull)
            .toList())
        .otherwise(List.of());
  }

  /** Best effort: Redis may vanish without losing anything. */
  void put(List<Quote> quotes) {
    if (!quotes.isEmpty()) {
      redis
          .batch(quotes.stream().map(this::set).toList())
          .onFailure(failure -> log.debug("quotes were not cached"));
    }
  }

  /** Whether this caller is the one in the cluster to fetch the symbol now; everyone is while Redis is away. */
  Future<Boolean> mayFill(String symbol, Duration term) {
    return redis
        .send(
            Request.cmd(Command.SET)
                .arg(FILL + symbol)
                .arg("1")
                .arg("NX")
                .arg("PX")
                .arg(term.toMillis()),
            // A call to the exchange too many costs more than this wait.
            RedisClient.MAX_TIMEOUT)
        .map(Objects::nonNull)
        .otherwise(true);
  }

  private Request set(Quote quote) {
    return Request.cmd(Command.SET)
        .arg(QUOTE + quote.symbol())
        .arg(Json.write(quote))
        .arg("PX")
        .arg(ttl.toMillis());
  }

  /** Null for what another version wrote in a way this one cannot read. */
  private static Quote quote(Response text) {
    try {
      return QuoteFactory.from(Source.CACHE, Json.read(text.toString(), Quote.class));
    } catch (IllegalArgumentException e) {
      log.warn("a cached quote cannot be read and is ignored");
      return null;
    }
  }
}

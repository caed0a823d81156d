package dev.verticker.price;

import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.RedisClient;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.ExchangeClient;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.TickerParser;
import dev.verticker.exchange.binance.BinanceMarketData;
import dev.verticker.exchange.binance.BinanceMarketStream;
import dev.verticker.exchange.binance.KlineParser;
import dev.verticker.exchange.binance.StreamOptions;
import dev.verticker.settings.PriceSettings;
import io.vertx.core.Vertx;
import java.time.Duration;

/** Chooses the exchange, and wires its requests and streams. */
final class ExchangeModule {
  private static final Duration MAX_PROBE_DELAY = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final NodeContext node;
  private final PriceSettings settings;
  private final RateLimits limits;
  private final TickerParser parser;

  ExchangeModule(
      Vertx vertx, NodeContext node, PriceSettings settings, Database database, RedisClient redis) {
    this.vertx = vertx;
    this.node = node;
    this.settings = settings;
    this.limits = new RateLimits(
        settings.exchange().getAuthority(),
        settings.egress(),
        redis,
        new BanRepository(database, "market"),
        node.bus(),
        node.clock());
    this.parser = new TickerParser(node.metrics());
  }

  RateLimits limits() {
    return limits;
  }

  MarketData requests() {
    var client =
        new ExchangeClient(vertx, settings.exchange(), probeDelay(), limits, node.metrics());
    var klines = new KlineParser(node.metrics());
    return new BinanceMarketData(vertx, client, limits, parser, klines, node.clock());
  }

  MarketStream stream() {
    var options = new StreamOptions(
        settings.feed().host(), settings.feed().rotation(), StreamOptions.DEFAULT_MAX_SILENCE);
    return new BinanceMarketStream(vertx, options, parser, node.clock(), node.metrics());
  }

  /** Returns at most the refresh interval, so that quotes are fresh one interval after an outage. */
  private Duration probeDelay() {
    return settings.refreshInterval().compareTo(MAX_PROBE_DELAY) < 0
        ? settings.refreshInterval()
        : MAX_PROBE_DELAY;
  }
}

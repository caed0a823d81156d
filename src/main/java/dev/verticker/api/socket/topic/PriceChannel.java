package dev.verticker.api.socket.topic;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The price topics: {@code prices} for the configured symbols, {@code prices.<SYMBOL>} for any symbol. Not resumable. */
final class PriceChannel implements Channel {
  private static final String PREFIX = "prices.";
  private static final long KEEP_FRESH_MS = 1000;

  private final Vertx vertx;
  private final QuoteService quotes;
  private final PriceStream.StreamResources resources;
  private final Map<PriceStream.Key, PriceStream> streams = new HashMap<>();
  private final Consumer<List<CachedQuote>> listener;
  private final long keepFresh;

  PriceChannel(Vertx vertx, Context loop, QuoteService quotes, Clock clock, MeterRegistry metrics) {
    this.vertx = vertx;
    this.quotes = quotes;
    this.resources = new PriceStream.StreamResources(
        vertx, quotes, clock, metrics.counter("socket_prices_conflated_total"));
    this.listener = fresh -> loop.runOnContext(here -> onQuotes(fresh));
    this.keepFresh = vertx.setPeriodic(KEEP_FRESH_MS, timer -> keepFresh());
    quotes.onUpdate(listener);
  }

  @Override
  public Future<?> prepare(String topic) {
    var symbol = symbol(topic);
    return symbol == null ? Future.succeededFuture() : quotes.named(List.of(symbol), "/topic");
  }

  @Override
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    subscriber.send(Frame.of(
        request.topic(),
        new JsonObject()
            .put("event", "subscribed")
            .put("topic", request.topic())
            .put("recovered", false)
            .put("replayed", 0)));
    var key = PriceStream.Key.of(request.topic(), request.everyMs());
    return streams
        .computeIfAbsent(
            key,
            absent ->
                new PriceStream(resources, key, symbol(key.topic()), () -> streams.remove(key)))
        .add(subscriber);
  }

  @Override
  public void close() {
    vertx.cancelTimer(keepFresh);
    quotes.removeListener(listener);
  }

  private void onQuotes(List<CachedQuote> fresh) {
    List.copyOf(streams.values()).forEach(stream -> fresh.forEach(stream::onQuote));
  }

  /** Reads the subscribed symbols again: unconfigured ones are refreshed only while they are read. */
  private void keepFresh() {
    streams.keySet().stream().map(PriceStream.Key::topic).distinct().forEach(this::prepare);
  }

  /** Returns the symbol of the topic, or null for all configured symbols. */
  private static String symbol(String topic) {
    return topic.startsWith(PREFIX) ? topic.substring(PREFIX.length()) : null;
  }
}

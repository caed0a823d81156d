package dev.verticker.api.socket.topic;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteList;
import dev.verticker.api.quotes.QuoteListener;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.ResumePoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The topics {@code prices} for all configured symbols and {@code prices.<SYMBOL>} for any symbol. Not resumable. */
final class PriceChannel implements Channel, QuoteListener {
  private static final String ALL = "prices";
  private static final String PREFIX = "prices.";
  private static final long KEEP_FRESH_MS = 1000;

  private final Vertx vertx;
  private final Context loop;
  private final QuoteService quotes;
  private final PriceStream.StreamResources resources;

  /** By topic and interval. */
  private final Map<String, Map<Integer, PriceStream>> topics = new HashMap<>();

  private final long keepFresh;

  PriceChannel(Vertx vertx, Context loop, QuoteService quotes, Clock clock, MeterRegistry metrics) {
    this.vertx = vertx;
    this.loop = loop;
    this.quotes = quotes;
    this.resources = new PriceStream.StreamResources(
        vertx, clock, metrics.counter("socket_prices_conflated_total"));
    this.keepFresh = vertx.setPeriodic(KEEP_FRESH_MS, timer -> keepFresh());
    quotes.addListener(this);
  }

  @Override
  public Future<?> prepare(String topic) {
    return topic.equals(ALL)
        ? Future.succeededFuture()
        : quotes.find(List.of(symbol(topic)), "/topic");
  }

  @Override
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    var topic = request.topic();
    var interval = PriceStream.roundUp(request.everyMs());
    subscriber.send(Channel.subscribed(topic));
    return topics
        .computeIfAbsent(topic, absent -> new HashMap<>())
        .computeIfAbsent(
            interval,
            absent -> new PriceStream(
                resources, topic, interval, () -> read(topic), () -> remove(topic, interval)))
        .add(subscriber);
  }

  @Override
  public void onQuotes(List<CachedQuote> changed) {
    loop.runOnContext(here -> {
      var configured = changed.stream()
          .filter(quote -> quotes.isConfigured(quote.quote().symbol()))
          .toList();
      if (!configured.isEmpty()) {
        forEachStream(ALL, stream -> stream.onQuotes(configured));
      }
      for (var quote : changed) {
        forEachStream(PREFIX + quote.quote().symbol(), stream -> stream.onQuotes(List.of(quote)));
      }
    });
  }

  @Override
  public void onNewLeader() {
    loop.runOnContext(here -> List.copyOf(topics.keySet())
        .forEach(topic -> forEachStream(topic, PriceStream::sendSnapshot)));
  }

  @Override
  public void close() {
    vertx.cancelTimer(keepFresh);
    quotes.removeListener(this);
  }

  /** Calls the action for a copy: sending may close a socket, and so remove a stream. */
  private void forEachStream(String topic, Consumer<PriceStream> action) {
    var streams = topics.get(topic);
    if (streams != null) {
      List.copyOf(streams.values()).forEach(action);
    }
  }

  private void remove(String topic, int interval) {
    topics.computeIfPresent(topic, (name, streams) -> {
      streams.remove(interval);
      return streams.isEmpty() ? null : streams;
    });
  }

  /** Reads the subscribed symbols again: unconfigured ones are refreshed only while they are read. */
  private void keepFresh() {
    topics.keySet().forEach(this::prepare);
  }

  private QuoteList read(String topic) {
    return topic.equals(ALL) ? quotes.readConfigured() : quotes.read(List.of(symbol(topic)));
  }

  private static String symbol(String topic) {
    return topic.substring(PREFIX.length());
  }
}

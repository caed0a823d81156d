package dev.verticker.api.socket.topic;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteList;
import dev.verticker.api.quotes.QuoteListener;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.api.socket.topic.ConflatedTopic.Changes;
import dev.verticker.api.socket.topic.ConflatedTopic.TopicResources;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The topics {@code prices} for all configured symbols and {@code prices.<SYMBOL>} for any symbol. Not resumable. */
final class PriceChannel implements Channel, QuoteListener {
  private static final String ALL = "prices";
  private static final String PREFIX = "prices.";
  private static final long KEEP_FRESH_MS = 1000;

  private final TopicResources resources;
  private final Context loop;
  private final QuoteService quotes;
  private final Clock clock;
  private final Map<String, PriceTopic> topics = new HashMap<>();
  private final long keepFreshTimer;

  PriceChannel(TopicResources resources, Context loop, QuoteService quotes, Clock clock) {
    this.resources = resources;
    this.loop = loop;
    this.quotes = quotes;
    this.clock = clock;
    this.keepFreshTimer = resources.vertx().setPeriodic(KEEP_FRESH_MS, timer -> keepFresh());
    quotes.addListener(this);
  }

  @Override
  public Future<?> prepare(List<String> names) {
    return names.contains(ALL)
        ? Future.succeededFuture()
        : quotes.find(names.stream().map(PriceChannel::symbol).toList(), "/topic");
  }

  @Override
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    return topics
        .computeIfAbsent(request.topic(), PriceTopic::new)
        .add(subscriber, request.everyMs());
  }

  @Override
  public void onQuotes(List<CachedQuote> changed) {
    loop.runOnContext(here -> {
      var configured = changed.stream()
          .filter(quote -> quotes.isConfigured(quote.quote().symbol()))
          .toList();
      if (!configured.isEmpty()) {
        withTopic(ALL, topic -> topic.onQuotes(configured));
      }
      for (var quote : changed) {
        withTopic(PREFIX + quote.quote().symbol(), topic -> topic.onQuotes(List.of(quote)));
      }
    });
  }

  @Override
  public void onNewLeader() {
    loop.runOnContext(here -> List.copyOf(topics.values()).forEach(PriceTopic::sendSnapshot));
  }

  @Override
  public void close() {
    resources.vertx().cancelTimer(keepFreshTimer);
    quotes.removeListener(this);
  }

  private void withTopic(String name, Consumer<PriceTopic> action) {
    var topic = topics.get(name);
    if (topic != null) {
      action.accept(topic);
    }
  }

  /** Reads the subscribed symbols again: unconfigured ones are refreshed only while they are read. */
  private void keepFresh() {
    topics.keySet().forEach(topic -> prepare(List.of(topic)));
  }

  private static String symbol(String topic) {
    return topic.substring(PREFIX.length());
  }

  /** The quotes of one topic. */
  private final class PriceTopic implements ConflatedTopic.Source<List<CachedQuote>> {
    /** At long intervals a frame waits for this part of the interval, because prices of one refresh arrive in batches. */
    private static final int GATHER_DIVISOR = 10;

    private static final int MIN_EVERY_MS_TO_GATHER = 1_000;
    private static final int MAX_GATHER_MS = 1_000;

    private final String name;
    private final ConflatedTopic<List<CachedQuote>> subscribers;
    private final Map<String, Seen> newest = new HashMap<>();

    private record Seen(CachedQuote quote, boolean stale) {
      boolean isReplacedBy(CachedQuote other) {
        return other == quote || other.quote().supersedes(quote.quote());
      }
    }

    PriceTopic(String name) {
      this.name = name;
      this.subscribers = new ConflatedTopic<>(resources, this, () -> topics.remove(name, this));
    }

    Subscription add(Subscriber subscriber, int everyMs) {
      // The snapshot may contain quotes that another thread has stored and not reported yet.
      onQuotes(read().quotes());
      return subscribers.add(subscriber, everyMs);
    }

    /** Only a price that becomes stale or fresh again is sent immediately. */
    void onQuotes(List<CachedQuote> quotes) {
      var now = clock.instant();
      var changed = new ArrayList<CachedQuote>(quotes.size());
      var urgent = false;
      for (var quote : quotes) {
        var symbol = quote.quote().symbol();
        var before = newest.get(symbol);
        if (before == null || before.isReplacedBy(quote)) {
          var after = new Seen(quote, quote.quote().stale(now));
          newest.put(symbol, after);
          if (!after.equals(before)) {
            changed.add(quote);
            urgent |= before != null && before.stale() != after.stale();
          }
        }
      }
      if (!changed.isEmpty()) {
        subscribers.onChange(changed, urgent);
      }
    }

    void sendSnapshot() {
      var now = clock.instant();
      read()
          .quotes()
          .forEach(quote ->
              newest.put(quote.quote().symbol(), new Seen(quote, quote.quote().stale(now))));
      subscribers.sendSnapshot();
    }

    private QuoteList read() {
      return name.equals(ALL) ? quotes.readConfigured() : quotes.read(List.of(symbol(name)));
    }

    @Override
    public List<Frame> snapshot() {
      var quotes = new PriceChanges(name, clock);
      quotes.add(read().quotes());
      return quotes.encode(true);
    }

    @Override
    public Changes<List<CachedQuote>> noChanges() {
      return new PriceChanges(name, clock);
    }

    @Override
    public int gatherMs(int everyMs) {
      return everyMs < MIN_EVERY_MS_TO_GATHER
          ? 0
          : Math.min(everyMs / GATHER_DIVISOR, MAX_GATHER_MS);
    }
  }
}

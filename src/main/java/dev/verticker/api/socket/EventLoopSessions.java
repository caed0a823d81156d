package dev.verticker.api.socket;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.message.Sessions.Revocation;
import io.vertx.core.Context;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The sockets of one event loop, and who of them hears which topic. Used on that loop only. */
final class EventLoopSessions {
  private final SocketHub feed;
  private final Context context;
  private final Thread thread;
  private final Set<SocketSession> visitors = new LinkedHashSet<>();
  private final Map<String, Set<LogSubscription>> topics = new HashMap<>();
  private final Map<PriceChannel.Key, PriceChannel> prices = new HashMap<>();
  private volatile long mostUnsent;

  /** On its own thread. */
  EventLoopSessions(SocketHub feed, Context context) {
    this.feed = feed;
    this.context = context;
    this.thread = Thread.currentThread();
  }

  /** At once when that is here, else in the order of the calls. */
  void run(Runnable work) {
    if (Thread.currentThread() == thread) {
      work.run();
    } else {
      later(work);
    }
  }

  void later(Runnable work) {
    context.runOnContext(nothing -> work.run());
  }

  Set<SocketSession> visitors() {
    return Set.copyOf(visitors);
  }

  void add(SocketSession visitor) {
    visitors.add(visitor);
  }

  void remove(SocketSession visitor) {
    visitors.remove(visitor);
  }

  void add(String topic, LogSubscription subscription) {
    topics.computeIfAbsent(topic, name -> new HashSet<>()).add(subscription);
  }

  void remove(String topic, LogSubscription subscription) {
    topics.computeIfPresent(topic, (name, all) -> {
      all.remove(subscription);
      return all.isEmpty() ? null : all;
    });
  }

  PriceChannel join(PriceChannel.Key key, SocketSession visitor) {
    var channel = prices.computeIfAbsent(key, fresh -> new PriceChannel(feed, this, fresh));
    channel.add(visitor);
    return channel;
  }

  void leave(PriceChannel channel, SocketSession visitor) {
    channel.remove(visitor);
    if (channel.isEmpty()) {
      prices.remove(channel.key());
    }
  }

  void hear(List<EncodedEvent> news) {
    for (var told : news) {
      var listeners = topics.get(told.topic());
      if (listeners != null) {
        // Sending may end a socket, and so change the listeners.
        List.copyOf(listeners).forEach(subscription -> subscription.hear(told));
      }
    }
  }

  void startOver() {
    topics.values().forEach(all -> List.copyOf(all).forEach(LogSubscription::startOver));
  }

  void hearPrices(List<CachedQuote> quotes) {
    List.copyOf(prices.values()).forEach(channel -> quotes.forEach(channel::hear));
  }

  void hear(Revocation revocation) {
    visitors().forEach(visitor -> visitor.hear(revocation));
  }

  void sweep() {
    mostUnsent = visitors.stream().mapToLong(SocketSession::unsent).max().orElse(0);
    visitors().forEach(SocketSession::sweep);
  }

  /** Bytes of the socket that was furthest behind at the last sweep; for any thread. */
  long mostUnsent() {
    return mostUnsent;
  }

  /** Those that are read outside the configured ones: whoever keeps prices fresh must know. */
  List<String> symbols() {
    return prices.values().stream()
        .map(PriceChannel::symbol)
        .filter(symbol -> symbol != null)
        .distinct()
        .toList();
  }
}

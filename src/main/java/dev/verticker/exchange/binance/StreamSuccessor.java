package dev.verticker.exchange.binance;

import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The connection that will replace the current one of a {@link StreamGroup}. It keeps its events until it has brought data for
 * every awaited stream, and for trades every id after the last one that was delivered.
 */
final class StreamSuccessor {
  private static final int MAX_EVENTS = 10_000;

  private final StreamConnection connection;
  private final Map<Stream, Long> delivered;
  private final List<StreamEvent> events = new ArrayList<>();

  /** Events of books: each replaces the one before. */
  private final Map<Stream, StreamEvent> books = new HashMap<>();

  /** Sequence of the first event of each stream. */
  private final Map<Stream, Long> first = new HashMap<>();

  /** Streams without data of this connection that the current one delivers; null before it is subscribed. */
  private Set<Stream> awaited;

  /** The exchange will close it soon. */
  private boolean ending;

  /** @param delivered the last sequence of each stream that listeners have received; the group changes it */
  StreamSuccessor(StreamConnection connection, Map<Stream, Long> delivered) {
    this.connection = connection;
    this.delivered = delivered;
  }

  StreamConnection connection() {
    return connection;
  }

  boolean isSubscribed() {
    return awaited != null;
  }

  /** Called when it is subscribed. Awaits data of these streams. */
  void await(Set<Stream> streams) {
    awaited = new HashSet<>(streams);
    awaited.removeIf(this::covers);
  }

  /** Returns whether it can replace the current connection. */
  boolean isReady() {
    return awaited != null && awaited.isEmpty();
  }

  /** Called after each event of either connection. */
  void onEvent(Stream stream) {
    if (awaited == null) {
      return;
    }
    if (covers(stream)) {
      awaited.remove(stream);
    } else if (first.containsKey(stream)) {
      awaited.add(stream);
    }
  }

  /** Returns whether it can keep no further event. */
  boolean isFull() {
    return events.size() >= MAX_EVENTS;
  }

  /** Keeps an event of this connection; if it is full, without those before. */
  void keep(StreamEvent event) {
    var stream = event.stream();
    first.putIfAbsent(stream, event.sequence());
    if (stream.kind().isBook()) {
      books.put(stream, event);
      return;
    }
    if (isFull()) {
      events.clear();
      first.keySet().retainAll(books.keySet());
      first.put(stream, event.sequence());
    }
    events.add(event);
  }

  /** Passes on the events that were kept. */
  void forEach(Consumer<StreamEvent> receiver) {
    events.forEach(receiver);
    books.values().forEach(receiver);
  }

  void onShutdown() {
    ending = true;
  }

  /** Returns whether the exchange will close it soon. */
  boolean isEnding() {
    return ending;
  }

  private boolean covers(Stream stream) {
    var start = first.get(stream);
    var last = delivered.get(stream);
    return start != null
        && (stream.kind() != Kind.AGGREGATE_TRADE || last == null || start <= last + 1);
  }
}

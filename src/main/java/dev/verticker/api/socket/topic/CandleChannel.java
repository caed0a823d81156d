package dev.verticker.api.socket.topic;

import dev.verticker.api.candles.CandleUpdates;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Interval;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The topics {@code candles.<SYMBOL>.<interval>}: first a snapshot of the newest candles, then those that change. The minutes
 * that the leader publishes are rolled up here. Not resumable.
 */
final class CandleChannel implements Channel, CandleUpdates.Listener {
  /** Matches {@code candles.<SYMBOL>.<interval>}. */
  static final String TOPICS =
      "candles\\.[^\\s]{1,64}\\.(1m|3m|5m|15m|30m|[12468]h|12h|[13]d|1w|1M)";

  private static final String PREFIX = "candles.";
  private static final long CHECK_MS = 1000;

  /** Different topics on one event loop; each holds up to 300 candles. */
  static final int MAX_STREAMS = 500;

  private final Vertx vertx;
  private final Context loop;
  private final Bus bus;
  private final QuoteService quotes;
  private final CandleUpdates updates;
  private final Counter conflated;

  /** By symbol and topic. */
  private final Map<String, Map<String, CandleStream>> symbols = new HashMap<>();

  private final long check;

  CandleChannel(
      Vertx vertx, Context loop, NodeContext node, QuoteService quotes, CandleUpdates updates) {
    this.vertx = vertx;
    this.loop = loop;
    this.bus = node.bus();
    this.quotes = quotes;
    this.updates = updates;
    this.conflated = node.metrics().counter("socket_candles_conflated_total");
    this.check = vertx.setPeriodic(CHECK_MS, timer -> check());
    updates.addListener(this);
  }

  /** Completes when the candles are read, so that the snapshot can be sent at once. */
  @Override
  public Future<?> prepare(String topic) {
    return stream(topic).load().onFailure(failure -> removeUnused(CandleStream::isEmpty));
  }

  @Override
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    subscriber.send(Channel.subscribed(request.topic()));
    return stream(request.topic()).add(subscriber, PriceStream.roundUp(request.everyMs()));
  }

  @Override
  public void onUpdate(Candles.Update update) {
    loop.runOnContext(here -> update.candles().stream()
        .filter(each -> each.interval() == Interval.ONE_MINUTE)
        .forEach(each -> streams(each.symbol()).forEach(stream -> stream.onMinute(each.candle()))));
  }

  @Override
  public void onReset() {
    loop.runOnContext(here -> all().forEach(CandleStream::onReset));
  }

  @Override
  public void close() {
    vertx.cancelTimer(check);
    updates.removeListener(this);
  }

  private void check() {
    removeUnused(CandleStream::isUnused);
    all().forEach(CandleStream::check);
    // Symbols that are not configured are streamed only while they are read.
    symbols.keySet().stream()
        .filter(symbol -> !quotes.isConfigured(symbol))
        .forEach(symbol -> quotes.find(List.of(symbol), "/topic"));
  }

  private void removeUnused(Predicate<CandleStream> unused) {
    symbols.values().forEach(streams -> streams.values().removeIf(unused));
    symbols.values().removeIf(Map::isEmpty);
  }

  /** Returns a copy: a slow socket may be closed while it receives a frame. */
  private List<CandleStream> streams(String symbol) {
    return List.copyOf(symbols.getOrDefault(symbol, Map.of()).values());
  }

  private List<CandleStream> all() {
    return symbols.values().stream()
        .flatMap(streams -> streams.values().stream())
        .toList();
  }

  /** Throws {@link Failure.Unavailable} if there are too many different topics. */
  private CandleStream stream(String topic) {
    var dot = topic.lastIndexOf('.');
    var symbol = topic.substring(PREFIX.length(), dot);
    var known = symbols.getOrDefault(symbol, Map.of()).get(topic);
    if (known != null) {
      return known;
    }
    if (all().size() >= MAX_STREAMS) {
      removeUnused(CandleStream::isEmpty);
      if (all().size() >= MAX_STREAMS) {
        throw new Failure.Unavailable(
            "unavailable", "Too many different topics of candles on this node: try again later.");
      }
    }
    var interval = Interval.of(topic.substring(dot + 1)).orElseThrow();
    var stream =
        new CandleStream(vertx, topic, interval, limit -> find(symbol, interval, limit), conflated);
    symbols.computeIfAbsent(symbol, absent -> new HashMap<>()).put(topic, stream);
    return stream;
  }

  private Future<Series> find(String symbol, Interval interval, int limit) {
    return bus.request(Candles.FIND, new FindCandles(List.of(symbol), interval, null, null, limit))
        .map(found -> found.series().get(0));
  }
}

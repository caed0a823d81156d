package dev.verticker.api.socket.topic;

import dev.verticker.api.candles.CandleUpdates;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.bus.Bus;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Interval;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The topics {@code candles.<SYMBOL>.<interval>}: first a snapshot of the newest candles, then those that change. The minutes
 * that the leader publishes are rolled up here. Not resumable.
 */
final class CandleChannel implements Channel, CandleUpdates.Listener {
  /** Matches {@code candles.<SYMBOL>.<interval>}. */
  static final String TOPICS = "candles\\.[^\\s]{1,64}\\.(1m|3m|5m|15m|30m|[12468]h|12h|[13]d|1w|1M)";

  private static final String PREFIX = "candles.";
  private static final long CHECK_MS = 1000;
  private static final int MAX_CANDLES = 300;

  private final Vertx vertx;
  private final Context loop;
  private final Bus bus;
  private final CandleUpdates updates;
  private final Counter conflated;
  private final Map<String, CandleStream> streams = new HashMap<>();
  private final long check;

  CandleChannel(
      Vertx vertx, Context loop, Bus bus, CandleUpdates updates, MeterRegistry metrics) {
    this.vertx = vertx;
    this.loop = loop;
    this.bus = bus;
    this.updates = updates;
    this.conflated = metrics.counter("socket_candles_conflated_total");
    this.check = vertx.setPeriodic(CHECK_MS, timer -> check());
    updates.addListener(this);
  }

  /** Completes when the candles are read, so that the snapshot can be sent at once. */
  @Override
  public Future<?> prepare(String topic) {
    return streams.computeIfAbsent(topic, this::stream).load();
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
    return streams
        .computeIfAbsent(request.topic(), this::stream)
        .add(subscriber, request.everyMs());
  }

  @Override
  public void onUpdate(Candles.Update update) {
    loop.runOnContext(here -> {
      if (!streams.isEmpty()) {
        apply(update);
      }
    });
  }

  @Override
  public void onReset() {
    loop.runOnContext(here -> List.copyOf(streams.values()).forEach(CandleStream::onReset));
  }

  @Override
  public void close() {
    vertx.cancelTimer(check);
    updates.removeListener(this);
  }

  private void apply(Candles.Update update) {
    var bySymbol = new HashMap<String, List<CandleStream>>();
    for (var stream : streams.values()) {
      bySymbol.merge(stream.symbol(), List.of(stream), CandleChannel::concat);
    }
    for (var each : update.candles()) {
      if (each.interval() == Interval.ONE_MINUTE) {
        bySymbol
            .getOrDefault(each.symbol(), List.of())
            .forEach(stream -> stream.onMinute(each.candle()));
      }
    }
  }

  private static List<CandleStream> concat(List<CandleStream> some, List<CandleStream> more) {
    return java.util.stream.Stream.concat(some.stream(), more.stream()).toList();
  }

  private void check() {
    streams.values().removeIf(CandleStream::isUnused);
    List.copyOf(streams.values()).forEach(CandleStream::check);
  }

  private CandleStream stream(String topic) {
    var dot = topic.lastIndexOf('.');
    var symbol = topic.substring(PREFIX.length(), dot);
    var interval = Interval.of(topic.substring(dot + 1)).orElseThrow();
    return new CandleStream(
        vertx, topic, symbol, interval, limit -> find(symbol, interval, limit), conflated);
  }

  private Future<Series> find(String symbol, Interval interval, int limit) {
    return bus.request(
            Candles.FIND,
            new FindCandles(
                List.of(symbol), interval, null, null, Math.min(limit, MAX_CANDLES)))
        .map(found -> found.series().get(0));
  }
}

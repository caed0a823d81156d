package dev.verticker.exchange.binance;

import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.TickerParser;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Live market data of Binance Spot over combined streams, in as few connections as the exchange allows. Limits: "WebSocket
 * Streams" of binance-spot-api-docs.
 */
public final class BinanceMarketStream implements MarketStream {
  /** The exchange allows 300 connection attempts in five minutes. */
  private static final Duration CONNECT_INTERVAL = Duration.ofSeconds(1);

  /** A list of 1,024 streams of the longest symbols needs less. */
  private static final int MAX_FRAME_BYTES = 256 * 1024;

  private static final int CONNECT_TIMEOUT_MS = 3000;

  private final Vertx vertx;
  private final WebSocketClient client;
  private final StreamOptions options;
  private final StreamFrameParser parser;
  private final Clock clock;
  private final MeterRegistry metrics;
  private final Map<Kind, Counter> frames = new EnumMap<>(Kind.class);
  private final Timer lag;
  private final List<StreamGroup> groups = new ArrayList<>();
  private Listener listener;
  private long nextConnectAt = System.nanoTime();
  private boolean closed;

  public BinanceMarketStream(
      Vertx vertx,
      StreamOptions options,
      TickerParser tickers,
      Clock clock,
      MeterRegistry metrics) {
    this(vertx, vertx.createWebSocketClient(clientOptions()), options, tickers, clock, metrics);
  }

  BinanceMarketStream(
      Vertx vertx,
      WebSocketClient client,
      StreamOptions options,
      TickerParser tickers,
      Clock clock,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.client = client;
    this.options = options;
    this.parser = new StreamFrameParser(tickers, clock, metrics);
    this.clock = clock;
    this.metrics = metrics;
    this.lag = metrics.timer("price_stream_lag");
    for (var kind : Kind.values()) {
      frames.put(
          kind,
          metrics.counter(
              "price_stream_frames_total", "kind", kind.name().toLowerCase(Locale.ROOT)));
    }
    // Prometheus does not see the first increment of a new counter.
    reconnects("failure");
  }

  static WebSocketClientOptions clientOptions() {
    return new WebSocketClientOptions()
        .setConnectTimeout(CONNECT_TIMEOUT_MS)
        .setMaxFrameSize(MAX_FRAME_BYTES)
        .setMaxMessageSize(MAX_FRAME_BYTES);
  }

  @Override
  public void open(Listener listener) {
    this.listener = listener;
  }

  @Override
  public void expect(Set<Stream> streams) {
    if (closed) {
      return;
    }
    var added = new HashSet<>(streams);
    for (var group : groups) {
      group.streams().values().retainAll(streams);
      added.removeAll(group.streams().values());
    }
    added.forEach(this::add);
    groups.forEach(StreamGroup::update);
    groups.stream().filter(group -> group.streams().isEmpty()).forEach(StreamGroup::close);
    groups.removeIf(group -> group.streams().isEmpty());
  }

  @Override
  public void resubscribe(String symbol) {
    groups.forEach(group -> group.resubscribe(symbol));
  }

  @Override
  public void reconnect(String symbol) {
    groups.stream()
        .filter(group ->
            group.streams().values().stream().anyMatch(stream -> stream.symbol().equals(symbol)))
        .forEach(group -> group.rotate("silent-symbol"));
  }

  @Override
  public Future<Void> close() {
    closed = true;
    groups.forEach(StreamGroup::close);
    return client.close();
  }

  private Counter reconnects(String cause) {
    return metrics.counter("price_stream_reconnects_total", "cause", cause);
  }

  private void add(Stream stream) {
    var group = groups.stream()
        .filter(each -> each.streams().size() < StreamGroup.MAX_STREAMS)
        .findFirst()
        .orElseGet(this::addGroup);
    group.streams().put(StreamNames.of(stream), stream);
  }

  private StreamGroup addGroup() {
    var group = new StreamGroup(vertx, clock, options, new Connections(), listener);
    groups.add(group);
    return group;
  }

  /** The connections of all groups: one attempt a second, with one set of metrics. */
  private final class Connections implements StreamGroup.Connector {
    @Override
    public StreamConnection open(StreamConnection.Owner owner, Map<String, Stream> streams) {
      var connection = new StreamConnection(vertx, parser, options.maxSilence(), owner);
      connection.expect(streams);
      var now = System.nanoTime();
      var at = Math.max(now, nextConnectAt);
      nextConnectAt = at + CONNECT_INTERVAL.toNanos();
      vertx.setTimer(
          Math.max(1, Duration.ofNanos(at - now).toMillis()),
          id -> connection.open(client, options));
      return connection;
    }

    @Override
    public void onEvent(StreamEvent event) {
      frames.get(event.stream().kind()).increment();
      if (event.sentAt() != null) {
        var delay = Duration.between(event.sentAt(), clock.instant());
        lag.record(delay.isNegative() ? Duration.ZERO : delay);
      }
    }

    @Override
    public void onReconnect(String cause) {
      reconnects(cause).increment();
    }
  }
}

package dev.verticker.api.socket.topic;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.verticker.api.candles.CandleJson;
import dev.verticker.api.candles.LiveSeries;
import dev.verticker.api.candles.LiveSeriesReader;
import dev.verticker.api.market.SharedReads;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.topic.ConflatedTopic.Changes;
import dev.verticker.api.socket.topic.ConflatedTopic.TopicResources;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.SymbolCandle;
import dev.verticker.message.Interval;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The topic {@code candles.<SYMBOL>.<interval>}. The minutes that the leader publishes are rolled up here. */
final class CandleTopic extends LiveTopic<List<Candle>, Collection<Candle>> {
  static final String INTERVALS = "1m|3m|5m|15m|30m|[12468]h|12h|[13]d|1w|1M";

  private static final String PREFIX = "candles.";
  private static final int SNAPSHOT = 300;

  /** Without a live minute for this time the candles are read again, because minutes may have been missed. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  /** The interval of reads of a candle that live minutes do not continue. */
  private static final Duration READ_INTERVAL = Duration.ofSeconds(5);

  private static final Duration READ_PAUSE = Duration.ofMillis(500);

  /** Candles of a read that follows a missed or amended minute. */
  private static final int RECENT = 10;

  private final String topic;
  private final LiveSeries series;
  private final LiveSeriesReader reader;

  private CandleTopic(
      TopicResources resources, String topic, Interval interval, LiveSeriesReader reader) {
    super(resources);
    this.topic = topic;
    this.series = new LiveSeries(interval);
    this.reader = reader;
  }

  /** The topics of candles on an event loop. */
  static LiveChannel.Kind<Candles.Update, List<Candle>> kind(
      TopicResources resources, SharedReads reads, Context loop, QuoteService quotes) {
    return new LiveChannel.Kind<>() {
      @Override
      public String symbol(String topic) {
        return topic.substring(PREFIX.length(), topic.lastIndexOf('.'));
      }

      @Override
      public CandleTopic create(String topic) {
        var interval = Interval.of(topic.substring(topic.lastIndexOf('.') + 1)).orElseThrow();
        var reader = new LiveSeriesReader(
            symbol(topic), interval, request -> reads.request(Candles.FIND, request, loop));
        return new CandleTopic(resources, topic, interval, reader);
      }

      @Override
      public void split(Candles.Update message, BiConsumer<String, List<Candle>> each) {
        message.candles().stream()
            .filter(candle -> candle.interval() == Interval.ONE_MINUTE)
            .collect(groupingBy(SymbolCandle::symbol, mapping(SymbolCandle::candle, toList())))
            .forEach(each);
      }

      @Override
      public Duration readPause() {
        return READ_PAUSE;
      }

      /** Symbols that are not configured are streamed only while they are read. */
      @Override
      public void onSymbols(Set<String> symbols) {
        symbols.stream()
            .filter(symbol -> !quotes.isConfigured(symbol))
            .forEach(symbol -> quotes.find(List.of(symbol), "/topic"));
      }
    };
  }

  @Override
  Future<Boolean> read(boolean whole) {
    return reader.read(whole ? SNAPSHOT : RECENT).map(found -> {
      var changed = series.onRead(found);
      if (!whole) {
        publishChanges(changed);
      }
      return whole;
    });
  }

  @Override
  void apply(List<Candle> minutes) {
    if (!isContinued()) {
      return;
    }
    var changed = new ArrayList<Candle>();
    minutes.forEach(minute -> changed.addAll(series.onMinute(minute)));
    publishChanges(changed);
    if (series.isReadRequired()) {
      requireRead();
    }
  }

  @Override
  void onReset() {
    super.onReset();
    readWhole();
  }

  @Override
  boolean isContinued() {
    return series.isContinued();
  }

  @Override
  Duration silence() {
    return isContinued() ? SILENCE : READ_INTERVAL;
  }

  private void publishChanges(List<Candle> changed) {
    if (!changed.isEmpty()) {
      publish(changed);
    }
  }

  @Override
  public List<Frame> snapshot() {
    return isLoaded() ? List.of(frame(series.candles(), true)) : List.of();
  }

  @Override
  public Changes<Collection<Candle>> noChanges() {
    return new CandleChanges();
  }

  private Frame frame(List<Candle> candles, boolean snapshot) {
    var head = "{\"event\":\"candles\",\"topic\":" + Json.encode(topic) + ",\"snapshot\":"
        + snapshot + ",\"data\":[";
    var room = ConflatedTopic.MAX_FRAME_BYTES - head.getBytes(StandardCharsets.UTF_8).length - 2;
    var encoded = encodeNewest(candles, room, CandleJson::append);
    return Frame.of(topic, head + String.join(",", encoded) + "]}");
  }

  /** The newest state of each candle that changed. */
  private final class CandleChanges implements Changes<Collection<Candle>> {
    private final TreeMap<Instant, Candle> candles = new TreeMap<>();

    @Override
    public void add(Collection<Candle> changed) {
      changed.forEach(candle -> candles.put(candle.openTime(), candle));
      while (candles.size() > SNAPSHOT) {
        candles.pollFirstEntry();
      }
    }

    @Override
    public boolean isEmpty() {
      return candles.isEmpty();
    }

    @Override
    public List<Frame> encode() {
      return List.of(frame(List.copyOf(candles.values()), false));
    }
  }
}

package dev.verticker.api.socket.topic;

import dev.verticker.api.market.MarketDemand;
import dev.verticker.api.market.SharedReads;
import dev.verticker.api.market.TradeJson;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.topic.ConflatedTopic.Changes;
import dev.verticker.api.socket.topic.ConflatedTopic.TopicResources;
import dev.verticker.message.Timestamps;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** The topic {@code trades.<SYMBOL>}: the newest trades, then each trade once. */
final class TradeTopic extends LiveTopic<SymbolTrades, SymbolTrades> {
  private static final String PREFIX = "trades.";
  private static final int SNAPSHOT = 50;
  private static final int HEAD_BYTES = 1024;

  /** Unsent trades of a subscriber; older ones are counted as missed. */
  private static final int MAX_UNSENT = 300;

  /** A quiet market sends nothing. */
  static final Duration SILENCE = Duration.ofSeconds(60);

  /** Of reads while the leader does not stream the symbol. */
  static final Duration READ_INTERVAL = Duration.ofSeconds(8);

  /** Each read may cost the weight of a request to the exchange. */
  static final Duration READ_PAUSE = Duration.ofSeconds(4);

  private final String topic;
  private final Clock clock;
  private final String symbol;
  private final SharedReads reads;
  private final Context loop;

  /** Oldest first. */
  private final Deque<Trade> newest = new ArrayDeque<>();

  private TradeTopic(
      TopicResources resources, String topic, Clock clock, SharedReads reads, Context loop) {
    super(resources);
    this.topic = topic;
    this.clock = clock;
    this.symbol = topic.substring(PREFIX.length());
    this.reads = reads;
    this.loop = loop;
  }

  /** The topics of trades on an event loop. */
  static LiveChannel.Kind<Trades.Update, SymbolTrades> kind(
      TopicResources resources, Clock clock, SharedReads reads, Context loop, MarketDemand demand) {
    return new LiveChannel.Kind<>() {
      @Override
      public String symbol(String topic) {
        return topic.substring(PREFIX.length());
      }

      @Override
      public TradeTopic create(String topic) {
        return new TradeTopic(resources, topic, clock, reads, loop);
      }

      @Override
      public void split(Trades.Update message, BiConsumer<String, SymbolTrades> each) {
        message.symbols().forEach(trades -> each.accept(trades.symbol(), trades));
      }

      @Override
      public Duration readPause() {
        return READ_PAUSE;
      }

      @Override
      public void onSymbols(Set<String> symbols) {
        demand.setTrades(this, symbols);
      }
    };
  }

  @Override
  boolean follows(SymbolTrades update) {
    var last = newest.peekLast();
    return last == null
        || update.trades().isEmpty()
        || update.trades().get(0).id() <= last.id() + 1;
  }

  /** Reads the newest trades, or those after the last one if the next update does not follow it. */
  @Override
  Future<Boolean> read(boolean whole) {
    var find = hasHeldUpdates()
        ? new FindTrades(symbol, newest.getLast().id() + 1, null, null, MAX_UNSENT)
        : new FindTrades(symbol, null, null, null, SNAPSHOT);
    return reads.request(Trades.FIND, find, loop).map(found -> {
      var restarted = haveRestarted(found.trades());
      if (restarted) {
        newest.clear();
      }
      accept(new SymbolTrades(found.symbol(), 0, found.trades()));
      return restarted;
    });
  }

  @Override
  Duration silence() {
    return isStreamed() ? SILENCE : READ_INTERVAL;
  }

  @Override
  void apply(SymbolTrades update) {
    if (haveRestarted(update.trades())) {
      newest.clear();
      keep(update.trades());
      sendSnapshot();
    } else {
      accept(update);
    }
  }

  private void accept(SymbolTrades update) {
    var last = newest.peekLast();
    var further = update.trades().stream()
        .filter(trade -> last == null || trade.id() > last.id())
        .toList();
    if (!further.isEmpty()) {
      var missed = last == null ? 0 : Math.max(0, further.get(0).id() - last.id() - 1);
      keep(further);
      publish(new SymbolTrades(update.symbol(), missed, further));
    }
  }

  /** A test venue restarts its ids about once a month. */
  private boolean haveRestarted(List<Trade> trades) {
    var last = newest.peekLast();
    if (last == null || trades.isEmpty()) {
      return false;
    }
    var trade = trades.get(trades.size() - 1);
    return trade.id() < last.id() && trade.isAfter(last);
  }

  private void keep(List<Trade> trades) {
    newest.addAll(trades);
    while (newest.size() > SNAPSHOT) {
      newest.removeFirst();
    }
  }

  @Override
  public List<Frame> snapshot() {
    return isLoaded() ? List.of(frame(newest, 0, true)) : List.of();
  }

  @Override
  public Changes<SymbolTrades> noChanges() {
    return new UnsentTrades();
  }

  private Frame frame(Collection<Trade> trades, long missed, boolean snapshot) {
    var encoded = encodeNewest(
        List.copyOf(trades), ConflatedTopic.MAX_FRAME_BYTES - HEAD_BYTES, TradeJson::append);
    var left = missed + trades.size() - encoded.size();
    return Frame.of(
        topic,
        "{\"event\":\"trades\",\"topic\":" + Json.encode(topic) + ",\"at\":\""
            + Timestamps.write(clock.instant()) + "\",\"snapshot\":" + snapshot + ",\"missed\":"
            + (snapshot ? 0 : left) + ",\"data\":[" + String.join(",", encoded) + "]}");
  }

  /** The newest trades that were not sent. */
  private final class UnsentTrades implements Changes<SymbolTrades> {
    private final Deque<Trade> trades = new ArrayDeque<>();
    private long missed;

    @Override
    public void add(SymbolTrades further) {
      missed += further.missed();
      trades.addAll(further.trades());
      while (trades.size() > MAX_UNSENT) {
        trades.removeFirst();
        missed++;
      }
    }

    @Override
    public boolean isEmpty() {
      return trades.isEmpty();
    }

    @Override
    public List<Frame> encode() {
      return List.of(frame(trades, missed, false));
    }
  }
}

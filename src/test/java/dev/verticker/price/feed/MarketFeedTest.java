package dev.verticker.price.feed;

import static dev.verticker.price.feed.FakeMarket.book;
import static dev.verticker.price.feed.FakeMarket.kline;
import static dev.verticker.price.feed.FakeMarket.ticker;
import static dev.verticker.price.feed.FakeMarket.trade;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.message.Feed;
import dev.verticker.message.Prices.Source;
import dev.verticker.message.Trades.Trade;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The feed of a leader with all durations divided by ten. */
class MarketFeedTest {
  private static final FeedTiming TIMING = new FeedTiming(
      Duration.ofMillis(25),
      Duration.ofMillis(500),
      Duration.ofMillis(200),
      Duration.ofMillis(500),
      Duration.ofMillis(200),
      Duration.ofMillis(250),
      Duration.ofMillis(500),
      Duration.ofMillis(600),
      Duration.ofMillis(1000));

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), metrics);
  private final FakeMarket market = new FakeMarket();
  private final NewestTickers newest = new NewestTickers();
  private final Recorder recorder = new Recorder();
  private final List<Feed.Gap> gaps = new CopyOnWriteArrayList<>();
  private final List<String> symbols = new CopyOnWriteArrayList<>(List.of("BTCUSDT", "ETHUSDT"));
  private final MarketStream.Listener failing = new MarketStream.Listener() {
    @Override
    public void onKline(Kline kline) {
      throw new IllegalStateException("this consumer fails");
    }
  };
  private final FeedDemand demand = new FeedDemand(
      new FeedDemand.Symbols(List.of("BTCUSDT", "ETHUSDT"), () -> symbols, symbol -> true),
      Clock.systemUTC());
  private MarketFeed feed;
  private long tradeId = 100;

  @BeforeEach
  void start() {
    await(bus.subscribe(Feed.GAP, gaps::add));
    var quotes =
        new FeedQuotes(new TickerBatches(new MergedMarketData(market, newest)), newest, recorder);
    feed = new MarketFeed(
        vertx,
        () -> market,
        demand::streams,
        new FeedWatchdog(quotes, newest, recorder, TIMING),
        List.of(
            quotes,
            new FeedGaps(
                new FeedGaps.GapSource(Kind.TICKER, Feed.Kind.QUOTES, quotes::fetch),
                "simulated",
                bus,
                Clock.systemUTC(),
                metrics),
            recorder),
        Clock.systemUTC());
    run(() -> symbols.forEach(symbol -> show(symbol, tradeId)));
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void the_leader_expects_the_streams_that_are_needed_and_closes_when_it_resigns() {
    run(() -> feed.onElected(1));
    assertEquals(streams("BTCUSDT", "ETHUSDT"), market.expected);

    symbols.remove("ETHUSDT");
    run(() -> demand.onDemand(new Feed.Demand("node", List.of("币安人生USDT"), List.of("币安人生USDT"))));
    until(
        "the expected streams change",
        check(() -> market.expected.equals(streams("BTCUSDT", "币安人生USDT"))));
    assertEquals(streams("ETHUSDT"), Set.copyOf(recorder.unsubscribed));

    run(feed::onResigned);
    assertTrue(market.closed);
  }

  @Test
  void a_symbol_that_is_added_while_others_deliver_interrupts_nothing_while_it_connects() {
    connected();
    var requests = market.requests.size();
    run(() -> symbols.add("LTCUSDT"));
    until("the symbol is expected", check(() -> market.expected.size() == 12));
    await(vertx.timer(4 * TIMING.check().toMillis()).mapEmpty());
    assertTrue(recorder.live);
    assertTrue(
        market.requests.stream().skip(requests).noneMatch(request -> request.contains("LTCUSDT")));

    until("it does not connect in time", () -> !recorder.live);
    until("it is requested", check(() -> market.requests.stream()
        .anyMatch(List.of("LTCUSDT")::equals)));
  }

  @Test
  void books_without_an_event_are_neither_a_silent_nor_a_quiet_symbol() {
    connected();
    var sender = vertx.setPeriodic(
        50, id -> context.runOnContext(send -> deliverTrade("ETHUSDT", ++tradeId)));
    await(vertx.timer(4 * TIMING.grace().toMillis()).mapEmpty());
    vertx.cancelTimer(sender);

    assertEquals(List.of(), market.resubscribed);
    assertTrue(recorder.live);
    assertTrue(market.requests.stream().anyMatch(List.of("BTCUSDT")::equals));
  }

  @Test
  void a_stream_of_books_that_shows_none_of_many_trades_is_subscribed_again() {
    connected();
    var sender = vertx.setPeriodic(
        50, id -> context.runOnContext(send -> deliverTrade("ETHUSDT", ++tradeId)));
    until("the symbol is subscribed again", check(() -> market.resubscribed.contains("ETHUSDT")));
    vertx.cancelTimer(sender);
    assertTrue(recorder.disconnected.contains(new Stream("ETHUSDT", Kind.DEPTH)));
    assertTrue(recorder.live);
  }

  @Test
  void books_change_the_bid_and_ask_of_quotes() {
    connected();
    run(() -> {
      market.listener.onBookTicker(book("BTCUSDT", 5, "0.9", "1.2"));
      market.listener.onDepth(book("BTCUSDT", 6, "0.9", "1.1"));
      market.listener.onDepth(book("BTCUSDT", 7, "0.9", "1.1"));
    });
    assertEquals(List.of("BTCUSDT STREAM", "BTCUSDT STREAM"), recorder.streamed());
    assertEquals("1.1", newest.find("BTCUSDT").ask().toPlainString());
    assertEquals(List.of(5L, 6L, 7L), recorder.updateIds);
  }

  @Test
  void the_state_is_live_while_all_streams_are_connected() {
    run(() -> feed.onElected(1));
    until("requests are sent instead", check(() -> !market.requests.isEmpty()));
    assertFalse(recorder.live);
    run(market::connect);
    until("the feed is live", () -> recorder.live);
    run(() -> market.listener.onDisconnected(
        Instant.now(), Set.of(new Stream("BTCUSDT", Kind.KLINE_1M)), "closed"));
    until("the feed is not live", () -> !recorder.live);
  }

  @Test
  void events_are_published_with_their_source_and_passed_to_consumers() {
    connected();
    run(() -> {
      market.listener.onTicker(ticker("BTCUSDT", "2", 101, Instant.now()));
      market.listener.onTrade("BTCUSDT", trade("3", 102));
      market.listener.onTrade("BTCUSDT", trade("2", 99));
      market.listener.onKline(kline("BTCUSDT"));
    });
    assertEquals(List.of("BTCUSDT STREAM", "BTCUSDT STREAM"), recorder.streamed());
    assertEquals(List.of(102L, 99L), recorder.trades);
    assertEquals(1, recorder.klines);
    assertEquals("3", newest.find("BTCUSDT").price().toPlainString());
  }

  @Test
  void the_failure_of_a_consumer_does_not_affect_the_others() {
    var isolated = new MarketFeed(
        vertx,
        () -> market,
        demand::streams,
        new FeedWatchdog(
            new FeedQuotes(new TickerBatches(market), newest, recorder), newest, recorder, TIMING),
        List.of(failing, recorder),
        Clock.systemUTC());
    run(() -> {
      isolated.onElected(1);
      market.connect();
      market.listener.onKline(kline("BTCUSDT"));
      isolated.onResigned();
    });
    assertEquals(1, recorder.klines);
  }

  @Test
  void a_quiet_market_is_not_reported_as_a_silent_stream() {
    connected();
    var requests = market.requests.size();
    until(
        "six requests confirm the quiet symbols",
        check(() -> market.requests.size() >= requests + 6));
    assertEquals(List.of(), market.resubscribed);
    assertEquals(List.of(), recorder.disconnected);
    assertTrue(recorder.live);
  }

  @Test
  void a_stream_that_does_not_show_a_trade_is_subscribed_again_then_its_connection_replaced() {
    connected();
    run(() -> deliver("ETHUSDT", ++tradeId));
    run(() -> show("BTCUSDT", ++tradeId));
    var silentSince = System.nanoTime();
    until(
        "the symbol is subscribed again",
        check(() -> market.resubscribed.equals(List.of("BTCUSDT"))));
    var noticed = Duration.ofNanos(System.nanoTime() - silentSince);
    assertTrue(noticed.toMillis() < 2000, "noticed after " + noticed);
    assertFalse(recorder.live);
    // Candles are less frequent than trades, so their silence is noticed later.
    until("all streams of the symbol are interrupted", check(() -> Set.copyOf(recorder.disconnected)
        .containsAll(tradeStreams("BTCUSDT"))));

    until("the connection is replaced", check(() -> market.reconnected.equals(List.of("BTCUSDT"))));
    until(
        "the quote is requested in between",
        () -> recorder.changed.stream().filter("BTCUSDT POLL"::equals).count() >= 3);

    recorder.connected.clear();
    run(() -> deliver("BTCUSDT", ++tradeId));
    until("the streams deliver again", () -> tradeStreams("BTCUSDT")
        .equals(Set.copyOf(recorder.connected)));
    until("the feed is live", () -> recorder.live);
    until("a gap is published", () -> gaps.size() == 1);
    assertEquals(List.of("BTCUSDT"), gaps.get(0).symbols());
    assertEquals(Feed.Kind.QUOTES, gaps.get(0).kind());
    assertTrue(gaps.get(0).filled());
  }

  @Test
  void one_stream_of_a_symbol_is_silent_although_another_shows_its_trades() {
    connected();
    run(() -> deliver("BTCUSDT", ++tradeId));
    var sender = vertx.setPeriodic(
        50,
        id -> context.runOnContext(send -> {
          tradeId++;
          market.listener.onTicker(ticker("BTCUSDT", "1", tradeId, Instant.now()));
          market.listener.onTrade("BTCUSDT", trade("1", tradeId));
        }));
    until(
        "the symbol is subscribed again",
        check(() -> market.resubscribed.equals(List.of("BTCUSDT"))));
    vertx.cancelTimer(sender);
    assertTrue(recorder.disconnected.contains(new Stream("BTCUSDT", Kind.KLINE_1M)));
  }

  @Test
  void with_more_than_twenty_symbols_the_poll_shows_the_trades_of_silent_streams() {
    IntStream.range(0, 30).forEach(i -> symbols.add("S" + i));
    connected();
    var requests = market.requests.size();
    run(() -> show("S7", ++tradeId));
    var sender =
        vertx.setPeriodic(50, id -> context.runOnContext(send -> deliverTrade("S1", ++tradeId)));
    await(vertx.timer(800).mapEmpty());
    vertx.cancelTimer(sender);
    assertEquals(requests, market.requests.size());

    run(() -> newest.accept(market.tickers.get("S7")));
    until("the symbol is subscribed again", check(() -> market.resubscribed.equals(List.of("S7"))));
  }

  @Test
  void interrupted_symbols_are_requested_in_turn() {
    IntStream.range(0, 30).forEach(i -> symbols.add("S" + i));
    run(() -> symbols.forEach(symbol -> show(symbol, tradeId)));
    run(() -> feed.onElected(1));
    until("two requests are sent", check(() -> market.requests.size() >= 2));
    assertEquals(
        Set.copyOf(symbols),
        market.requests.stream().limit(2).flatMap(List::stream).collect(Collectors.toSet()));
  }

  @Test
  void quotes_expire_once_if_neither_streams_nor_requests_deliver() {
    connected();
    var since = System.nanoTime();
    run(() -> {
      deliver("BTCUSDT", ++tradeId);
      deliver("ETHUSDT", ++tradeId);
      market.unavailable = true;
      market.listener.onDisconnected(Instant.now(), market.expected, "closed");
    });
    until("the quotes expire", () -> recorder.expired.size() == 2);
    var elapsed = Duration.ofNanos(System.nanoTime() - since);
    assertTrue(elapsed.compareTo(TIMING.expiry()) >= 0, "expired after " + elapsed);
    assertTrue(recorder.failingFor.compareTo(Duration.ofMillis(500)) > 0);
    await(vertx.timer(300).mapEmpty());
    assertEquals(Set.of("BTCUSDT", "ETHUSDT"), Set.copyOf(recorder.expired));
    assertEquals(2, recorder.expired.size());

    run(() -> market.unavailable = false);
    until(
        "requests confirm the quotes",
        () -> recorder.changed.contains("BTCUSDT POLL") && recorder.failingFor.isZero());
  }

  @Test
  void one_gap_is_published_after_an_interruption_when_its_quotes_were_requested() {
    connected();
    var since = Instant.now().minusMillis(700);
    run(() -> market.listener.onDisconnected(since, market.expected, "closed"));
    run(() -> show("BTCUSDT", ++tradeId));
    run(market::connect);
    until("a gap is published", () -> !gaps.isEmpty());
    await(vertx.timer(100).mapEmpty());

    assertEquals(1, gaps.size());
    var gap = gaps.get(0);
    assertEquals(
        new Feed.Gap(
            "simulated", Feed.Kind.QUOTES, List.of("BTCUSDT", "ETHUSDT"), since, gap.to(), true),
        gap);
    assertEquals(tradeId, newest.find("BTCUSDT").tradeId());
    assertEquals(1, gapCount("true"));
    assertEquals(0, gapCount("false"), "it is registered before the first gap that is not filled");
  }

  @Test
  void the_feed_is_not_live_while_all_streams_are_silent_and_requests_fail() {
    connected();
    failWhileSilent();

    run(() -> market.unavailable = false);
    until("a response shows that the market is quiet", () -> recorder.live);
    assertEquals(Duration.ZERO, recorder.failingFor);
    assertEquals(List.of(), market.resubscribed);

    recorder.connected.clear();
    run(() -> deliver("BTCUSDT", ++tradeId));
    until("the streams deliver again", () -> tradeStreams("BTCUSDT")
        .equals(Set.copyOf(recorder.connected)));
    until("a gap is published", () -> gaps.size() == 1);
    assertEquals(List.of("BTCUSDT"), gaps.get(0).symbols());
  }

  @Test
  void the_feed_of_more_than_twenty_symbols_is_not_live_while_all_are_silent_and_requests_fail() {
    IntStream.range(0, 30).forEach(i -> symbols.add("S" + i));
    connected();
    failWhileSilent();

    run(() -> deliver("S7", ++tradeId));
    until("an event shows that streams deliver", () -> recorder.live);
  }

  @Test
  void a_new_leader_whose_streams_and_requests_deliver_nothing_is_not_live() {
    run(() -> {
      market.unavailable = true;
      feed.onElected(1);
      market.connect();
    });
    until("requests fail", () -> !recorder.failingFor.isZero());
    assertFalse(recorder.live);

    run(() -> deliver("ETHUSDT", ++tradeId));
    until("an event arrives", () -> recorder.live);
  }

  /** Ends when the feed reports it. */
  private void failWhileSilent() {
    var since = System.nanoTime();
    run(() -> market.unavailable = true);
    until("the feed is not live", () -> !recorder.live);
    var elapsed = Duration.ofNanos(System.nanoTime() - since);
    assertTrue(elapsed.compareTo(TIMING.expiry().multipliedBy(2)) < 0, "noticed after " + elapsed);
    until("all quotes expire", () -> Set.copyOf(recorder.expired).equals(Set.copyOf(symbols)));
    until("the failure is reported", () -> !recorder.failingFor.isZero());
    assertEquals(market.expected, Set.copyOf(recorder.disconnected));
  }

  private double gapCount(String filled) {
    return metrics.get("price_feed_gaps_total").tag("filled", filled).counter().count();
  }

  private void connected() {
    run(() -> feed.onElected(1));
    run(market::connect);
    until("the feed is live", () -> recorder.live);
    // The first response is the state at the time of the connection.
    run(() ->
        symbols.forEach(symbol -> newest.accept(ticker(symbol, "1", tradeId, Instant.now()))));
    await(vertx.timer(2 * TIMING.check().toMillis()).mapEmpty());
    run(recorder::clear);
  }

  /** The exchange responds with this trade. */
  private void show(String symbol, long id) {
    market.tickers.put(symbol, ticker(symbol, "1", id, Instant.now()));
  }

  /** All streams of the symbol but those of books show this trade. */
  private void deliver(String symbol, long id) {
    show(symbol, id);
    deliverTrade(symbol, id);
  }

  private void deliverTrade(String symbol, long id) {
    market.listener.onTrade(symbol, trade("1", id));
    market.listener.onTicker(ticker(symbol, "1", id, Instant.now()));
    market.listener.onKline(kline(symbol));
  }

  private static Set<Stream> tradeStreams(String symbol) {
    return streams(symbol).stream()
        .filter(stream -> !stream.kind().isBook())
        .collect(Collectors.toSet());
  }

  private static Set<Stream> streams(String... symbols) {
    var streams = new ArrayList<Stream>();
    for (var symbol : symbols) {
      for (var kind : Kind.values()) {
        streams.add(new Stream(symbol, kind));
      }
    }
    return Set.copyOf(streams);
  }

  private void run(Runnable work) {
    await(context, () -> {
      work.run();
      return Future.succeededFuture();
    });
  }

  /** The condition, evaluated on the context of the feed. */
  private BooleanSupplier check(BooleanSupplier condition) {
    return () -> await(context, () -> Future.succeededFuture(condition.getAsBoolean()));
  }

  /** Records what the feed publishes, reports and passes on. */
  private static final class Recorder
      implements QuoteSink, FeedWatchdog.UpstreamListener, MarketStream.Listener {
    final List<String> changed = new CopyOnWriteArrayList<>();
    final List<String> expired = new CopyOnWriteArrayList<>();
    final List<Long> trades = new CopyOnWriteArrayList<>();
    final List<Long> updateIds = new CopyOnWriteArrayList<>();
    final List<Stream> unsubscribed = new CopyOnWriteArrayList<>();
    final List<Stream> connected = new CopyOnWriteArrayList<>();
    final List<Stream> disconnected = new CopyOnWriteArrayList<>();
    volatile int klines;
    volatile boolean live;
    volatile Duration failingFor = Duration.ZERO;

    void clear() {
      changed.clear();
      connected.clear();
      disconnected.clear();
    }

    List<String> streamed() {
      return changed.stream().filter(each -> each.endsWith(" STREAM")).toList();
    }

    @Override
    public void onChanged(String symbol, Source source) {
      changed.add(symbol + " " + source);
    }

    @Override
    public void expire(Collection<String> symbols) {
      expired.addAll(symbols);
    }

    @Override
    public void onUpstreamResponse() {
      failingFor = Duration.ZERO;
    }

    @Override
    public void onUpstreamFailure(Duration since) {
      failingFor = since;
    }

    @Override
    public void setLive(boolean value) {
      live = value;
    }

    @Override
    public void onKline(Kline kline) {
      klines++;
    }

    @Override
    public void onTrade(String symbol, Trade trade) {
      trades.add(trade.id());
    }

    @Override
    public void onBookTicker(OrderBook best) {
      updateIds.add(best.updateId());
    }

    @Override
    public void onDepth(OrderBook book) {
      updateIds.add(book.updateId());
    }

    @Override
    public void onUnsubscribed(Set<Stream> streams) {
      unsubscribed.addAll(streams);
    }

    @Override
    public void onConnected(Instant since, Set<Stream> streams) {
      connected.addAll(streams);
    }

    @Override
    public void onDisconnected(Instant since, Set<Stream> streams, String reason) {
      disconnected.addAll(streams);
    }
  }
}

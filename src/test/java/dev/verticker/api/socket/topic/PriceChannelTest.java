package dev.verticker.api.socket.topic;

import static dev.verticker.api.price.FakePrices.quote;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.topic.ConflatedTopic.TopicResources;
import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Prices.Quote;
import dev.verticker.testing.RecordedHealth;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the frames that subscribers on one event loop share. */
class PriceChannelTest {
  private static final int MAX_FRAME_BYTES = 48 * 1024;
  private static final int HOUR_MS = 3_600_000;

  private final Vertx vertx = Vertx.vertx();
  private final Clock clock = Clock.systemUTC();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Bus bus = new Bus(vertx, clock, metrics);
  private final FakePrices prices = new FakePrices(vertx, bus);
  private final Context context = vertx.getOrCreateContext();
  private final Instant start = clock.instant();
  private QuoteService quotes;
  private PriceChannel channel;
  private Quote last;
  private int ticks;

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void subscribers_that_have_the_same_prices_share_each_encoded_frame() {
    open("BTCUSDT");
    tick("100");
    var first = subscribe(HOUR_MS);
    // Alone: its first change is sent at once.
    tick("101");
    until("a change", () -> prices(first).size() == 2);
    var others = IntStream.range(0, 3).mapToObj(i -> subscribe(HOUR_MS)).toList();
    var slow = others.get(0);
    slow.writable = false;
    others.forEach(other -> assertSame(others.get(1).frames.get(0), other.frames.get(0)));

    tick("102");
    becomeStale();

    until("a change", () -> others.get(2).frames.size() == 2);
    assertSame(others.get(1).frames.get(1), others.get(2).frames.get(1));
    assertSame(first.frames.get(2), others.get(2).frames.get(1));
    assertEquals(List.of("100", "101", "102"), prices(first));
    assertEquals(List.of("101"), prices(slow));
  }

  @Test
  void a_subscriber_receives_the_extremes_since_its_own_previous_frame() {
    open("BTCUSDT");
    tick("100");
    var first = subscribe(HOUR_MS);
    tick("101");
    until("a change", () -> prices(first).size() == 2);
    tick("150");
    tick("102");
    var second = subscribe(HOUR_MS);
    tick("103");

    becomeStale();

    until("a change", () -> prices(second).size() == 2 && prices(first).size() == 3);
    assertEquals("150 102", extremes(first));
    assertEquals("103 103", extremes(second));
  }

  @Test
  void a_slow_subscriber_receives_what_it_missed_in_one_frame() {
    open("BTCUSDT");
    tick("100");
    var slow = subscribe(Command.Subscribe.MIN_EVERY_MS);
    var other = subscribe(Command.Subscribe.MIN_EVERY_MS);
    slow.writable = false;
    for (var price : List.of("120", "90", "101")) {
      tick(price);
      until("the price", () -> prices(other).contains(price));
    }
    assertEquals(List.of("100"), prices(slow));

    slow.writable = true;
    context.runOnContext(here -> slow.subscription.onWritable());

    until("the missed prices", () -> prices(slow).size() == 2);
    assertEquals(List.of("100", "101"), prices(slow));
    assertEquals("120 90", extremes(slow));
    assertTrue(metrics.counter("socket_prices_conflated_total").count() >= 3);
  }

  @Test
  void batches_of_one_refresh_are_sent_together_at_a_long_interval() {
    open("BTCUSDT", "ETHUSDT");
    var subscriber = subscribe(HOUR_MS);
    tick("101");
    prices.tick(quote(2, "ETHUSDT", "11", start));
    until("a change", () -> subscriber.frames.size() == 2);
    assertEquals(
        List.of("BTCUSDT", "ETHUSDT"), symbols(subscriber.frames.get(1)).toList());
  }

  @Test
  void a_big_snapshot_is_sent_in_several_frames() {
    var symbols = IntStream.range(0, 300).mapToObj(i -> "S" + i + "USDT").toList();
    open(symbols.toArray(String[]::new));
    var subscriber = subscribe(HOUR_MS);

    var frames = subscriber.frames;
    assertTrue(frames.size() > 1);
    frames.forEach(frame -> {
      var bytes = frame.json().getBytes(StandardCharsets.UTF_8).length;
      assertTrue(bytes <= MAX_FRAME_BYTES, bytes + " bytes");
      assertTrue(new JsonObject(frame.json()).getBoolean("snapshot"));
    });
    assertEquals(symbols, frames.stream().flatMap(frame -> symbols(frame)).toList());
  }

  private void open(String... configured) {
    prices.configured = List.of(configured);
    for (var symbol : configured) {
      prices.holds(quote(1, symbol, "1", start.minusSeconds(1)));
    }
    var node = new NodeContext(bus, clock, new RecordedHealth(), handler -> {}, metrics);
    await(prices.serve());
    quotes = await(context, () -> QuoteService.open(vertx, node));
    channel = await(
        context,
        () -> Future.succeededFuture(new PriceChannel(
            new TopicResources(vertx, metrics.counter("socket_prices_conflated_total")),
            context,
            quotes,
            clock)));
  }

  private void tick(String price) {
    last = quote(1, "BTCUSDT", price, start.plusMillis(++ticks));
    publish(last);
  }

  /** Publishes that the last quote is stale, which subscribers receive at once. */
  private void becomeStale() {
    publish(last.withStaleAt(last.receivedAt()));
  }

  /** Returns after the channel has processed the quote. */
  private void publish(Quote quote) {
    prices.tick(quote);
    until("in memory", () -> quotes.readConfigured().quotes().get(0).quote() == quote);
    // The store notifies the channel after the update, and the channel continues in a later task.
    await(context, Future::succeededFuture);
    await(context, Future::succeededFuture);
  }

  private RecordingSubscriber subscribe(int everyMs) {
    var recorder = new RecordingSubscriber();
    await(context, () -> {
      recorder.subscription =
          channel.subscribe(recorder, new Command.Subscribe("prices", null, null, everyMs), null);
      return Future.succeededFuture();
    });
    return recorder;
  }

  private static Stream<String> symbols(Frame frame) {
    return new JsonObject(frame.json())
        .getJsonArray("data").stream().map(quote -> ((JsonObject) quote).getString("symbol"));
  }

  /** Returns the highest and the lowest price in the last frame. */
  private static String extremes(RecordingSubscriber recorder) {
    var last = new JsonObject(recorder.frames.get(recorder.frames.size() - 1).json());
    var quote = last.getJsonArray("data").getJsonObject(0);
    return quote.getString("frame_high") + " " + quote.getString("frame_low");
  }

  /** Returns the price of the first quote in each price frame. */
  private static List<String> prices(RecordingSubscriber recorder) {
    return recorder.frames.stream()
        .map(frame -> new JsonObject(frame.json()).getJsonArray("data").getJsonObject(0))
        .map(quote -> quote.getString("price"))
        .toList();
  }
}

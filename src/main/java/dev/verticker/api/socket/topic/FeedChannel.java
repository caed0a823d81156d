package dev.verticker.api.socket.topic;

import dev.verticker.api.quotes.FeedListener;
import dev.verticker.api.quotes.FeedMonitor;
import dev.verticker.api.quotes.FeedState;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.message.Feed;
import dev.verticker.message.Timestamps;
import io.vertx.core.Context;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** The topic {@code feed}: how current the market data is, and every interruption. Not resumable. */
final class FeedChannel implements Channel, FeedListener {
  static final String TOPIC = "feed";

  private final Context loop;
  private final FeedMonitor feed;
  private final Clock clock;
  private final Set<FeedSubscription> subscriptions = new LinkedHashSet<>();

  FeedChannel(Context loop, FeedMonitor feed, Clock clock) {
    this.loop = loop;
    this.feed = feed;
    this.clock = clock;
    feed.addListener(this);
  }

  @Override
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    subscriber.send(frame("feed", feed.state().json()));
    var subscription = new FeedSubscription(subscriber);
    subscriptions.add(subscription);
    return subscription;
  }

  @Override
  public void onState(FeedState state) {
    publish("feed", state.json());
  }

  @Override
  public void onGap(Feed.Gap gap) {
    publish(
        "feed_gap",
        new JsonObject()
            .put("venue", gap.venue())
            .put("kind", gap.kind().name().toLowerCase(Locale.ROOT))
            .put("symbols", new JsonArray(gap.symbols()))
            .put("from", Timestamps.write(gap.from()))
            .put("to", Timestamps.write(gap.to()))
            .put("filled", gap.filled())
            .put("at", Timestamps.write(clock.instant())));
  }

  @Override
  public void close() {
    feed.removeListener(this);
  }

  private void publish(String event, JsonObject body) {
    var frame = frame(event, body);
    loop.runOnContext(here -> {
      // Sending may close a socket, and so cancel its subscription.
      for (var subscription : subscriptions.toArray(FeedSubscription[]::new)) {
        subscription.subscriber.send(frame);
      }
    });
  }

  private static Frame frame(String event, JsonObject body) {
    return Frame.of(TOPIC, body.put("event", event).put("topic", TOPIC));
  }

  private final class FeedSubscription implements Subscription {
    private final Subscriber subscriber;

    FeedSubscription(Subscriber subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void onWritable() {}

    @Override
    public int cancel() {
      subscriptions.remove(this);
      return 0;
    }
  }
}

package dev.verticker.api.socket;

import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The topics that one socket hears. Whether it may is the visitor's to say. Used on the socket's own event loop. */
final class Subscriptions {
  private static final int MOST = 20;

  private final SocketHub feed;
  private final EventLoopSessions loop;
  private final SocketSession visitor;
  private final Map<String, LogSubscription> log = new HashMap<>();
  private final Map<String, PriceChannel> prices = new HashMap<>();

  Subscriptions(SocketHub feed, EventLoopSessions loop, SocketSession visitor) {
    this.feed = feed;
    this.loop = loop;
    this.visitor = visitor;
  }

  /** Fails when there is no such topic, or with those that are heard already it would be one too many. */
  Future<Void> add(Command.Subscribe command) {
    return TopicRegistry.isOfPrices(command.topic()) ? addPrices(command) : addLog(command);
  }

  /** @param resumes the client asked for what follows {@code since}, not we */
  void start(String topic, ResumePoint since, boolean resumes) {
    var subscription = new LogSubscription(visitor, topic, feed.reader(), since, resumes);
    log.put(topic, subscription);
    loop.add(topic, subscription);
    subscription.start();
  }

  void drop(String topic) {
    var subscription = log.remove(topic);
    if (subscription != null) {
      subscription.cancel();
      loop.remove(topic, subscription);
    }
    var channel = prices.remove(topic);
    if (channel != null) {
      loop.leave(channel, visitor);
    }
  }

  void dropAll() {
    ofLog().forEach(this::drop);
    Set.copyOf(prices.keySet()).forEach(this::drop);
  }

  Set<String> ofLog() {
    return Set.copyOf(log.keySet());
  }

  /** The socket was behind and can take more now. */
  void roomAgain() {
    Set.copyOf(log.values()).forEach(LogSubscription::goOn);
    Set.copyOf(prices.values()).forEach(channel -> channel.ready(visitor));
  }

  private Future<Void> addLog(Command.Subscribe command) {
    var standing = log.get(command.topic());
    if (standing != null && command.since() == null) {
      standing.confirm();
      return Future.succeededFuture();
    }
    drop(command.topic());
    refuseOneTooMany();
    start(command.topic(), command.since(), true);
    return Future.succeededFuture();
  }

  private Future<Void> addPrices(Command.Subscribe command) {
    var topic = command.topic();
    return feed.known(TopicRegistry.symbol(topic)).map(known -> {
      if (visitor.isClosing()) {
        return null;
      }
      drop(topic);
      refuseOneTooMany();
      visitor.send(Frame.of(
          topic,
          new JsonObject()
              .put("event", "subscribed")
              .put("topic", topic)
              .put("recovered", false)
              .put("replayed", 0)));
      var everyMs = command.everyMs() == null ? PriceChannel.MIN_MS : command.everyMs();
      prices.put(topic, loop.join(PriceChannel.Key.of(topic, everyMs), visitor));
      return null;
    });
  }

  private void refuseOneTooMany() {
    if (log.size() + prices.size() >= MOST) {
      throw new Failure.TooManyRequests(
          "too-many-topics", "At most " + MOST + " topics a socket.", Duration.ofSeconds(1));
    }
  }
}

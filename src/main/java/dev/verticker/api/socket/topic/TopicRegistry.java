package dev.verticker.api.socket.topic;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.auth.Permission;
import dev.verticker.api.candles.CandleUpdates;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.log.LogReader;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Notifications;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** The topics with the channel and the access rule of each; one registry for each event loop. Topic names have no wildcards. */
public final class TopicRegistry {
  private record Registration(
      Pattern topic, BiConsumer<String, AuthenticatedUser> access, Channel channel) {}

  private final List<Registration> registrations;
  private final EventLogChannel eventLog;

  /** @param loop the context of the event loop it is used on */
  public TopicRegistry(
      Vertx vertx,
      Context loop,
      NodeContext node,
      LogReader log,
      QuoteService quotes,
      CandleUpdates updates) {
    eventLog = new EventLogChannel(loop, log, node.metrics());
    var prices = new PriceChannel(vertx, loop, quotes, node.clock(), node.metrics());
    var candles = new CandleChannel(vertx, loop, node, quotes, updates);
    var feed = new FeedChannel(loop, quotes.feed(), node.clock());
    registrations = List.of(
        register(Notifications.USERS, requires(Permission.USERS_READ), eventLog),
        register("user\\.[1-9][0-9]{0,18}", TopicRegistry::requireOwner, eventLog),
        register("prices(\\.[A-Z0-9]{2,40})?", (topic, user) -> {}, prices),
        register(CandleChannel.TOPICS, (topic, user) -> {}, candles),
        register(FeedChannel.TOPIC, (topic, user) -> {}, feed));
  }

  private static Registration register(
      String topic, BiConsumer<String, AuthenticatedUser> access, Channel channel) {
    return new Registration(Pattern.compile(topic), access, channel);
  }

  private static BiConsumer<String, AuthenticatedUser> requires(Permission permission) {
    return (topic, user) -> {
      if (!user.has(permission)) {
        throw new Failure.Forbidden(
            "not-allowed", "Permission " + permission.wireName() + " required.");
      }
    };
  }

  private static void requireOwner(String topic, AuthenticatedUser user) {
    var own = Notifications.ownTopic(user.userId());
    if (!topic.equals(own)) {
      throw new Failure.Forbidden(
          "not-allowed", "This topic is only for its user: subscribe to " + own + ".");
    }
  }

  /** Throws {@link Failure.NotFound} when there is no such topic, {@link Failure.Forbidden} when it is not for this user. */
  public void check(String topic, AuthenticatedUser user) {
    find(topic).access.accept(topic, user);
  }

  /** Completes when the topic can be subscribed to; fails when it does not exist. */
  public Future<?> prepare(String topic) {
    return find(topic).channel.prepare(topic);
  }

  /** @param after where a resumable topic begins; null = now */
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    return find(request.topic()).channel.subscribe(subscriber, request, after);
  }

  /** The topic of a client that names none. */
  public String defaultTopic(AuthenticatedUser user) {
    return user.has(Permission.USERS_READ)
        ? Notifications.USERS
        : Notifications.ownTopic(user.userId());
  }

  /** Returns the resume point after the newest event of a topic of the event log. */
  public Future<ResumePoint> newestEvent(String topic) {
    return eventLog.newestEvent(topic);
  }

  public void close() {
    registrations.forEach(registration -> registration.channel.close());
  }

  private Registration find(String topic) {
    return registrations.stream()
        .filter(registration -> registration.topic.matcher(topic).matches())
        .findFirst()
        .orElseThrow(() -> new Failure.NotFound(
            "topic-unknown",
            "Unknown topic: use users, user.<id>, prices, prices.<SYMBOL>, candles.<SYMBOL>.<interval>"
                + " or feed."));
  }
}

package dev.verticker.api.socket.topic;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.auth.Permission;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.log.LogReader;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Notifications;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The topics with the channel and the access rule of each; one registry for each event loop. Topic names have no wildcards. */
public final class TopicRegistry {
  private record Entry(Pattern topic, AccessRule access, Channel channel) {}

  private final List<Entry> entries = new ArrayList<>();
  private final EventLogChannel eventLog;

  /** @param loop the context of the event loop it is used on */
  public TopicRegistry(
      Vertx vertx, Context loop, NodeContext node, LogReader log, QuoteService quotes) {
    eventLog = new EventLogChannel(loop, log, node.metrics());
    var prices = new PriceChannel(vertx, loop, quotes, node.clock(), node.metrics());
    register(Notifications.USERS, AccessRule.permission(Permission.USERS_READ), eventLog);
    register("user\\.[1-9][0-9]{0,18}", AccessRule.OWNER, eventLog);
    register("prices(\\.[A-Z0-9]{2,40})?", AccessRule.SIGNED_IN, prices);
  }

  private void register(String topic, AccessRule access, Channel channel) {
    entries.add(new Entry(Pattern.compile(topic), access, channel));
  }

  /** Throws {@link Failure.NotFound} when there is no such topic, {@link Failure.Forbidden} when it is not for this user. */
  public void check(String topic, AuthenticatedUser user) {
    find(topic).access.check(topic, user);
  }

  /** Completes when the topic can be subscribed to; fails when it does not exist. */
  public Future<?> prepare(String topic) {
    return find(topic).channel.prepare(topic);
  }

  public Subscription subscribe(Subscriber subscriber, SubscriptionRequest request) {
    return find(request.topic()).channel.subscribe(subscriber, request);
  }

  /** The topic of a client that names none. */
  public String defaultTopic(AuthenticatedUser user) {
    return user.has(Permission.USERS_READ)
        ? Notifications.USERS
        : Notifications.ownTopic(user.userId());
  }

  /** The newest event of a topic of the log. */
  public Future<ResumePoint> newestEvent(String topic) {
    return eventLog.newestEvent(topic);
  }

  public void close() {
    entries.forEach(entry -> entry.channel.close());
  }

  private Entry find(String topic) {
    return entries.stream()
        .filter(entry -> entry.topic.matcher(topic).matches())
        .findFirst()
        .orElseThrow(() -> new Failure.NotFound("topic-unknown", "There is no such topic."));
  }
}

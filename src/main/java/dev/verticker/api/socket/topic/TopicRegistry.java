package dev.verticker.api.socket.topic;

import static dev.verticker.api.socket.protocol.Command.SYMBOL;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.auth.Permission;
import dev.verticker.api.market.LiveMarket;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.log.LogReader;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.api.socket.topic.ConflatedTopic.TopicResources;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Notifications;
import dev.verticker.message.trading.Orders;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.regex.Pattern;

/** The topics with the channel and the access rule of each; one registry for each event loop. Topic names have no wildcards. */
public final class TopicRegistry {
  private record Registration(
      Pattern topic, BiConsumer<String, AuthenticatedUser> access, Channel channel) {}

  /** The end of the name of a topic of one user. */
  private static final String ID = "\\.[1-9][0-9]{0,18}";

  private static final BiConsumer<String, AuthenticatedUser> ANY_USER = (topic, user) -> {};

  /** The topics that accept a list of symbols. */
  private static final Pattern LISTS =
      Pattern.compile("(prices|trades|book|candles)(\\.(" + CandleTopic.INTERVALS + "))?");

  private final List<Registration> registrations = new ArrayList<>();

  /** Null without topics of the event log. */
  private final EventLogChannel eventLog;

  /** @param loop the context of the event loop it is used on */
  public TopicRegistry(
      Vertx vertx,
      Context loop,
      NodeContext node,
      LogReader log,
      QuoteService quotes,
      LiveMarket market) {
    eventLog = new EventLogChannel(loop, log, node.metrics());
    register(Notifications.USERS, requires(Permission.USERS_READ), eventLog);
    register("user" + ID, ownedBy(Notifications::ownTopic), eventLog);
    var trading = requires(Permission.TRADING);
    register("orders" + ID, trading.andThen(ownedBy(Orders::topic)), eventLog);
    registerMarket(vertx, loop, node, quotes, market);
  }

  private TopicRegistry(
      Vertx vertx, Context loop, NodeContext node, QuoteService quotes, LiveMarket market) {
    eventLog = null;
    registerMarket(vertx, loop, node, quotes, market);
  }

  /**
   * The topics of market data, for sockets that have not signed in. They have channels of their own, so that these sockets can
   * neither use up the topics of others nor cause requests to the exchange.
   */
  public static TopicRegistry ofPublicTopics(
      Vertx vertx, Context loop, NodeContext node, QuoteService quotes, LiveMarket market) {
    return new TopicRegistry(vertx, loop, node, quotes.heldOnly(), market.heldOnly());
  }

  private void registerMarket(
      Vertx vertx, Context loop, NodeContext node, QuoteService quotes, LiveMarket market) {
    Function<String, TopicResources> resources = kind ->
        new TopicResources(vertx, node.metrics().counter("socket_" + kind + "_conflated_total"));
    var clock = node.clock();
    var reads = market.reads();
    var prices = new PriceChannel(resources.apply("prices"), loop, quotes, clock);
    var candles = new LiveChannel<>(
        vertx,
        loop,
        market.candles(),
        CandleTopic.kind(resources.apply("candles"), reads, loop, quotes));
    var trades = new LiveChannel<>(
        vertx,
        loop,
        market.trades(),
        TradeTopic.kind(resources.apply("trades"), clock, reads, loop, market.demand()));
    var books = new LiveChannel<>(
        vertx,
        loop,
        market.books(),
        BookTopic.kind(
            resources.apply("books"), quotes.feed(), clock, reads, loop, market.demand()));
    var feed = new FeedChannel(loop, quotes.feed(), clock);
    register("prices(\\." + SYMBOL + ")?", ANY_USER, prices);
    register("candles\\." + SYMBOL + "\\.(" + CandleTopic.INTERVALS + ")", ANY_USER, candles);
    register("trades\\." + SYMBOL, ANY_USER, trades);
    register("book\\." + SYMBOL, ANY_USER, books);
    register(FeedChannel.TOPIC, ANY_USER, feed);
  }

  private void register(
      String topic, BiConsumer<String, AuthenticatedUser> access, Channel channel) {
    registrations.add(new Registration(Pattern.compile(topic), access, channel));
  }

  private static BiConsumer<String, AuthenticatedUser> requires(Permission permission) {
    return (topic, user) -> {
      if (!user.has(permission)) {
        throw new Failure.Forbidden(
            "not-allowed", "Permission " + permission.wireName() + " required.");
      }
    };
  }

  private static BiConsumer<String, AuthenticatedUser> ownedBy(LongFunction<String> ownTopic) {
    return (topic, user) -> {
      var own = ownTopic.apply(user.userId());
      if (!topic.equals(own)) {
        throw new Failure.Forbidden(
            "not-allowed", "This topic is only for its user: subscribe to " + own + ".");
      }
    };
  }

  /**
   * Throws {@link Failure.NotFound} when there is no such topic, {@link Failure.Forbidden} when it is not for this user.
   *
   * @param user null = not signed in, only for public topics
   */
  public void check(String topic, AuthenticatedUser user) {
    find(topic).access.accept(topic, user);
  }

  /** Returns whether it has all topics of the subscription. */
  public boolean hasTopics(Command.Subscribe request) {
    try {
      topics(request).forEach(this::find);
      return true;
    } catch (Failure.NotFound unknown) {
      return false;
    }
  }

  /** Returns the topics of a subscription: one of each symbol, or only its own. */
  public List<String> topics(Command.Subscribe request) {
    if (request.everyMs() == 0 && !request.topic().startsWith("trades")) {
      throw new Failure.Invalid(
          "invalid-request",
          "Only trades are sent as they arrive: every_ms must be at least "
              + Command.Subscribe.MIN_EVERY_MS + ".");
    }
    if (request.symbols().isEmpty()) {
      return List.of(request.topic());
    }
    var list = LISTS.matcher(request.topic());
    if (!list.matches() || list.group(1).equals("candles") != (list.group(2) != null)) {
      throw new Failure.NotFound(
          "topic-unknown",
          "The topic accepts no list of symbols: use prices, trades, book or candles.<interval>.");
    }
    var suffix = list.group(2) == null ? "" : list.group(2);
    return request.symbols().stream()
        .map(symbol -> list.group(1) + "." + symbol + suffix)
        .toList();
  }

  /** Completes when all topics of one kind can be subscribed to; fails when one of them does not exist. */
  public Future<?> prepare(List<String> topics) {
    return find(topics.get(0)).channel.prepare(topics);
  }

  /** @param after where a resumable topic begins; null = now */
  public Subscription subscribe(
      Subscriber subscriber, Command.Subscribe request, ResumePoint after) {
    var channel = find(request.topic()).channel;
    if (!channel.confirms()) {
      subscriber.send(Frame.of(request.topic(), subscribed(request.topic())));
    }
    return channel.subscribe(subscriber, request, after);
  }

  /** Subscribes to the topic of one symbol of a list, without a confirmation. */
  public Subscription subscribe(Subscriber subscriber, String topic, int everyMs) {
    var request = new Command.Subscribe(topic, null, null, everyMs);
    return find(topic).channel.subscribe(subscriber, request, null);
  }

  /** Returns the confirmation of a subscription without history. */
  public static JsonObject subscribed(String topic) {
    return new JsonObject()
        .put("event", "subscribed")
        .put("topic", topic)
        .put("recovered", false)
        .put("replayed", 0);
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
            "Unknown topic: use users, user.<id>, orders.<id>, prices, prices.<SYMBOL>, trades.<SYMBOL>, book.<SYMBOL>,"
                + " candles.<SYMBOL>.<interval> or feed."));
  }
}

package dev.verticker.api.socket;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.api.socket.protocol.WireProtocol;
import dev.verticker.api.socket.topic.Subscriber;
import dev.verticker.api.socket.topic.Subscription;
import dev.verticker.api.socket.topic.TopicRegistry;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications.Audience;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** The topics that one socket subscribes to, by the name in the command of the client. A list of symbols is one subscription. */
final class SocketTopics {
  private static final int MAX_TOPICS = 100;

  private record Entry(TopicRegistry registry, List<String> topics, Subscription subscription) {}

  private final TopicRegistry registry;

  /** Null if no topic is public. */
  private final TopicRegistry publicTopics;

  private final Subscriber subscriber;
  private final WireProtocol protocol;
  private final Map<String, Entry> entries = new HashMap<>();
  private boolean closed;

  SocketTopics(LoopTopics loopTopics, Subscriber subscriber, WireProtocol protocol) {
    this.registry = loopTopics.all();
    this.publicTopics = loopTopics.publicTopics();
    this.subscriber = subscriber;
    this.protocol = protocol;
  }

  /** Returns whether a socket that has not signed in may try to subscribe. */
  boolean isPublic(Command.Subscribe request) {
    return publicTopics != null && publicTopics.hasTopics(request);
  }

  /**
   * Fails, and changes nothing, if the user may not subscribe to one of the topics or one does not exist.
   *
   * @param user null = not signed in, only for public topics
   */
  Future<Void> subscribe(Command.Subscribe request, AuthenticatedUser user) {
    var source = user == null ? publicTopics : registry;
    var topics = source.topics(request);
    topics.forEach(topic -> source.check(topic, user));
    checkCount(request.topic(), topics.size());
    var current = entries.get(request.topic());
    return current != null && current.registry == source && current.subscription.tryConfirm(request)
        ? Future.succeededFuture()
        : source.prepare(topics).map(prepared -> {
          open(source, request, topics, request.since());
          return null;
        });
  }

  /** Subscribes to a topic that the server chose. */
  void subscribe(Command.Subscribe request, AuthenticatedUser user, ResumePoint after) {
    registry.check(request.topic(), user);
    open(registry, request, List.of(request.topic()), after);
  }

  private void open(
      TopicRegistry source, Command.Subscribe request, List<String> topics, ResumePoint after) {
    if (closed) {
      return;
    }
    var name = request.topic();
    var subscription = request.symbols().isEmpty()
        ? replace(source, request, after)
        : subscribeList(source, request, topics);
    if (closed) {
      // A topic sent more than the write queue of the client can hold.
      subscription.cancel();
      entries.remove(name);
    } else {
      entries.put(name, new Entry(source, topics, subscription));
    }
  }

  private Subscription replace(TopicRegistry source, Command.Subscribe request, ResumePoint after) {
    var unanswered = drop(request.topic());
    var subscription = source.subscribe(subscriber, request, after);
    subscription.addUnanswered(unanswered);
    return subscription;
  }

  private Subscription subscribeList(
      TopicRegistry source, Command.Subscribe request, List<String> topics) {
    var current = entries.get(request.topic());
    var list = current != null
            && current.registry == source
            && current.subscription instanceof ListSubscription known
        ? known
        : new ListSubscription(source, request.topic());
    if (current != null && list != current.subscription) {
      drop(request.topic());
    }
    var confirmation =
        TopicRegistry.subscribed(request.topic()).put("symbols", new JsonArray(request.symbols()));
    subscriber.send(Frame.of(request.topic(), confirmation));
    list.change(topics, request.everyMs());
    return list;
  }

  private void checkCount(String name, int added) {
    var others = entries.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(name))
        .mapToInt(entry -> entry.getValue().topics.size())
        .sum();
    if (others + added > MAX_TOPICS) {
      throw new Failure.TooManyRequests(
          "too-many-topics",
          "Too many topics: at most " + MAX_TOPICS + " per socket, each symbol of a list counts.",
          Duration.ofSeconds(1));
    }
  }

  /** Returns the number of subscribe commands that were not answered. */
  int drop(String name) {
    var entry = entries.remove(name);
    return entry == null ? 0 : entry.subscription.cancel();
  }

  /** Ends all subscriptions; later ones are ignored. */
  void close() {
    closed = true;
    Set.copyOf(entries.keySet()).forEach(this::drop);
  }

  void onWritable() {
    List.copyOf(entries.values()).forEach(entry -> entry.subscription.onWritable());
  }

  /** @param onForbidden called with each subscription that the user may no longer have */
  void check(AuthenticatedUser user, BiConsumer<String, Failure> onForbidden) {
    Map.copyOf(entries).forEach((name, entry) -> {
      try {
        entry.topics.forEach(topic -> entry.registry.check(topic, user));
      } catch (Failure failure) {
        onForbidden.accept(name, failure);
      }
    });
  }

  /** One subscription to the topics of several symbols. */
  private final class ListSubscription implements Subscription {
    private final TopicRegistry source;
    private final Subscriber receiver;
    private final Map<String, Subscription> members = new LinkedHashMap<>();
    private int everyMs;

    ListSubscription(TopicRegistry source, String name) {
      this.source = source;
      // Clients of the event bus bridge receive only messages at the address that they registered.
      receiver = protocol == WireProtocol.BRIDGE ? new Relay(subscriber, name) : subscriber;
    }

    /** Symbols that remain in the list continue, unless the interval changes. */
    void change(List<String> topics, int interval) {
      if (interval != everyMs) {
        cancel();
      }
      everyMs = interval;
      var remaining = Set.copyOf(topics);
      for (var member : List.copyOf(members.keySet())) {
        if (!remaining.contains(member)) {
          members.remove(member).cancel();
        }
      }
      for (var topic : topics) {
        if (!closed && !members.containsKey(topic)) {
          members.put(topic, source.subscribe(receiver, topic, everyMs));
        }
      }
    }

    @Override
    public void onWritable() {
      List.copyOf(members.values()).forEach(Subscription::onWritable);
    }

    @Override
    public int cancel() {
      members.values().forEach(Subscription::cancel);
      members.clear();
      return 0;
    }
  }

  /** Sends the frames of all symbols to the address of the list. */
  private record Relay(Subscriber subscriber, String address) implements Subscriber {
    @Override
    public boolean canReceive(Audience audience) {
      return subscriber.canReceive(audience);
    }

    @Override
    public void send(Frame frame) {
      subscriber.send(frame.at(address));
    }

    @Override
    public void sendNow(Frame frame) {
      subscriber.sendNow(frame.at(address));
    }

    @Override
    public boolean isWritable() {
      return subscriber.isWritable();
    }

    @Override
    public boolean hold(int bytes) {
      return subscriber.hold(bytes);
    }

    @Override
    public void release(int bytes) {
      subscriber.release(bytes);
    }

    @Override
    public void unsubscribe(String topic, Throwable reason) {
      subscriber.unsubscribe(address, reason);
    }
  }
}

package dev.verticker.api.market;

import dev.verticker.bus.Topic;
import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;

/**
 * Receives the updates of one kind of live market data once for all event loops of a node, from the leader with the highest
 * epoch. Listeners are called on the context of {@link #start} and must be thread-safe.
 */
public final class LeaderUpdates<M> {
  private final NodeContext node;
  private final Topic<M> topic;
  private final ToLongFunction<M> epochOf;
  private final List<Listener<M>> listeners = new CopyOnWriteArrayList<>();
  private long epoch;

  /** Receives updates. */
  public interface Listener<M> {
    void onUpdate(M update);

    /** Updates may have been missed, or another node leads. */
    void onReset();
  }

  /** @param epochOf returns the epoch of the leader that published the message */
  public LeaderUpdates(NodeContext node, Topic<M> topic, ToLongFunction<M> epochOf) {
    this.node = node;
    this.topic = topic;
    this.epochOf = epochOf;
  }

  /** Completes when this node is subscribed. */
  public Future<Void> start() {
    node.connectivity().onReconnect(() -> listeners.forEach(Listener::onReset));
    return node.bus().subscribe(topic, this::onUpdate).mapEmpty();
  }

  public void addListener(Listener<M> listener) {
    listeners.add(listener);
  }

  public void removeListener(Listener<M> listener) {
    listeners.remove(listener);
  }

  private void onUpdate(M update) {
    var published = epochOf.applyAsLong(update);
    if (published < epoch) {
      return;
    }
    if (published > epoch) {
      epoch = published;
      listeners.forEach(Listener::onReset);
    }
    listeners.forEach(listener -> listener.onUpdate(update));
  }
}

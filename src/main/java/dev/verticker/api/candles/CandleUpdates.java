package dev.verticker.api.candles;

import dev.verticker.context.NodeContext;
import dev.verticker.message.Candles;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Receives the live candles once for all event loops of a node, from the leader with the highest epoch. Listeners are called
 * on the context of {@link #start} and must be thread-safe.
 */
public final class CandleUpdates {
  private final NodeContext node;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private long epoch;

  /** Receives updates. */
  public interface Listener {
    void onUpdate(Candles.Update update);

    /** Updates may have been missed, or another node leads. */
    void onReset();
  }

  public CandleUpdates(NodeContext node) {
    this.node = node;
  }

  /** Completes when this node is subscribed. */
  public Future<Void> start() {
    node.connectivity().onReconnect(() -> listeners.forEach(Listener::onReset));
    return node.bus().subscribe(Candles.UPDATES, this::onUpdate).mapEmpty();
  }

  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  public void removeListener(Listener listener) {
    listeners.remove(listener);
  }

  private void onUpdate(Candles.Update update) {
    if (update.epoch() < epoch) {
      return;
    }
    if (update.epoch() > epoch) {
      epoch = update.epoch();
      listeners.forEach(Listener::onReset);
    }
    listeners.forEach(listener -> listener.onUpdate(update));
  }
}

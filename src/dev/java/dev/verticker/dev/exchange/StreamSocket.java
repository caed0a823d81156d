package dev.verticker.dev.exchange;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One connection to the market streams. Its streams and messages are limited as at the exchange. Runs on one event loop. */
final class StreamSocket implements StreamCommands.Target {
  /** Receives changes of the subscriptions and the end of a connection. */
  interface Listener {
    /** @param names that were not subscribed before */
    void onSubscribed(StreamSocket connection, Collection<String> names);

    void onUnsubscribed(StreamSocket connection, Collection<String> names);

    void onClosed(StreamSocket connection);
  }

  private final ClientSocket socket;
  private final StreamLimits limits;
  private final Listener listener;
  private final Set<String> streams = new LinkedHashSet<>();
  private boolean combined;

  StreamSocket(ClientSocket socket, StreamLimits limits, boolean combined, Listener listener) {
    this.socket = socket;
    this.limits = limits;
    this.combined = combined;
    this.listener = listener;
  }

  /** @param lifetime real milliseconds */
  void open(long lifetime) {
    socket.open(
        lifetime,
        true,
        text -> socket.write(StreamCommands.execute(text, this).encode()),
        () -> listener.onClosed(this));
  }

  /** Sends an event of a stream; a client that does not read is disconnected. */
  void send(String stream, String event) {
    socket.write(combined ? "{\"stream\":\"" + stream + "\",\"data\":" + event + "}" : event);
  }

  void makeHalfOpen() {
    socket.makeHalfOpen();
  }

  /** Announces the end of the connection. */
  void announceShutdown(long now) {
    send("!serverShutdown", "{\"e\":\"serverShutdown\",\"E\":" + now + "}");
  }

  void shutDown() {
    socket.shutDown();
  }

  void drop() {
    socket.drop();
  }

  @Override
  public List<String> subscriptions() {
    return List.copyOf(streams);
  }

  @Override
  public boolean subscribe(List<String> names) {
    var added = new LinkedHashSet<>(names);
    added.removeAll(streams);
    if (streams.size() + added.size() > limits.streams()) {
      return false;
    }
    streams.addAll(added);
    listener.onSubscribed(this, added);
    return true;
  }

  @Override
  public void unsubscribe(List<String> names) {
    names.forEach(streams::remove);
    listener.onUnsubscribed(this, names);
  }

  @Override
  public boolean isCombined() {
    return combined;
  }

  @Override
  public void setCombined(boolean value) {
    combined = value;
  }
}

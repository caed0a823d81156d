package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.message.Notifications.Audience;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records the frames that it receives. */
final class RecordingSubscriber implements Subscriber {
  final List<Frame> frames = new CopyOnWriteArrayList<>();
  volatile boolean writable = true;
  Subscription subscription;

  /** Returns the member {@code text} of each frame. */
  List<String> texts() {
    return frames.stream()
        .map(frame -> new JsonObject(frame.json()).getString("text"))
        .toList();
  }

  @Override
  public boolean canReceive(Audience audience) {
    return true;
  }

  @Override
  public void send(Frame frame) {
    frames.add(frame);
  }

  @Override
  public void sendNow(Frame frame) {
    frames.add(frame);
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public boolean hold(int bytes) {
    return true;
  }

  @Override
  public void release(int bytes) {}

  @Override
  public void unsubscribe(String topic, Throwable reason) {
    throw new AssertionError(topic, reason);
  }
}

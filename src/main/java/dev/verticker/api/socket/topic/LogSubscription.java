package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.log.EncodedEvent;
import dev.verticker.api.socket.log.ReplayResult;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.message.Notifications;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A subscription to a topic of the event log. It sends each event once and in sequence: first the missed ones, as fast as the
 * subscriber accepts them, then the live ones.
 */
final class LogSubscription implements Subscription {
  /** A subscriber without room holds at most this much of a replay and requests the rest again. */
  private static final int MAX_HELD_BYTES = 256 * 1024;

  private final EventLogChannel channel;
  private final Subscriber subscriber;
  private final Command.Subscribe request;
  private final ResumePoint after;
  private final Deque<EncodedEvent> missed = new ArrayDeque<>(0);

  /** Bytes of the missed events that count in the limit of the node. */
  private int held;

  /** Subscribe commands that have not been answered. */
  private int unanswered = 1;

  /** Epoch of the last event, sent or withheld because of its audience; null before the first replay. */
  private String epoch;

  private long seq;
  private boolean replaying;
  private boolean live;
  private boolean sending;
  private boolean cancelled;

  /** Whether more events were missed than the subscription holds. */
  private boolean more;

  /** The newest read position, which waits until the missed events are sent; null = none. */
  private Frame readPosition;

  /** @param after the event after which it begins; null = now */
  LogSubscription(
      EventLogChannel channel,
      Subscriber subscriber,
      Command.Subscribe request,
      ResumePoint after) {
    this.channel = channel;
    this.subscriber = subscriber;
    this.request = request;
    this.after = after;
  }

  void start() {
    replayAfter(after);
  }

  @Override
  public boolean tryConfirm(Command.Subscribe another) {
    if (another.since() != null) {
      return false;
    }
    if (epoch == null) {
      unanswered++;
    } else {
      subscriber.send(subscribed(false, 0));
    }
    return true;
  }

  @Override
  public int cancel() {
    cancelled = true;
    channel.remove(request.topic(), this);
    missed.clear();
    hold(0);
    return unanswered;
  }

  @Override
  public void addUnanswered(int commands) {
    unanswered += commands;
  }

  /** Sends the missed events while the subscriber is writable. */
  @Override
  public void onWritable() {
    if (live || replaying || sending) {
      return;
    }
    sending = true;
    while (!cancelled && !missed.isEmpty() && subscriber.isWritable()) {
      var event = missed.poll();
      if (event.seq() == seq + 1) {
        send(event, false);
      }
    }
    sending = false;
    if (cancelled) {
      return;
    }
    holdMissed();
    if (!missed.isEmpty()) {
      return;
    }
    if (!more) {
      live = true;
      sendReadPosition();
    } else if (subscriber.isWritable()) {
      resume();
    }
  }

  /** Holds as many of the missed events as the limits allow; the others are requested again. */
  private void holdMissed() {
    var bytes = missed.stream().mapToInt(EncodedEvent::size).sum();
    while (bytes > MAX_HELD_BYTES || !hold(bytes)) {
      bytes -= missed.removeLast().size();
      more = true;
    }
  }

  /** Changes the number of held bytes. Returns false if the limit of the node does not allow it. */
  private boolean hold(int bytes) {
    if (bytes > held && !subscriber.hold(bytes - held)) {
      return false;
    }
    if (bytes < held) {
      subscriber.release(held - bytes);
    }
    held = bytes;
    return true;
  }

  /** Sends the position after the events that it covers. */
  void onRead(String ofEpoch, Frame position) {
    if (cancelled || epoch != null && !ofEpoch.equals(epoch)) {
      return;
    }
    readPosition = position;
    if (live) {
      sendReadPosition();
    }
  }

  private void sendReadPosition() {
    var position = readPosition;
    readPosition = null;
    if (position != null) {
      subscriber.send(position);
    }
  }

  /** @param flush whether to send the frame immediately; false if the current task delivers many events */
  void onEvent(EncodedEvent event, boolean flush) {
    if (cancelled) {
      return;
    }
    if (!live) {
      // A replay that is under way will include it.
      more |= !replaying;
    } else if (!event.epoch().equals(epoch)) {
      resume();
    } else if (event.seq() == seq + 1) {
      send(event, flush);
    } else if (event.seq() > seq) {
      channel.countGap();
      resume();
    }
  }

  /** Resumes after the last event, because events may have been missed. */
  void onReset() {
    if (live) {
      resume();
    } else {
      more |= !replaying;
    }
  }

  private void resume() {
    replayAfter(new ResumePoint(epoch, seq));
  }

  private void replayAfter(ResumePoint point) {
    live = false;
    replaying = true;
    channel.replay(request.topic(), point).onComplete(result -> {
      replaying = false;
      if (cancelled) {
        return;
      }
      if (result.succeeded()) {
        onReplay(result.result());
      } else {
        subscriber.unsubscribe(request.topic(), result.cause());
      }
    });
  }

  private void onReplay(ReplayResult page) {
    var first = epoch == null;
    if (first || !page.recovered()) {
      epoch = page.epoch();
      seq = first && page.recovered() ? after.seq() : page.newest();
      var recovered = first && request.since() != null && page.recovered();
      // Without a command after events were lost.
      var answers = Math.max(1, unanswered);
      unanswered = 0;
      for (var i = 0; i < answers && !cancelled; i++) {
        subscriber.send(subscribed(recovered, page.newest() - seq));
      }
    }
    missed.addAll(page.events());
    more = !page.complete();
    onWritable();
  }

  private void send(EncodedEvent event, boolean flush) {
    seq = event.seq();
    if (!subscriber.canReceive(event.audience())) {
      return;
    }
    if (flush) {
      subscriber.sendNow(event.frame());
    } else {
      subscriber.send(event.frame());
    }
  }

  private Frame subscribed(boolean recovered, long replayed) {
    return Frame.of(
        request.topic(),
        new JsonObject()
            .put("event", "subscribed")
            .put("topic", request.topic())
            .put("epoch", epoch)
            .put("seq", seq)
            .put("cursor", Notifications.cursor(epoch, seq))
            .put("recovered", recovered)
            .put("replayed", replayed));
  }
}

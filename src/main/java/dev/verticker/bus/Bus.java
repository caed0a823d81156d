package dev.verticker.bus;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Typed messages on the Vert.x event bus. Inside a node, consumers receive the same instance; across nodes, JSON. Delivery is
 * best effort: events that must not be lost go through an outbox.
 *
 * <p>Consumers run on the context they were registered from. Deadlines are checked against the given clock, which is the
 * cluster clock.
 */
public final class Bus {
  private static final Logger log = LoggerFactory.getLogger(Bus.class);
  private static final String EXPIRES = "expires";
  private static final String SENT = "sent";
  private static final String REQUEST_ID = "request-id";
  private static final String NOT_ON = "not-on";
  private static final String QUOTA = "quota";

  /** The failure code of a consumer on a node that the request excludes. */
  private static final int EXCLUDED = 1;

  /**
   * The cluster selects consumers in turn, for all requests of a node together, so it can select the excluded node several
   * times in a row.
   */
  private static final int MAX_SELECTIONS = 8;

  private static final Duration MIN_TIME_ELSEWHERE = Duration.ofMillis(100);

  /** Max age of an event; older ones are dropped, so that a suspended node does not process them late. */
  static final Duration MAX_EVENT_AGE = Duration.ofSeconds(10);

  private final String id = UUID.randomUUID().toString();
  private final boolean clustered;
  private final EventBus eventBus;
  private final Clock clock;
  private final MeterRegistry metrics;

  /** Creates the bus. One per Vert.x instance, because it registers a codec. */
  public Bus(Vertx vertx, Clock clock, MeterRegistry metrics) {
    this.clustered = vertx.isClustered();
    this.eventBus = vertx.eventBus().registerCodec(new EnvelopeCodec());
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * Sends a request to one consumer, on this node if it has one, otherwise in the cluster. If the consumer on this node
   * fails with {@link Failure.Unavailable}, one other node with a consumer processes the request in two cases: the first
   * consumer has not started to process it, or the address is repeatable. Otherwise a request is never repeated.
   *
   * <p>Fails with the consumer's {@link Failure}. Fails with {@link Failure.Unavailable} if there is no consumer, or no reply
   * before the deadline of the address; the request may have been processed then.
   */
  public <Q, A> Future<A> request(Address<Q, A> address, Q request) {
    var expires = clock.millis() + address.deadline().toMillis();
    return send(address, request, expires, options().setLocalOnly(true)).transform(reply -> {
      if (isNoHandlers(reply.cause())) {
        return send(address, request, expires, options())
            .transform(remote -> decode(address, remote));
      }
      return decode(address, reply)
          .recover(failure -> canRunElsewhere(address, failure, expires)
              ? requestElsewhere(address, request, expires, failure, MAX_SELECTIONS)
              : Future.failedFuture(failure));
    });
  }

  private boolean canRunElsewhere(Address<?, ?> address, Throwable failure, long expires) {
    return clustered
        && failure instanceof Failure.Unavailable unavailable
        && (address.repeatable() || !unavailable.isStarted())
        && expires - clock.millis() >= MIN_TIME_ELSEWHERE.toMillis();
  }

  /** @param local the failure of this node, the result if no other node has a consumer */
  private <Q, A> Future<A> requestElsewhere(
      Address<Q, A> address, Q request, long expires, Throwable local, int selections) {
    return send(address, request, expires, options().addHeader(NOT_ON, id)).transform(reply -> {
      if (isNoHandlers(reply.cause())) {
        return Future.failedFuture(local);
      }
      if (!isExcluded(reply.cause())) {
        return decode(address, reply);
      }
      return selections > 1
          ? requestElsewhere(address, request, expires, local, selections - 1)
          : Future.failedFuture(local);
    });
  }

  private <A> Future<A> decode(Address<?, A> address, AsyncResult<Message<Envelope>> reply) {
    return reply.succeeded()
        ? decodeReply(address, reply.result())
        : toFailure(address, reply.cause());
  }

  /** Registers the handler of an address; the future completes when the whole cluster has registered it. */
  public <Q, A> Future<MessageConsumer<?>> serve(
      Address<Q, A> address, Function<Q, Future<A>> handler) {
    var consumer = eventBus.<Envelope>consumer(address.name());
    consumer.handler(message -> {
      if (id.equals(message.headers().get(NOT_ON))) {
        message.fail(EXCLUDED, "not on this node");
        return;
      }
      if (expired(message)) {
        drop(address.name(), "expired");
        return;
      }
      reply(message, call(address, message, handler));
    });
    return registered(consumer);
  }

  /** Sends the event to one consumer in the cluster, best effort, without a reply. */
  public <Q> void send(Address<Q, Void> address, Q event) {
    eventBus.send(address.name(), Envelope.of(event), options().addHeader(SENT, now()));
  }

  /**
   * Publishes the event to every consumer on every node, best effort. Never use it for a side effect that must happen once.
   */
  public <E> void publish(Topic<E> topic, E event) {
    eventBus.publish(topic.name(), Envelope.of(event), options().addHeader(SENT, now()));
  }

  /** Registers a consumer of all events of the topic that are at most ten seconds old. */
  public <E> Future<MessageConsumer<?>> subscribe(Topic<E> topic, Consumer<E> handler) {
    var consumer = eventBus.<Envelope>consumer(topic.name());
    consumer.handler(message -> {
      if (tooOld(message)) {
        drop(topic.name(), "too-old");
        return;
      }
      try {
        var event = message.body().as(topic.event());
        RequestId.with(message.headers().get(REQUEST_ID), () -> {
          handler.accept(event);
          return null;
        });
      } catch (Exception e) {
        drop(topic.name(), "failed");
        log.error("consumer of {} failed", topic.name(), e);
      }
    });
    return registered(consumer);
  }

  private <Q> Future<Message<Envelope>> send(
      Address<Q, ?> address, Q request, long expires, DeliveryOptions options) {
    options
        .addHeader(EXPIRES, Long.toString(expires))
        .setSendTimeout(Math.max(1, expires - clock.millis()));
    try {
      return eventBus.request(address.name(), Envelope.of(request), options);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private <Q, A> Future<A> call(
      Address<Q, A> address, Message<Envelope> message, Function<Q, Future<A>> handler) {
    Q request;
    try {
      request = message.body().as(address.request());
    } catch (Exception e) {
      drop(address.name(), "undecodable");
      log.error("cannot decode a request to {}", address.name(), e);
      return Future.failedFuture(new Failure.Internal());
    }
    try {
      return Objects.requireNonNull(
          RequestId.with(message.headers().get(REQUEST_ID), () -> handler.apply(request)),
          "the handler must return a future");
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private <A> void reply(Message<Envelope> message, Future<A> result) {
    var context = Vertx.currentContext();
    result.onComplete(outcome -> {
      Envelope envelope;
      if (outcome.succeeded()) {
        envelope = Envelope.of(outcome.result());
      } else if (outcome.cause() instanceof Failure failure) {
        envelope = Envelope.of(failure);
      } else {
        log.error("request to {} failed", message.address(), outcome.cause());
        envelope = Envelope.of(new Failure.Internal());
      }
      if (message.replyAddress() != null) {
        var options = new DeliveryOptions().setCodecName(EnvelopeCodec.NAME);
        QuotaUsage.of(context).ifPresent(usage -> options.addHeader(QUOTA, Json.write(usage)));
        message.reply(envelope, options);
      }
    });
  }

  private <A> Future<A> decodeReply(Address<?, A> address, Message<Envelope> message) {
    try {
      QuotaUsage.receive(message.headers().get(QUOTA));
      var body = message.body();
      return body.failed()
          ? Future.failedFuture(body.failure())
          : Future.succeededFuture(body.as(address.reply()));
    } catch (Exception e) {
      drop(address.name(), "undecodable");
      log.error("cannot decode a reply from {}", address.name(), e);
      return Future.failedFuture(new Failure.Internal());
    }
  }

  private <A> Future<A> toFailure(Address<?, A> address, Throwable cause) {
    if (cause instanceof ReplyException) {
      log.debug("no reply from {}: {}", address.name(), cause.getMessage());
      return Future.failedFuture(new Failure.Unavailable(
          "unavailable", "A part of the system is unavailable: try again in a moment."));
    }
    log.error("cannot send a request to {}", address.name(), cause);
    return Future.failedFuture(new Failure.Internal());
  }

  private static boolean isNoHandlers(Throwable failure) {
    return failure instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.NO_HANDLERS;
  }

  private static boolean isExcluded(Throwable failure) {
    return failure instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
        && reply.failureCode() == EXCLUDED;
  }

  private boolean expired(Message<?> message) {
    var expires = time(message, EXPIRES);
    return expires.isPresent() ? clock.millis() > expires.getAsLong() : tooOld(message);
  }

  private boolean tooOld(Message<?> message) {
    var sent = time(message, SENT);
    return sent.isPresent() && clock.millis() - sent.getAsLong() > MAX_EVENT_AGE.toMillis();
  }

  private static OptionalLong time(Message<?> message, String header) {
    try {
      return OptionalLong.of(Long.parseLong(message.headers().get(header)));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private DeliveryOptions options() {
    var options = new DeliveryOptions().setCodecName(EnvelopeCodec.NAME);
    RequestId.current().ifPresent(id -> options.addHeader(REQUEST_ID, id));
    return options;
  }

  private String now() {
    return Long.toString(clock.millis());
  }

  private void drop(String address, String reason) {
    metrics.counter("bus_dropped_total", "address", address, "reason", reason).increment();
  }

  private static Future<MessageConsumer<?>> registered(MessageConsumer<?> consumer) {
    return consumer.completion().map(consumer);
  }
}

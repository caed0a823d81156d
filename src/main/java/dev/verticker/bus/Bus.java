package dev.verticker.bus;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Typed messages on the Vert.x event bus. Within a node the consumer receives the same instance; between nodes messages are
 * JSON. Delivery is best effort: what must not be lost goes through an outbox.
 *
 * <p>Consumers run on the context that registered them. The clock is the one of the cluster.
 */
public final class Bus {
  private static final Logger log = LoggerFactory.getLogger(Bus.class);
  private static final String EXPIRES = "expires";
  private static final String SENT = "sent";
  private static final String REQUEST_ID = "request-id";

  /** Older events are dropped: a node that was suspended must not act on outdated events. */
  static final Duration MAX_EVENT_AGE = Duration.ofSeconds(10);

  private final EventBus eventBus;
  private final Clock clock;
  private final MeterRegistry metrics;

  /** One per Vert.x instance, because it registers the message codec. */
  public Bus(Vertx vertx, Clock clock, MeterRegistry metrics) {
    this.eventBus = vertx.eventBus().registerCodec(new EnvelopeCodec());
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * Sends a request to one consumer: on this node if it has one, otherwise on any node. At most one consumer receives it,
   * and it is never repeated. Fails with the {@link Failure} of the consumer, or with {@link Failure.Unavailable} if there is
   * no consumer or no reply within the deadline of the address; the request may have been executed then.
   */
  public <Q, A> Future<A> request(Address<Q, A> address, Q request) {
    return ask(address, request, true)
        .recover(failure ->
            isNoHandlers(failure) ? ask(address, request, false) : Future.failedFuture(failure))
        .transform(answer ->
            answer.succeeded() ? open(address, answer.result()) : refuse(address, answer.cause()));
  }

  /** Registers a consumer of requests; the future completes when all nodes know it. */
  public <Q, A> Future<ConsumerRegistration> serve(
      Address<Q, A> address, Function<Q, Future<A>> handler) {
    var consumer = eventBus.<Envelope>consumer(address.name());
    consumer.handler(message -> {
      if (expired(message)) {
        drop(address.name(), "expired");
        return;
      }
      answer(message, call(address, message, handler));
    });
    return registered(consumer);
  }

  /** Sends an event to exactly one consumer in the cluster, best effort and without a reply. */
  public <Q> void send(Address<Q, Void> address, Q event) {
    eventBus.send(address.name(), Envelope.of(event), options().addHeader(SENT, now()));
  }

  /** Publishes an event to all consumers on all nodes, best effort. A consumer must not have a side effect that may happen only once. */
  public <E> void publish(Topic<E> topic, E event) {
    eventBus.publish(topic.name(), Envelope.of(event), options().addHeader(SENT, now()));
  }

  /** Registers a consumer of the events of a topic, except events that arrive more than ten seconds late. */
  public <E> Future<ConsumerRegistration> subscribe(Topic<E> topic, Consumer<E> handler) {
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
        log.error("consumer of topic {} failed", topic.name(), e);
      }
    });
    return registered(consumer);
  }

  private <Q> Future<Message<Envelope>> ask(Address<Q, ?> address, Q request, boolean localOnly) {
    var expires = clock.millis() + address.deadline().toMillis();
    var options = options()
        .addHeader(EXPIRES, Long.toString(expires))
        .setSendTimeout(address.deadline().toMillis())
        .setLocalOnly(localOnly);
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
      log.error("undecodable request to {}", address.name(), e);
      return Future.failedFuture(new Failure.Internal());
    }
    try {
      return Objects.requireNonNull(
          RequestId.with(message.headers().get(REQUEST_ID), () -> handler.apply(request)),
          "handler returned null instead of a future");
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private <A> void answer(Message<Envelope> message, Future<A> answer) {
    answer.onComplete(result -> {
      if (result.succeeded()) {
        reply(message, Envelope.of(result.result()));
      } else if (result.cause() instanceof Failure failure) {
        reply(message, Envelope.of(failure));
      } else {
        log.error("request to {} failed", message.address(), result.cause());
        reply(message, Envelope.of(new Failure.Internal()));
      }
    });
  }

  private void reply(Message<Envelope> message, Envelope envelope) {
    if (message.replyAddress() == null) {
      return;
    }
    message.reply(envelope, new DeliveryOptions().setCodecName(EnvelopeCodec.NAME));
  }

  private <A> Future<A> open(Address<?, A> address, Message<Envelope> message) {
    try {
      var body = message.body();
      return body.failed()
          ? Future.failedFuture(body.failure())
          : Future.succeededFuture(body.as(address.answer()));
    } catch (Exception e) {
      drop(address.name(), "undecodable");
      log.error("undecodable reply from {}", address.name(), e);
      return Future.failedFuture(new Failure.Internal());
    }
  }

  private <A> Future<A> refuse(Address<?, A> address, Throwable cause) {
    if (cause instanceof ReplyException) {
      log.debug("no reply from {}: {}", address.name(), cause.getMessage());
      return Future.failedFuture(new Failure.Unavailable(
          "unavailable",
          "A service did not respond in time: retry after the time in Retry-After."));
    }
    log.error("request to {} could not be sent", address.name(), cause);
    return Future.failedFuture(new Failure.Internal());
  }

  private static boolean isNoHandlers(Throwable failure) {
    return failure instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.NO_HANDLERS;
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

  private static Future<ConsumerRegistration> registered(MessageConsumer<?> consumer) {
    var done = Promise.<ConsumerRegistration>promise();
    consumer.completion().<ConsumerRegistration>map(consumer::unregister).onComplete(done);
    return done.future();
  }
}

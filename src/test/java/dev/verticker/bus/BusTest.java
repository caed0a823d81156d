package dev.verticker.bus;

import static dev.verticker.bus.Samples.APPENDED;
import static dev.verticker.bus.Samples.ECHO;
import static dev.verticker.bus.Samples.QUESTION;
import static dev.verticker.bus.Samples.describe;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.bus.Samples.Question;
import dev.verticker.bus.Samples.Reply;
import dev.verticker.bus.Samples.SetClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BusTest {
  private final Vertx vertx = Vertx.vertx();
  private final SetClock clock = new SetClock();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Bus bus = new Bus(vertx, clock, metrics);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_local_request_and_its_reply_are_passed_as_the_same_instances() {
    var seen = Promise.<Question>promise();
    bus.serve(ECHO, question -> {
          seen.complete(question);
          return Future.succeededFuture(question);
        })
        .await();
    assertSame(Question.ANY, bus.request(ECHO, Question.ANY).await());
    assertSame(Question.ANY, seen.future().await());
  }

  @Test
  void a_failure_of_the_handler_is_the_failure_of_the_request() {
    for (var failure : Samples.FAILURES) {
      var served =
          bus.serve(QUESTION, question -> Future.<Reply>failedFuture(failure)).await();
      assertSame(failure, failureOf(bus.request(QUESTION, Question.ANY)));
      served.unregister().await();
    }
  }

  @Test
  void
      a_handler_that_throws_or_returns_null_fails_the_request_at_once_without_the_exception_message() {
    var thrown = bus.serve(QUESTION, question -> {
          throw new IllegalStateException("secret");
        })
        .await();
    assertEquals(
        describe(new Failure.Internal()), describe(failureOf(bus.request(QUESTION, Question.ANY))));
    thrown.unregister().await();
    bus.serve(QUESTION, question -> null).await();
    assertEquals(
        describe(new Failure.Internal()), describe(failureOf(bus.request(QUESTION, Question.ANY))));
  }

  @Test
  void without_a_consumer_a_request_is_unavailable_at_once() {
    var patient =
        new Address<>(QUESTION.name(), QUESTION.request(), QUESTION.reply(), Duration.ofHours(1));
    assertEquals("unavailable", failureOf(bus.request(patient, Question.ANY)).code());
  }

  @Test
  void a_consumer_that_never_replies_is_unavailable_after_the_deadline() {
    var hasty =
        new Address<>(QUESTION.name(), QUESTION.request(), QUESTION.reply(), Duration.ofMillis(50));
    bus.serve(hasty, question -> Promise.<Reply>promise().future()).await();
    assertEquals("unavailable", failureOf(bus.request(hasty, Question.ANY)).code());
  }

  @Test
  void a_request_past_its_deadline_is_not_processed() {
    var carriedOut = new AtomicInteger();
    bus.serve(QUESTION, question -> {
          carriedOut.incrementAndGet();
          return Future.succeededFuture(new Reply("late"));
        })
        .await();
    var expired = Long.toString(clock.millis() - 1);
    vertx
        .eventBus()
        .request(
            QUESTION.name(),
            Envelope.of(Question.ANY),
            options().addHeader("expires", expired).setSendTimeout(100))
        .transform(answer -> Future.succeededFuture())
        .await();
    until("the request is dropped", () -> dropped(QUESTION.name(), "expired") == 1);
    assertEquals(0, carriedOut.get());
  }

  @Test
  void an_event_reaches_every_subscriber_unless_it_is_too_old() {
    var received = new AtomicInteger();
    var fresh = Promise.<Question>promise();
    bus.subscribe(APPENDED, event -> received.incrementAndGet()).await();
    bus.subscribe(APPENDED, event -> {
          received.incrementAndGet();
          fresh.tryComplete(event);
        })
        .await();
    var old = Long.toString(clock.millis() - Bus.MAX_EVENT_AGE.toMillis() - 1);
    vertx
        .eventBus()
        .publish(APPENDED.name(), Envelope.of(Question.ANY), options().addHeader("sent", old));
    bus.publish(APPENDED, Question.ANY);
    assertSame(Question.ANY, fresh.future().await());
    until("each subscriber has received it", () -> received.get() == 2);
    until("the old one is dropped", () -> dropped(APPENDED.name(), "too-old") == 2);
  }

  @Test
  void a_subscriber_that_throws_receives_the_next_event() {
    var second = Promise.<Void>promise();
    var received = new AtomicInteger();
    bus.subscribe(APPENDED, event -> {
          if (received.incrementAndGet() == 1) {
            throw new IllegalStateException("first");
          }
          second.complete();
        })
        .await();
    bus.publish(APPENDED, Question.ANY);
    bus.publish(APPENDED, Question.ANY);
    second.future().await();
    assertEquals(1, dropped(APPENDED.name(), "failed"));
  }

  @Test
  void a_sent_event_reaches_exactly_one_consumer() {
    var received = new AtomicInteger();
    var second = Promise.<Void>promise();
    var address = new Address<>("test.send", Question.class, Void.class);
    for (var i = 0; i < 2; i++) {
      bus.serve(address, event -> {
            if (received.incrementAndGet() == 2) {
              second.complete();
            }
            return Future.succeededFuture();
          })
          .await();
    }
    bus.send(address, Question.ANY);
    bus.send(address, Question.ANY);
    second.future().await();
    assertEquals(2, received.get());
  }

  @Test
  void a_message_of_another_type_is_rejected_and_the_consumer_continues() {
    bus.serve(ECHO, Future::succeededFuture).await();
    for (var poison : new Object[] {"text", 1, io.vertx.core.buffer.Buffer.buffer("{")}) {
      var answer = vertx.eventBus().request(ECHO.name(), poison).await();
      assertEquals(Envelope.class, answer.body().getClass());
    }
    vertx.eventBus().request(ECHO.name(), null).await();
    assertSame(Question.ANY, bus.request(ECHO, Question.ANY).await());
    assertEquals(4, dropped(ECHO.name(), "undecodable"));
  }

  @Test
  void the_request_id_is_passed_with_the_request_and_cleared_afterwards() {
    bus.serve(
            QUESTION, q -> Future.succeededFuture(new Reply(RequestId.current().orElse("none"))))
        .await();
    var reply = Promise.<Reply>promise();
    vertx.runOnContext(go -> {
      ((io.vertx.core.internal.ContextInternal) vertx.getOrCreateContext())
          .duplicate()
          .runOnContext(inRequest -> {
            RequestId.set("id-1");
            bus.request(QUESTION, Question.ANY).onComplete(reply);
          });
    });
    assertEquals(new Reply("id-1"), reply.future().await());
    assertEquals(new Reply("none"), bus.request(QUESTION, Question.ANY).await());
  }

  @Test
  void a_cancelled_subscription_receives_no_event() {
    var first =
        bus.serve(QUESTION, q -> Future.succeededFuture(new Reply("first"))).await();
    assertEquals(new Reply("first"), bus.request(QUESTION, Question.ANY).await());
    first.unregister().await();
    assertEquals("unavailable", failureOf(bus.request(QUESTION, Question.ANY)).code());
  }

  private double dropped(String address, String reason) {
    return metrics
        .counter("bus_dropped_total", "address", address, "reason", reason)
        .count();
  }

  private static DeliveryOptions options() {
    return new DeliveryOptions().setCodecName(EnvelopeCodec.NAME);
  }

  private static Failure failureOf(Future<?> future) {
    return assertThrows(Failure.class, future::await);
  }
}

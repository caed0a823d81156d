package dev.verticker.bus;

import static dev.verticker.bus.Samples.APPENDED;
import static dev.verticker.bus.Samples.ASK;
import static dev.verticker.bus.Samples.ECHO;
import static dev.verticker.bus.Samples.told;
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
  void a_request_and_its_answer_are_the_same_instances_on_both_sides() {
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
          bus.serve(ASK, question -> Future.<Reply>failedFuture(failure)).await();
      assertSame(failure, failureOf(bus.request(ASK, Question.ANY)));
      served.cancel().await();
    }
  }

  @Test
  void a_handler_that_throws_or_returns_nothing_answers_at_once_without_its_exception_text() {
    var thrown = bus.serve(ASK, question -> {
          throw new IllegalStateException("secret");
        })
        .await();
    assertEquals(told(new Failure.Internal()), told(failureOf(bus.request(ASK, Question.ANY))));
    thrown.cancel().await();
    bus.serve(ASK, question -> null).await();
    assertEquals(told(new Failure.Internal()), told(failureOf(bus.request(ASK, Question.ANY))));
  }

  @Test
  void without_a_consumer_a_request_is_unavailable_at_once() {
    var patient = new Address<>(ASK.name(), ASK.request(), ASK.answer(), Duration.ofHours(1));
    assertEquals("unavailable", failureOf(bus.request(patient, Question.ANY)).code());
  }

  @Test
  void a_consumer_that_never_answers_is_unavailable_after_the_deadline() {
    var hasty = new Address<>(ASK.name(), ASK.request(), ASK.answer(), Duration.ofMillis(50));
    bus.serve(hasty, question -> Promise.<Reply>promise().future()).await();
    assertEquals("unavailable", failureOf(bus.request(hasty, Question.ANY)).code());
  }

  @Test
  void a_request_that_waited_past_its_deadline_is_not_carried_out() {
    var carriedOut = new AtomicInteger();
    bus.serve(ASK, question -> {
          carriedOut.incrementAndGet();
          return Future.succeededFuture(new Reply("late"));
        })
        .await();
    var expired = Long.toString(clock.millis() - 1);
    vertx
        .eventBus()
        .request(
            ASK.name(),
            Envelope.of(Question.ANY),
            options().addHeader("expires", expired).setSendTimeout(100))
        .transform(answer -> Future.succeededFuture())
        .await();
    assertEquals(0, carriedOut.get());
    assertEquals(1, dropped(ASK.name(), "expired"));
  }

  @Test
  void an_event_reaches_every_subscriber_and_an_old_one_none() {
    var heard = new AtomicInteger();
    var fresh = Promise.<Question>promise();
    bus.subscribe(APPENDED, event -> heard.incrementAndGet()).await();
    bus.subscribe(APPENDED, event -> {
          heard.incrementAndGet();
          fresh.tryComplete(event);
        })
        .await();
    var old = Long.toString(clock.millis() - Bus.MAX_EVENT_AGE.toMillis() - 1);
    vertx
        .eventBus()
        .publish(APPENDED.name(), Envelope.of(Question.ANY), options().addHeader("sent", old));
    bus.publish(APPENDED, Question.ANY);
    assertSame(Question.ANY, fresh.future().await());
    assertEquals(2, dropped(APPENDED.name(), "too-old"));
    assertEquals(2, heard.get());
  }

  @Test
  void a_subscriber_that_throws_goes_on_hearing() {
    var second = Promise.<Void>promise();
    var heard = new AtomicInteger();
    bus.subscribe(APPENDED, event -> {
          if (heard.incrementAndGet() == 1) {
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
  void what_is_sent_reaches_exactly_one_consumer() {
    var heard = new AtomicInteger();
    var second = Promise.<Void>promise();
    var address = new Address<>("test.send", Question.class, Void.class);
    for (var i = 0; i < 2; i++) {
      bus.serve(address, event -> {
            if (heard.incrementAndGet() == 2) {
              second.complete();
            }
            return Future.succeededFuture();
          })
          .await();
    }
    bus.send(address, Question.ANY);
    bus.send(address, Question.ANY);
    second.future().await();
    assertEquals(2, heard.get());
  }

  @Test
  void a_stranger_s_message_is_refused_and_the_consumer_lives_on() {
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
  void the_request_id_goes_with_the_request_and_does_not_stay() {
    bus.serve(ASK, q -> Future.succeededFuture(new Reply(RequestId.current().orElse("none"))))
        .await();
    var asked = Promise.<Reply>promise();
    vertx.runOnContext(go -> {
      ((io.vertx.core.internal.ContextInternal) vertx.getOrCreateContext())
          .duplicate()
          .runOnContext(inRequest -> {
            RequestId.set("id-1");
            bus.request(ASK, Question.ANY).onComplete(asked);
          });
    });
    assertEquals(new Reply("id-1"), asked.future().await());
    assertEquals(new Reply("none"), bus.request(ASK, Question.ANY).await());
  }

  @Test
  void a_cancelled_subscription_hears_nothing_more() {
    var first = bus.serve(ASK, q -> Future.succeededFuture(new Reply("first"))).await();
    assertEquals(new Reply("first"), bus.request(ASK, Question.ANY).await());
    first.cancel().await();
    assertEquals("unavailable", failureOf(bus.request(ASK, Question.ANY)).code());
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

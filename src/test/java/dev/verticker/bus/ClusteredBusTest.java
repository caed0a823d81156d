package dev.verticker.bus;

import static dev.verticker.bus.Samples.APPENDED;
import static dev.verticker.bus.Samples.ECHO;
import static dev.verticker.bus.Samples.QUESTION;
import static dev.verticker.bus.Samples.describe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Samples.Colour;
import dev.verticker.bus.Samples.Question;
import dev.verticker.bus.Samples.Reply;
import dev.verticker.bus.Samples.SetClock;
import dev.verticker.node.cluster.TwoNodes;
import dev.verticker.testing.Provokes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClusteredBusTest {
  private static final Address<Question, Reply> PATIENT =
      new Address<>("test.ask", Question.class, Reply.class, Duration.ofSeconds(30));

  // Never served: the removal of a registration takes time to reach the other node.
  private static final Address<Question, Reply> UNSERVED =
      new Address<>("test.unserved", Question.class, Reply.class, Duration.ofSeconds(30));

  private static final Failure NOT_STARTED =
      Failure.Unavailable.notStarted("database-unavailable", "The database is unavailable.");
  private static final Failure UNAVAILABLE =
      new Failure.Unavailable("database-unavailable", "The database is unavailable.");

  private static TwoNodes nodes;
  private static SetClock clock;
  private static SimpleMeterRegistry metrics;
  private static Bus here;
  private static Bus there;

  private final List<MessageConsumer<?>> served = new ArrayList<>();

  @BeforeAll
  static void start() {
    nodes = new TwoNodes();
    clock = new SetClock();
    metrics = new SimpleMeterRegistry();
    here = new Bus(nodes.first(), clock, metrics);
    there = new Bus(nodes.second(), clock, metrics);
  }

  @AfterAll
  static void stop() {
    nodes.close();
  }

  @AfterEach
  void cancel() {
    served.forEach(subscription -> subscription.unregister().await());
  }

  @Test
  void a_message_keeps_every_digit_of_its_values() {
    keep(there.serve(ECHO, Future::succeededFuture));
    assertEquals(Question.ANY, here.request(ECHO, Question.ANY).await());
    assertEquals(
        "0.00000001000", here.request(ECHO, Question.ANY).await().amount().toPlainString());
  }

  @Test
  void a_decimal_is_a_plain_string_on_the_wire() throws Exception {
    var json = new io.vertx.core.json.JsonObject(Buffer.buffer(
        Envelope.of(new Question("a", new BigDecimal("1E-8"), null, null)).encode()));
    assertEquals("0.00000001", json.getValue("amount"));
  }

  @Test
  void every_kind_of_failure_is_preserved() {
    for (var failure : Samples.FAILURES) {
      var serving =
          there.serve(PATIENT, question -> Future.<Reply>failedFuture(failure)).await();
      assertEquals(describe(failure), describe(failureOf(here.request(PATIENT, Question.ANY))));
      serving.unregister().await();
    }
  }

  @Test
  void an_unknown_failure_of_a_newer_node_becomes_internal() {
    answerRaw(true, "{\"kind\":\"Teapot\",\"code\":\"x\",\"detail\":\"secret\"}");
    assertEquals(
        describe(new Failure.Internal()), describe(failureOf(here.request(PATIENT, Question.ANY))));
  }

  @Test
  void a_handler_that_throws_fails_the_request_at_once() {
    keep(there.serve(PATIENT, question -> {
      throw new IllegalStateException("secret");
    }));
    assertEquals(
        describe(new Failure.Internal()), describe(failureOf(here.request(PATIENT, Question.ANY))));
  }

  @Test
  void a_reply_that_cannot_be_decoded_fails_at_once() {
    for (var nonsense : List.of("{", "", "null", "[1]", "{\"text\":{\"a\":1}}")) {
      answerRaw(false, nonsense);
      assertEquals(
          describe(new Failure.Internal()),
          describe(failureOf(here.request(PATIENT, Question.ANY))));
      cancel();
      served.clear();
    }
  }

  @Test
  void a_reply_that_cannot_be_encoded_fails_at_once() {
    record Loop(List<Object> self) {}
    var address = new Address<>("test.loop", Question.class, Loop.class, Duration.ofHours(1));
    var self = new ArrayList<Object>();
    self.add(self);
    keep(there.serve(address, question -> Future.succeededFuture(new Loop(self))));
    assertEquals(
        describe(new Failure.Internal()), describe(failureOf(here.request(address, Question.ANY))));
  }

  @Test
  @Provokes(24)
  void a_request_that_cannot_be_decoded_fails_at_once_and_the_consumer_continues() {
    keep(there.serve(PATIENT, question -> Future.succeededFuture(new Reply("fine"))));
    for (var nonsense : List.of("{", "", "null", "[1]", "{\"amount\":\"much\"}")) {
      var answer = nodes
          .first()
          .eventBus()
          .<Envelope>request(
              PATIENT.name(), new Envelope(new Raw(nonsense), null, false), options())
          .await();
      assertTrue(answer.body().failed());
    }
    assertEquals(new Reply("fine"), here.request(PATIENT, Question.ANY).await());
  }

  @Test
  @Provokes(24)
  void malformed_messages_do_not_stop_a_consumer() {
    keep(there.serve(PATIENT, question -> Future.succeededFuture(new Reply("fine"))));
    var received = Promise.<Question>promise();
    keep(there.subscribe(APPENDED, received::tryComplete));
    var strange = nodes.first().eventBus().registerCodec(new StrangeCodec());

    for (var body : Arrays.asList(null, "text", new JsonObject().put("text", 1), 7)) {
      strange.send(PATIENT.name(), body);
      strange.publish(APPENDED.name(), body);
    }
    var unknown = new DeliveryOptions().setCodecName(StrangeCodec.NAME);
    strange.send(PATIENT.name(), "unknown to the others", unknown);
    strange.publish(APPENDED.name(), "unknown to the others", unknown);

    assertEquals(new Reply("fine"), here.request(PATIENT, Question.ANY).await());
    here.publish(APPENDED, Question.ANY);
    assertEquals(Question.ANY, received.future().await());
  }

  @Test
  @Provokes(24)
  void a_message_of_five_megabytes_and_the_next_one_arrive() {
    var large = new Question("x".repeat(5_000_000), null, null, null);
    keep(there.serve(ECHO, Future::succeededFuture));
    assertEquals(large, here.request(ECHO, large).await());
    assertEquals(Question.ANY, here.request(ECHO, Question.ANY).await());
  }

  @Test
  void unknown_fields_and_enum_constants_of_a_newer_node_are_accepted() {
    var address = new Address<>("test.ask", Question.class, Question.class, Duration.ofHours(1));
    answerRaw(false, "{\"text\":\"t\",\"colour\":\"ULTRAVIOLET\",\"since\":\"tomorrow\"}");
    assertEquals(
        new Question("t", null, null, Colour.UNKNOWN),
        here.request(address, Question.ANY).await());
  }

  @Test
  void a_local_consumer_is_preferred_and_receives_the_same_instance() {
    var local = new AtomicInteger();
    keep(there.serve(ECHO, Future::succeededFuture));
    keep(here.serve(ECHO, question -> {
      local.incrementAndGet();
      return Future.succeededFuture(question);
    }));
    for (var i = 0; i < 20; i++) {
      assertSame(Question.ANY, here.request(ECHO, Question.ANY).await());
    }
    assertEquals(20, local.get());
  }

  @Test
  void another_node_processes_a_request_that_this_node_has_not_started() {
    var address = unusedAddress();
    keep(there.serve(address, question -> Future.succeededFuture(new Reply("there"))));
    keep(here.serve(address, question -> Future.failedFuture(NOT_STARTED)));
    for (var i = 0; i < 10; i++) {
      assertEquals("there", here.request(address, Question.ANY).await().text());
    }
  }

  @Test
  void another_node_processes_a_repeatable_request_that_is_unavailable_on_this_node() {
    var address = unusedAddress();
    keep(there.serve(address, question -> Future.succeededFuture(new Reply("there"))));
    keep(here.serve(address, question -> Future.failedFuture(UNAVAILABLE)));
    assertEquals(
        "there", here.request(address.asRepeatable(), Question.ANY).await().text());
  }

  @Test
  void a_request_that_this_node_has_started_is_not_repeated_elsewhere() {
    var address = unusedAddress();
    var elsewhere = new AtomicInteger();
    keep(there.serve(address, question -> {
      elsewhere.incrementAndGet();
      return Future.succeededFuture(new Reply("there"));
    }));
    keep(here.serve(address, question -> Future.failedFuture(UNAVAILABLE)));
    assertEquals(describe(UNAVAILABLE), describe(failureOf(here.request(address, Question.ANY))));
    assertEquals(0, elsewhere.get());
  }

  @Test
  void a_request_that_fails_for_another_reason_is_not_repeated_elsewhere() {
    var address = unusedAddress();
    keep(there.serve(address, question -> Future.succeededFuture(new Reply("there"))));
    var failure = new Failure.NotFound("gone", "There is no such thing.");
    keep(here.serve(address, question -> Future.failedFuture(failure)));
    assertEquals(
        describe(failure), describe(failureOf(here.request(address.asRepeatable(), Question.ANY))));
  }

  @Test
  void a_request_that_no_other_node_serves_fails_with_the_failure_of_this_node() {
    var address = unusedAddress();
    var calls = new AtomicInteger();
    keep(here.serve(address, question -> {
      calls.incrementAndGet();
      return Future.failedFuture(NOT_STARTED);
    }));
    assertEquals(describe(NOT_STARTED), describe(failureOf(here.request(address, Question.ANY))));
    assertEquals(1, calls.get());
  }

  @Test
  void a_request_that_two_nodes_cannot_process_fails_with_the_failure_of_the_other() {
    var address = unusedAddress();
    var calls = new AtomicInteger();
    var failure = new Failure.Unavailable("there-too", "Not there either.");
    keep(there.serve(address, question -> {
      calls.incrementAndGet();
      return Future.failedFuture(failure);
    }));
    keep(here.serve(address, question -> Future.failedFuture(NOT_STARTED)));
    assertEquals(
        describe(failure), describe(failureOf(here.request(address.asRepeatable(), Question.ANY))));
    assertEquals(1, calls.get());
  }

  @Test
  void a_request_without_a_consumer_in_the_cluster_is_unavailable_at_once() {
    var before = System.nanoTime();
    assertEquals("unavailable", failureOf(here.request(UNSERVED, Question.ANY)).code());
    assertTrue(
        Duration.ofNanos(System.nanoTime() - before).toSeconds() < 15, "long before the deadline");
  }

  @Test
  void an_event_reaches_every_node() {
    var received = List.of(Promise.<Question>promise(), Promise.<Question>promise());
    var topic = new Topic<>("test." + UUID.randomUUID(), Question.class);
    keep(here.subscribe(topic, received.get(0)::tryComplete));
    keep(there.subscribe(topic, received.get(1)::tryComplete));
    here.publish(topic, Question.ANY);
    assertEquals(Question.ANY, received.get(0).future().await());
    assertEquals(Question.ANY, received.get(1).future().await());
  }

  @Test
  void the_request_id_reaches_the_other_node() {
    keep(there.serve(
        QUESTION, q -> Future.succeededFuture(new Reply(RequestId.current().orElse("none")))));
    var reply = Promise.<Reply>promise();
    ((ContextInternal) nodes.first().getOrCreateContext()).duplicate().runOnContext(inRequest -> {
      RequestId.set("id-7");
      here.request(QUESTION, Question.ANY).onComplete(reply);
    });
    assertEquals(new Reply("id-7"), reply.future().await());
  }

  @Test
  void requests_to_a_killed_node_are_unavailable_within_the_deadline() {
    try (var others = new TwoNodes()) {
      var asking = new Bus(others.first(), clock, metrics);
      var vanishing = new Bus(others.second(), clock, metrics);
      var received = Promise.<Void>promise();
      var address = new Address<>("test.ask", Question.class, Reply.class, Duration.ofSeconds(2));
      vanishing
          .serve(address, question -> {
            received.complete();
            return Promise.<Reply>promise().future();
          })
          .await();
      var request = asking.request(address, Question.ANY);
      received.future().await();
      others.second().close().await();
      assertEquals("unavailable", failureOf(request).code());
      assertEquals(
          "unavailable", failureOf(asking.request(address, Question.ANY)).code());
    }
  }

  /** The registrations of earlier tests reach the other node late, so a test that counts on them needs its own address. */
  private static Address<Question, Reply> unusedAddress() {
    return new Address<>(
        "test." + UUID.randomUUID(), Question.class, Reply.class, Duration.ofSeconds(30));
  }

  private void keep(Future<MessageConsumer<?>> subscription) {
    served.add(subscription.await());
  }

  /** Replies with exactly this JSON from the other node. */
  private void answerRaw(boolean failed, String json) {
    var consumer = nodes.second().eventBus().<Envelope>consumer(PATIENT.name());
    consumer.handler(
        message -> message.reply(new Envelope(new Raw(json), null, failed), options()));
    consumer.completion().await();
    served.add(consumer);
  }

  /** A body that is serialized as exactly its text. */
  private record Raw(
      @com.fasterxml.jackson.annotation.JsonValue @com.fasterxml.jackson.annotation.JsonRawValue
          String json) {}

  /** A message codec that only the registering node has. */
  private static final class StrangeCodec implements MessageCodec<String, String> {
    static final String NAME = "strange";

    @Override
    public void encodeToWire(Buffer buffer, String text) {
      buffer.appendString(text);
    }

    @Override
    public String decodeFromWire(int at, Buffer buffer) {
      throw new AssertionError("no other node has this codec");
    }

    @Override
    public String transform(String text) {
      return text;
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }

  private static DeliveryOptions options() {
    return new DeliveryOptions().setCodecName(EnvelopeCodec.NAME);
  }

  private static Failure failureOf(Future<?> future) {
    return assertThrows(Failure.class, future::await);
  }
}

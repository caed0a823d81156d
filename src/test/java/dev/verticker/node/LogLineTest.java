package dev.verticker.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.verticker.bus.RequestId;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogLineTest {
  private final LoggerContext context = new LoggerContext();
  private final LogLine line = new LogLine();

  @BeforeEach
  void start() {
    line.setContext(context);
    line.start();
  }

  @Test
  void it_has_time_in_utc_level_class_and_message() {
    assertEquals(
        "2026-11-22T08:09:10.000Z INFO  Bus joined 2 of 3\n",
        line.doLayout(event(Level.INFO, "joined {} of {}", null, 2, 3)));
    assertEquals(
        "2026-11-22T08:09:10.000Z ERROR Bus left\n",
        line.doLayout(event(Level.ERROR, "left", null)));
  }

  @Test
  void nobody_makes_a_line_of_his_own() {
    assertEquals(
        "2026-11-22T08:09:10.000Z WARN  Bus hello | INFO all is well | too\n",
        line.doLayout(event(Level.WARN, "hello{}", null, "\r\n   INFO all is well\n\ntoo")));
    assertEquals(
        1, line.doLayout(event(Level.WARN, "{}", null, "a\rb\nc\r\nd")).lines().count());
  }

  @Test
  void of_a_failure_it_has_the_root_cause_first_in_the_same_line() {
    var failure =
        new IllegalStateException("outer\nof two lines", new IllegalArgumentException("inner"));
    var text = line.doLayout(event(Level.ERROR, "failed", failure));
    assertEquals(1, text.lines().count(), text);
    assertTrue(
        text.startsWith(
            "2026-11-22T08:09:10.000Z ERROR Bus failed | java.lang.IllegalArgumentException: inner | "),
        text);
    assertTrue(
        text.contains(" | Wrapped by: java.lang.IllegalStateException: outer | of two lines | at "),
        text);
  }

  @Test
  void it_has_the_id_of_the_request_that_is_worked_on() throws Exception {
    var vertx = Vertx.vertx();
    try {
      Promise<String> logged = Promise.promise();
      vertx.runOnContext(nothing -> {
        RequestId.set("id-7");
        logged.complete(line.doLayout(event(Level.INFO, "served", null)));
      });
      assertEquals(
          "2026-11-22T08:09:10.000Z INFO  Bus [id-7] served\n",
          logged.future().await(5, TimeUnit.SECONDS));
    } finally {
      vertx.close().await();
    }
  }

  private LoggingEvent event(Level level, String message, Throwable failure, Object... arguments) {
    var event = new LoggingEvent(
        getClass().getName(),
        context.getLogger("dev.verticker.bus.Bus"),
        level,
        message,
        failure,
        arguments);
    event.setInstant(Instant.parse("2026-11-22T08:09:10Z"));
    return event;
  }
}

package dev.verticker.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.verticker.bus.RequestId;
import dev.verticker.testing.Await;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the log lines of the packaged logback.xml. */
class LogFormatTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void a_text_line_has_time_in_utc_level_class_and_message() {
    assertEquals(
        "2026-11-22T08:09:10.000Z INFO  Bus joined 2 of 3\n",
        logged("text", event(Level.INFO, "joined {} of {}", null, 2, 3)));
    assertEquals(
        "2026-11-22T08:09:10.000Z ERROR Bus left\n",
        logged("text", event(Level.ERROR, "left", null)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\r\n", "\n\n", "\u0085", "\u2028", "\u2029", "\u000b", "\f"})
  void a_line_break_in_logged_input_does_not_start_a_line(String lineBreak) {
    var forged = event(Level.WARN, "hello{}", null, lineBreak + "   INFO all is well" + lineBreak);
    assertEquals(
        "2026-11-22T08:09:10.000Z WARN  Bus hello | INFO all is well\n", logged("text", forged));

    var json = logged("json", event(Level.WARN, "hello{}", null, lineBreak + "INFO all is well"));
    assertEquals(1, json.lines().count(), json);
    assertEquals(
        "hello" + lineBreak + "INFO all is well",
        json(json).get("formattedMessage").asText());
  }

  @Test
  void a_stack_trace_follows_in_the_same_line_with_the_root_cause_first() {
    var failure =
        new IllegalStateException("outer\nof two lines", new IllegalArgumentException("inner"));
    var text = logged("text", event(Level.ERROR, "failed", failure));
    assertEquals(1, text.lines().count(), text);
    assertTrue(
        text.startsWith(
            "2026-11-22T08:09:10.000Z ERROR Bus failed | java.lang.IllegalArgumentException: inner | "),
        text);
    assertTrue(
        text.contains(" | Wrapped by: java.lang.IllegalStateException: outer | of two lines | at "),
        text);

    var json = json(logged("json", event(Level.ERROR, "failed", failure)));
    assertEquals("outer\nof two lines", json.get("throwable").get("message").asText());
    assertEquals("inner", json.get("throwable").get("cause").get("message").asText());
  }

  @Test
  void an_event_of_a_request_has_the_request_id() throws Exception {
    assertEquals(
        "2026-11-22T08:09:10.000Z INFO  Bus [id-7] served\n", loggedInRequest("id-7", "text"));
    assertEquals(
        "id-7",
        json(loggedInRequest("id-7", "json")).get("mdc").get("request_id").asText());
  }

  private String loggedInRequest(String id, String format) throws Exception {
    var vertx = Vertx.vertx();
    try {
      Promise<String> logged = Promise.promise();
      vertx.runOnContext(nothing -> {
        RequestId.set(id);
        logged.complete(logged(format, event(Level.INFO, "served", null)));
      });
      return Await.await(logged.future());
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void errors_of_connections_without_a_handler_are_not_logged() {
    logged("text", event(Level.INFO, "configures the context", null));
    assertFalse(context.getLogger("io.vertx.core.net.impl.ConnectionBase").isErrorEnabled());
    assertTrue(context.getLogger("io.vertx.core.impl.ContextImpl").isErrorEnabled());
  }

  /** Returns the output of the packaged configuration for this event. */
  private String logged(String format, ILoggingEvent event) {
    context.reset();
    context.setMDCAdapter(new LogbackMDCAdapter());
    context.putProperty("LOG_FORMAT", format);
    try {
      var configurator = new JoranConfigurator();
      configurator.setContext(context);
      configurator.doConfigure(getClass().getResource("/logback.xml"));
    } catch (JoranException e) {
      throw new AssertionError(e);
    }
    var appender = (ConsoleAppender<ILoggingEvent>)
        context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stdout");
    out.reset();
    appender.setOutputStream(out);
    appender.doAppend(event);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
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

package dev.verticker.bus;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** Sample messages and failures for bus tests. */
final class Samples {
  enum Colour {
    RED,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  record Question(String text, BigDecimal amount, Instant at, Colour colour) {
    static final Question ANY = new Question(
        "how much?",
        new BigDecimal("0.00000001000"),
        Instant.parse("2025-08-20T10:11:12.131415Z"),
        Colour.RED);
  }

  record Reply(String text) {}

  static final Address<Question, Reply> QUESTION =
      new Address<>("test.ask", Question.class, Reply.class);
  static final Address<Question, Question> ECHO =
      new Address<>("test.echo", Question.class, Question.class);
  static final Topic<Question> APPENDED = new Topic<>("test.news", Question.class);

  static final List<Failure> FAILURES = List.of(
      new Failure.Malformed("a", "b", new Failure.Error("query/limit", "c", "d")),
      new Failure.Unauthenticated("a", "b"),
      new Failure.Forbidden("a", "b"),
      new Failure.NotFound("a", "b", List.of(new Failure.Error("path/symbol", "c", "d"))),
      new Failure.Conflict("a", "b", new Failure.Error("/name", "c", "d")),
      new Failure.Gone("a", "b", new Failure.Error("query/since", "c", "d")),
      new Failure.Gone("a", "b", new Failure.Gone.ResumeFrom("e", 12)),
      new Failure.PreconditionFailed("a", "b"),
      new Failure.Invalid("a", "b", new Failure.Error("/name", "c", "d")),
      new Failure.TooManyRequests("a", "b", Duration.ofSeconds(7)),
      new Failure.TooManyRequests(
          "a",
          "b",
          Duration.ofSeconds(7),
          new Failure.TooManyRequests.Quota(5, Duration.ofMinutes(15))),
      new Failure.Internal(),
      new Failure.Unavailable(
          "a", "b", Duration.ofSeconds(3), List.of(new Failure.Error("e", "c", "d"))));

  private Samples() {}

  /** Returns all properties of a failure, for comparison. */
  static String describe(Throwable failure) {
    return failure instanceof Failure f
        ? String.join(
            " ",
            f.getClass().getSimpleName(),
            String.valueOf(f.status()),
            f.code(),
            f.detail(),
            f.retryAfter().toString(),
            f.errors().toString(),
            f instanceof Failure.Gone gone ? gone.resumeFrom().toString() : "",
            f instanceof Failure.TooManyRequests many ? many.quota().toString() : "")
        : "not a failure: " + failure;
  }

  /** A clock that the test advances. */
  static final class SetClock extends Clock {
    private volatile Instant now = Instant.parse("2025-08-20T10:00:00Z");

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}

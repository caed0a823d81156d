package dev.verticker.bus;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A failed request, in a form that clients may see. Each kind has an HTTP status; the {@code code} is stable and documented,
 * the {@code detail} is one sentence without secrets or exception texts. A failure keeps its kind across nodes; an unknown
 * kind becomes {@link Internal}.
 */
public abstract sealed class Failure extends RuntimeException {
  private static final Duration DEFAULT_RETRY = Duration.ofSeconds(1);

  /**
   * A fault in one part of the input.
   *
   * @param pointer JSON pointer into the body, or {@code query/limit}, {@code path/symbol}, {@code header/If-Match}
   * @param code stable name of the violated rule
   * @param detail the rule in one sentence
   */
  public record Error(String pointer, String code, String detail) {}

  private final int status;
  private final String code;
  private final transient List<Error> errors;
  private final Duration retryAfter;

  private Failure(int status, String code, String detail, Duration retryAfter, List<Error> errors) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
    this.errors = List.copyOf(errors);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Stable, documented, kebab-case. */
  public String code() {
    return code;
  }

  /** One sentence for the client. */
  public String detail() {
    return getMessage();
  }

  /** Faults in the input; empty if the failure has another cause. */
  public List<Error> errors() {
    return errors;
  }

  /** Time after which a retry can succeed; empty if a retry does not help. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** 400: the input cannot be parsed. */
  public static final class Malformed extends Failure {
    public Malformed(String code, String detail, Error... errors) {
      super(400, code, detail, null, List.of(errors));
    }
  }

  /** 401: the caller is not authenticated. */
  public static final class Unauthenticated extends Failure {
    public Unauthenticated(String code, String detail) {
      super(401, code, detail, null, List.of());
    }
  }

  /** 403: the caller has no permission. */
  public static final class Forbidden extends Failure {
    public Forbidden(String code, String detail) {
      super(403, code, detail, null, List.of());
    }
  }

  /** 404: the resource does not exist. */
  public static final class NotFound extends Failure {
    public NotFound(String code, String detail, List<Error> errors) {
      super(404, code, detail, null, errors);
    }

    public NotFound(String code, String detail) {
      this(code, detail, List.of());
    }
  }

  /** 409: the request conflicts with the state of the resource. */
  public static final class Conflict extends Failure {
    public Conflict(String code, String detail, Error... errors) {
      super(409, code, detail, null, List.of(errors));
    }
  }

  /** 410: the requested position is no longer in the event log. */
  public static final class Gone extends Failure {
    private final transient Start start;

    /**
     * The position from which a client can resume.
     *
     * @param epoch current epoch of the sequences
     * @param oldest oldest available sequence
     */
    public record Start(String epoch, long oldest) {}

    public Gone(String code, String detail, Error... errors) {
      super(410, code, detail, null, List.of(errors));
      this.start = null;
    }

    public Gone(String code, String detail, Start start) {
      super(410, code, detail, null, List.of());
      this.start = start;
    }

    /** Empty if there is no log to resume from. */
    public Optional<Start> start() {
      return Optional.ofNullable(start);
    }
  }

  /** 412: the resource changed since the caller read it. */
  public static final class PreconditionFailed extends Failure {
    public PreconditionFailed(String code, String detail) {
      super(412, code, detail, null, List.of());
    }
  }

  /** 422: the input violates the contract. */
  public static final class Invalid extends Failure {
    public Invalid(String code, String detail, List<Error> errors) {
      super(422, code, detail, null, errors);
    }

    public Invalid(String code, String detail, Error... errors) {
      this(code, detail, List.of(errors));
    }
  }

  /** 429: too many requests, with the time to wait. */
  public static final class TooManyRequests extends Failure {
    private final transient Quota quota;

    /** @param max number of requests within a window */
    public record Quota(@JsonProperty("most") int max, Duration window) {}

    public TooManyRequests(String code, String detail, Duration retryAfter, Quota quota) {
      super(429, code, detail, retryAfter, List.of());
      this.quota = quota;
    }

    public TooManyRequests(String code, String detail, Duration retryAfter) {
      this(code, detail, retryAfter, null);
    }

    /** The exhausted quota; empty if the limit is not a quota over time. */
    public Optional<Quota> quota() {
      return Optional.ofNullable(quota);
    }
  }

  /** 500: an internal error; the log has the cause, the response does not. */
  public static final class Internal extends Failure {
    public Internal() {
      super(500, "internal", "Something went wrong on our side.", null, List.of());
    }
  }

  /** 503: temporarily unavailable, with the time to wait. */
  public static final class Unavailable extends Failure {
    public Unavailable(String code, String detail, Duration retryAfter, List<Error> errors) {
      super(503, code, detail, retryAfter, errors);
    }

    public Unavailable(String code, String detail) {
      this(code, detail, DEFAULT_RETRY, List.of());
    }
  }
}

package dev.verticker.bus;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The failure of a request, with a text for the client. Each kind has its HTTP status; the {@code code} is stable and
 * documented, the {@code detail} is one sentence without secrets or exception messages. A failure keeps its kind across
 * nodes; a kind that this node does not know becomes {@link Internal}.
 */
public abstract sealed class Failure extends RuntimeException {
  private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(1);

  /**
   * One error in one part of the input.
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

  /** The HTTP status of the response. */
  public int status() {
    return status;
  }

  /** Returns the stable, documented code in kebab case. */
  public String code() {
    return code;
  }

  /** Returns one sentence for the client. */
  public String detail() {
    return getMessage();
  }

  /** The errors in the input; empty if the failure is not about the input. */
  public List<Error> errors() {
    return errors;
  }

  /**
   * Returns this failure with all errors at {@code pointer}: a service does not know which part of the request contained its
   * input.
   */
  public Failure at(String pointer) {
    return this;
  }

  final List<Error> errorsAt(String pointer) {
    return errors.stream()
        .map(error -> new Error(pointer, error.code(), error.detail()))
        .toList();
  }

  /** The time to wait before another attempt; empty if another attempt cannot succeed. */
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

  /** 403: the caller lacks the permission. */
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

    @Override
    public Failure at(String pointer) {
      return new NotFound(code(), detail(), errorsAt(pointer));
    }
  }

  /** 409: the state of the resource does not allow the request. */
  public static final class Conflict extends Failure {
    public Conflict(String code, String detail, Error... errors) {
      super(409, code, detail, null, List.of(errors));
    }
  }

  /** 410: the resource existed but is no longer retained. */
  public static final class Gone extends Failure {
    private final transient ResumeFrom resumeFrom;

    /**
     * The position to resume from.
     *
     * @param epoch the current epoch of the sequences
     * @param oldest the oldest retained sequence
     */
    public record ResumeFrom(String epoch, long oldest) {
      /** The position before the oldest retained sequence, in the form that clients send. */
      public String cursor() {
        return epoch + ":" + (oldest - 1);
      }
    }

    public Gone(String code, String detail, Error... errors) {
      super(410, code, detail, null, List.of(errors));
      this.resumeFrom = null;
    }

    public Gone(String code, String detail, ResumeFrom resumeFrom) {
      super(410, code, detail, null, List.of());
      this.resumeFrom = resumeFrom;
    }

    /** Returns the position to resume from, or an empty optional. */
    public Optional<ResumeFrom> resumeFrom() {
      return Optional.ofNullable(resumeFrom);
    }
  }

  /** 412: the resource has changed since the caller read it. */
  public static final class PreconditionFailed extends Failure {
    public PreconditionFailed(String code, String detail) {
      super(412, code, detail, null, List.of());
    }
  }

  /** 422: the input can be parsed but violates the contract. */
  public static final class Invalid extends Failure {
    public Invalid(String code, String detail, List<Error> errors) {
      super(422, code, detail, null, errors);
    }

    public Invalid(String code, String detail, Error... errors) {
      this(code, detail, List.of(errors));
    }

    /** {@code invalid-request} with every error of the input. */
    public static Invalid of(List<Error> errors) {
      return new Invalid(
          "invalid-request", "The request violates the API contract, see errors.", errors);
    }

    /** {@code invalid-request} with one error; parameters as in {@link Error}. */
    public static Invalid of(String pointer, String code, String detail) {
      return of(List.of(new Error(pointer, code, detail)));
    }
  }

  /** 429: too many requests. */
  public static final class TooManyRequests extends Failure {
    private final transient Quota quota;

    /**
     * @param name in the headers of the response; null = the code of the failure
     * @param max requests within any window of this length
     */
    public record Quota(String name, @JsonProperty("most") int max, Duration window) {
      public Quota(int max, Duration window) {
        this(null, max, window);
      }
    }

    public TooManyRequests(String code, String detail, Duration retryAfter, Quota quota) {
      super(429, code, detail, retryAfter, List.of());
      this.quota = quota;
    }

    public TooManyRequests(String code, String detail, Duration retryAfter) {
      this(code, detail, retryAfter, null);
    }

    /** The exceeded quota; empty if the limit is not a quota over time. */
    public Optional<Quota> quota() {
      return Optional.ofNullable(quota);
    }
  }

  /** 500: an internal error, whose cause is logged and not sent to the client. */
  public static final class Internal extends Failure {
    public Internal() {
      super(500, "internal", "An internal error occurred.", null, List.of());
    }
  }

  /** 503: temporarily unavailable. */
  public static final class Unavailable extends Failure {
    private final boolean started;

    private Unavailable(
        String code, String detail, Duration retryAfter, List<Error> errors, boolean started) {
      super(503, code, detail, retryAfter, errors);
      this.started = started;
    }

    public Unavailable(String code, String detail, Duration retryAfter, List<Error> errors) {
      this(code, detail, retryAfter, errors, true);
    }

    /** The failure of a consumer that has not started to process the request: another node can process it. */
    public static Unavailable notStarted(String code, String detail) {
      return new Unavailable(code, detail, DEFAULT_RETRY_AFTER, List.of(), false);
    }

    @Override
    public Failure at(String pointer) {
      var retryAfter = retryAfter().orElse(DEFAULT_RETRY_AFTER);
      return new Unavailable(code(), detail(), retryAfter, errorsAt(pointer), started);
    }

    /** Returns false only if the request has had no effect; not preserved across nodes, where it is true. */
    public boolean isStarted() {
      return started;
    }

    public Unavailable(String code, String detail) {
      this(code, detail, DEFAULT_RETRY_AFTER, List.of());
    }
  }
}

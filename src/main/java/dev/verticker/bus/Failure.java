package dev.verticker.bus;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Why something could not be done, in words a client may read. Each kind knows its HTTP status; the {@code code} is stable
 * and documented, the {@code detail} is one sentence without secrets or exception texts. A failure keeps its kind across
 * nodes; one of a kind this node does not know becomes {@link Internal}.
 */
public abstract sealed class Failure extends RuntimeException {
  private static final Duration SOON = Duration.ofSeconds(1);

  /**
   * One thing that is wrong with one part of the input.
   *
   * @param pointer JSON pointer into the body, or {@code query/limit}, {@code path/symbol}, {@code header/If-Match}
   * @param code stable word for the broken rule
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

  /** The HTTP status this failure becomes. */
  public int status() {
    return status;
  }

  /** Stable, documented, kebab-case. */
  public String code() {
    return code;
  }

  /** One sentence for the reader of the answer. */
  public String detail() {
    return getMessage();
  }

  /** What is wrong where; empty when the failure is not about parts of the input. */
  public List<Error> errors() {
    return errors;
  }

  /** How long to wait before trying again, when that can help. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** 400: the input cannot be parsed. */
  public static final class Malformed extends Failure {
    public Malformed(String code, String detail, Error... errors) {
      super(400, code, detail, null, List.of(errors));
    }
  }

  /** 401: who is asking is not known. */
  public static final class Unauthenticated extends Failure {
    public Unauthenticated(String code, String detail) {
      super(401, code, detail, null, List.of());
    }
  }

  /** 403: who is asking is known and may not. */
  public static final class Forbidden extends Failure {
    public Forbidden(String code, String detail) {
      super(403, code, detail, null, List.of());
    }
  }

  /** 404: there is no such thing. */
  public static final class NotFound extends Failure {
    public NotFound(String code, String detail, List<Error> errors) {
      super(404, code, detail, null, errors);
    }

    public NotFound(String code, String detail) {
      this(code, detail, List.of());
    }
  }

  /** 409: the state of the thing forbids it. */
  public static final class Conflict extends Failure {
    public Conflict(String code, String detail, Error... errors) {
      super(409, code, detail, null, List.of(errors));
    }
  }

  /** 410: it was there and is not kept any more. */
  public static final class Gone extends Failure {
    private final transient ResumeFrom start;

    /**
     * Where whoever reads on can begin again.
     *
     * @param epoch of the sequences now
     * @param oldest sequence still kept
     */
    public record ResumeFrom(String epoch, long oldest) {}

    public Gone(String code, String detail, Error... errors) {
      super(410, code, detail, null, List.of(errors));
      this.start = null;
    }

    public Gone(String code, String detail, ResumeFrom start) {
      super(410, code, detail, null, List.of());
      this.start = start;
    }

    /** Empty when there is nothing to read on in. */
    public Optional<ResumeFrom> start() {
      return Optional.ofNullable(start);
    }
  }

  /** 412: it changed since the caller read it. */
  public static final class PreconditionFailed extends Failure {
    public PreconditionFailed(String code, String detail) {
      super(412, code, detail, null, List.of());
    }
  }

  /** 422: the input can be read and breaks the contract. */
  public static final class Invalid extends Failure {
    public Invalid(String code, String detail, List<Error> errors) {
      super(422, code, detail, null, errors);
    }

    public Invalid(String code, String detail, Error... errors) {
      this(code, detail, List.of(errors));
    }

    /** {@code invalid-request} with everything that is wrong with the input. */
    public static Invalid of(List<Error> errors) {
      return new Invalid(
          "invalid-request", "The request violates the API contract, see errors.", errors);
    }

    /** {@code invalid-request} with the one thing that is wrong with the input; parameters as in {@link Error}. */
    public static Invalid of(String pointer, String code, String detail) {
      return of(List.of(new Error(pointer, code, detail)));
    }
  }

  /** 429: too many requests; says when to come back. */
  public static final class TooManyRequests extends Failure {
    private final transient Quota quota;

    /** @param max requests within any window of this length */
    public record Quota(@JsonProperty("most") int max, Duration window) {}

    public TooManyRequests(String code, String detail, Duration retryAfter, Quota quota) {
      super(429, code, detail, retryAfter, List.of());
      this.quota = quota;
    }

    public TooManyRequests(String code, String detail, Duration retryAfter) {
      this(code, detail, retryAfter, null);
    }

    /** What was used up; empty when it is nothing that comes back with time. */
    public Optional<Quota> quota() {
      return Optional.ofNullable(quota);
    }
  }

  /** 500: a fault of ours; the log has the cause, the client does not. */
  public static final class Internal extends Failure {
    public Internal() {
      super(500, "internal", "Something went wrong on our side.", null, List.of());
    }
  }

  /** 503: not now; says when to come back. */
  public static final class Unavailable extends Failure {
    public Unavailable(String code, String detail, Duration retryAfter, List<Error> errors) {
      super(503, code, detail, retryAfter, errors);
    }

    public Unavailable(String code, String detail) {
      this(code, detail, SOON, List.of());
    }
  }
}

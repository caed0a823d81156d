package dev.verticker.bus;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;

/** A {@link Failure} in the wire format. */
record WireFailure(
    String kind,
    String code,
    String detail,
    Long retryAfterMs,
    List<Failure.Error> errors,
    @JsonProperty("start") Failure.Gone.ResumeFrom resumeFrom,
    Failure.TooManyRequests.Quota quota) {
  private static final long MAX_RETRY_MS = Duration.ofDays(4).toMillis();

  WireFailure {
    errors = errors == null ? List.of() : List.copyOf(errors);
  }

  static WireFailure of(Failure failure) {
    return new WireFailure(
        failure.getClass().getSimpleName(),
        failure.code(),
        failure.detail(),
        failure.retryAfter().map(Duration::toMillis).orElse(null),
        failure.errors(),
        failure instanceof Failure.Gone gone ? gone.resumeFrom().orElse(null) : null,
        failure instanceof Failure.TooManyRequests many ? many.quota().orElse(null) : null);
  }

  Failure failure() {
    var all = errors.toArray(Failure.Error[]::new);
    return switch (kind == null ? "" : kind) {
      case "Malformed" -> new Failure.Malformed(code, detail, all);
      case "Unauthenticated" -> new Failure.Unauthenticated(code, detail);
      case "Forbidden" -> new Failure.Forbidden(code, detail);
      case "NotFound" -> new Failure.NotFound(code, detail, errors);
      case "Conflict" -> new Failure.Conflict(code, detail, all);
      case "Gone" ->
        resumeFrom == null
            ? new Failure.Gone(code, detail, all)
            : new Failure.Gone(code, detail, resumeFrom);
      case "PreconditionFailed" -> new Failure.PreconditionFailed(code, detail);
      case "Invalid" -> new Failure.Invalid(code, detail, errors);
      case "TooManyRequests" -> new Failure.TooManyRequests(code, detail, retryAfter(), quota);
      case "Unavailable" -> new Failure.Unavailable(code, detail, retryAfter(), errors);
      default -> new Failure.Internal();
    };
  }

  private Duration retryAfter() {
    return Duration.ofMillis(retryAfterMs == null ? 1000 : Math.min(retryAfterMs, MAX_RETRY_MS));
  }
}

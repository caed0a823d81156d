package dev.verticker.api.udf;

import dev.verticker.bus.Failure;
import io.vertx.core.MultiMap;
import java.util.Optional;
import java.util.regex.Pattern;

/** The query of a request. Parameters that the protocol does not have are ignored; the methods throw {@link Failure}. */
final class UdfQuery {
  private static final int MAX_LENGTH = 200;
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,15}");

  private final MultiMap sent;

  UdfQuery(MultiMap sent) {
    this.sent = sent;
  }

  String required(String name) {
    return text(name).orElseThrow(() -> invalid(name + " is required"));
  }

  /** Returns the parameter; empty if it is missing or has no text. */
  Optional<String> text(String name) {
    var values = sent.getAll(name);
    if (values.size() > 1) {
      throw invalid(name + " must not be repeated");
    }
    var text = values.stream().findFirst().filter(value -> !value.isEmpty());
    if (text.isPresent() && text.get().length() > MAX_LENGTH) {
      throw invalid(name + " is too long");
    }
    return text;
  }

  Optional<Long> number(String name, long min, long max) {
    return text(name).map(text -> {
      if (!NUMBER.matcher(text).matches()
          || Long.parseLong(text) < min
          || Long.parseLong(text) > max) {
        throw invalid(name + " must be a number from " + min + " to " + max);
      }
      return Long.valueOf(text);
    });
  }

  static Failure invalid(String message) {
    return new Failure.Malformed("malformed-request", message);
  }
}

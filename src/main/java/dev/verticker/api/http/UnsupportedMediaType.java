package dev.verticker.api.http;

/** 415: only HTTP knows this refusal, so it is no {@link dev.verticker.bus.Failure}. */
final class UnsupportedMediaType extends RuntimeException {
  private final String wanted;

  UnsupportedMediaType(String wanted) {
    super("wanted " + wanted, null, false, false);
    this.wanted = wanted;
  }

  String wanted() {
    return wanted;
  }
}

package dev.verticker.api.request;

/** 415: only HTTP knows this refusal, so it is no {@link dev.verticker.bus.Failure}. */
public final class UnsupportedMediaTypeException extends RuntimeException {
  private final String wanted;

  UnsupportedMediaTypeException(String wanted) {
    super("wanted " + wanted, null, false, false);
    this.wanted = wanted;
  }

  public String wanted() {
    return wanted;
  }
}

package dev.verticker.api.request;

/** 415. Only HTTP has this error, so it is not a {@link dev.verticker.bus.Failure}. */
public final class UnsupportedMediaTypeException extends RuntimeException {
  private final String supported;

  UnsupportedMediaTypeException(String supported) {
    super("supported: " + supported, null, false, false);
    this.supported = supported;
  }

  /** The media types that the operation supports, separated by commas. */
  public String supported() {
    return supported;
  }
}

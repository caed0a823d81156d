package dev.verticker.dev.exchange;

/** An error of the exchange with its code and text. */
final class BinanceError extends RuntimeException {
  private final int code;

  private BinanceError(int code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  int code() {
    return code;
  }

  static BinanceError illegalCharacters(String parameter, String range) {
    return new BinanceError(
        -1100,
        "Illegal characters found in parameter '" + parameter + "'; legal range is '" + range
            + "'.");
  }

  static BinanceError tooManyParameters(int expected, int received) {
    return new BinanceError(
        -1101, "Too many parameters; expected '" + expected + "' and received '" + received + "'.");
  }

  static BinanceError duplicateParameter() {
    return new BinanceError(-1101, "Duplicate values for a parameter detected.");
  }

  static BinanceError missing(String parameter) {
    return new BinanceError(
        -1102,
        "Mandatory parameter '" + parameter + "' was not sent, was empty/null, or malformed.");
  }

  static BinanceError unread(int read, int sent) {
    return new BinanceError(
        -1104,
        "Not all sent parameters were read; read '" + read + "' parameter(s) but was sent '" + sent
            + "'.");
  }

  static BinanceError empty(String parameter) {
    return new BinanceError(-1105, "Parameter '" + parameter + "' was empty.");
  }

  static BinanceError badInterval() {
    return new BinanceError(-1120, "Invalid interval.");
  }

  static BinanceError badSymbol() {
    return new BinanceError(-1121, "Invalid symbol.");
  }

  static BinanceError badCombination() {
    return new BinanceError(-1128, "Combination of optional parameters invalid.");
  }

  static BinanceError invalid(String parameter) {
    return new BinanceError(-1130, "Data sent for parameter '" + parameter + "' is not valid.");
  }

  static BinanceError badTickerType() {
    return new BinanceError(-1139, "Invalid ticker type.");
  }

  static BinanceError symbolTwice() {
    return new BinanceError(-1151, "Symbol is present multiple times in the list.");
  }

  static BinanceError otherStatus() {
    return new BinanceError(
        -1220, "The symbol's status does not match the requested symbolStatus.");
  }
}

package dev.verticker.dev.exchange;

/** A call that the exchange refuses, with its own code and wording. */
final class Refusal extends RuntimeException {
  private final int code;

  private Refusal(int code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  int code() {
    return code;
  }

  static Refusal illegalCharacters(String parameter, String range) {
    return new Refusal(
        -1100,
        "Illegal characters found in parameter '" + parameter + "'; legal range is '" + range
            + "'.");
  }

  static Refusal tooManyParameters(int expected, int received) {
    return new Refusal(
        -1101, "Too many parameters; expected '" + expected + "' and received '" + received + "'.");
  }

  static Refusal duplicateParameter() {
    return new Refusal(-1101, "Duplicate values for a parameter detected.");
  }

  static Refusal missing(String parameter) {
    return new Refusal(
        -1102,
        "Mandatory parameter '" + parameter + "' was not sent, was empty/null, or malformed.");
  }

  static Refusal unread(int read, int sent) {
    return new Refusal(
        -1104,
        "Not all sent parameters were read; read '" + read + "' parameter(s) but was sent '" + sent
            + "'.");
  }

  static Refusal empty(String parameter) {
    return new Refusal(-1105, "Parameter '" + parameter + "' was empty.");
  }

  static Refusal badInterval() {
    return new Refusal(-1120, "Invalid interval.");
  }

  static Refusal badSymbol() {
    return new Refusal(-1121, "Invalid symbol.");
  }

  static Refusal badCombination() {
    return new Refusal(-1128, "Combination of optional parameters invalid.");
  }

  static Refusal invalid(String parameter) {
    return new Refusal(-1130, "Data sent for parameter '" + parameter + "' is not valid.");
  }

  static Refusal badTickerType() {
    return new Refusal(-1139, "Invalid ticker type.");
  }

  static Refusal symbolTwice() {
    return new Refusal(-1151, "Symbol is present multiple times in the list.");
  }

  static Refusal otherStatus() {
    return new Refusal(-1220, "The symbol's status does not match the requested symbolStatus.");
  }
}

package dev.verticker.dev.exchange;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** Executes the JSON messages of a client and creates the responses, in the exchange's words. */
final class StreamCommands {
  private static final int MAX_TEXT_ID = 36;
  private static final String COMBINED = "combined";

  private StreamCommands() {}

  /** The part of a connection that messages read and change. */
  interface Target {
    List<String> subscriptions();

    /** Returns false, and subscribes none of them, if the connection would have too many streams. */
    boolean subscribe(List<String> streams);

    void unsubscribe(List<String> streams);

    boolean isCombined();

    void setCombined(boolean combined);
  }

  /** A message that the exchange rejects. */
  private static final class InvalidCommandException extends RuntimeException {
    private final transient JsonObject response;

    InvalidCommandException(int code, String message) {
      super(message, null, false, false);
      this.response = new JsonObject().put("code", code).put("msg", message);
    }

    static InvalidCommandException request(String message) {
      return new InvalidCommandException(2, "Invalid request: " + message);
    }
  }

  static JsonObject execute(String text, Target target) {
    try {
      var command = parse(text);
      var id = id(command);
      return new JsonObject().put("result", result(command, target, text)).put("id", id);
    } catch (InvalidCommandException e) {
      return e.response;
    }
  }

  private static JsonObject parse(String text) {
    try {
      return new JsonObject(text);
    } catch (DecodeException | ClassCastException e) {
      throw new InvalidCommandException(3, "Invalid JSON: expected value at line 1 column 1");
    }
  }

  private static Object id(JsonObject command) {
    var id = command.getValue("id");
    var valid = command.containsKey("id")
        && (id == null
            || id instanceof Integer
            || id instanceof Long
            || id instanceof String text
                && text.length() <= MAX_TEXT_ID
                && text.chars().allMatch(Character::isLetterOrDigit));
    if (!valid) {
      throw InvalidCommandException.request("request ID must be an unsigned integer");
    }
    return id;
  }

  private static Object result(JsonObject command, Target target, String text) {
    if (!(command.getValue("method") instanceof String method)) {
      throw InvalidCommandException.request(
          "missing field `method` at line 1 column " + text.length());
    }
    switch (method) {
      case "SUBSCRIBE" -> {
        if (!target.subscribe(streams(command))) {
          throw InvalidCommandException.request("too many streams");
        }
      }
      case "UNSUBSCRIBE" -> target.unsubscribe(streams(command));
      case "LIST_SUBSCRIPTIONS" -> {
        if (command.containsKey("params")) {
          throw InvalidCommandException.request("too many parameters");
        }
        return new JsonArray(target.subscriptions());
      }
      case "SET_PROPERTY" -> {
        if (!(property(command, 2).getValue(1) instanceof Boolean combined)) {
          throw new InvalidCommandException(1, "Invalid value type: expected Boolean");
        }
        target.setCombined(combined);
      }
      case "GET_PROPERTY" -> {
        property(command, 1);
        return target.isCombined();
      }
      default ->
        throw InvalidCommandException.request("unknown variant `" + method
            + "`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"
            + " at line 1 column " + (text.indexOf(method) + method.length() + 1));
    }
    return null;
  }

  private static List<String> streams(JsonObject command) {
    var params = params(command);
    if (!params.stream().allMatch(String.class::isInstance)) {
      throw InvalidCommandException.request("stream names must be strings");
    }
    return params.stream().map(String.class::cast).toList();
  }

  private static JsonArray property(JsonObject command, int length) {
    var params = params(command);
    if (params.isEmpty() || !(params.getValue(0) instanceof String name)) {
      throw InvalidCommandException.request("property name must be a string");
    }
    if (!name.equals(COMBINED)) {
      var unknown = new InvalidCommandException(0, "Unknown property");
      unknown.response.put("id", command.getValue("id"));
      throw unknown;
    }
    if (params.size() > length) {
      throw InvalidCommandException.request("too many parameters");
    }
    return params.size() == length ? params : params.copy().addNull();
  }

  private static JsonArray params(JsonObject command) {
    return Optional.ofNullable(command.getValue("params"))
        .filter(JsonArray.class::isInstance)
        .map(JsonArray.class::cast)
        .orElseThrow(() -> InvalidCommandException.request("missing field `params`"));
  }
}

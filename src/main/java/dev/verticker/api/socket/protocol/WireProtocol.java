package dev.verticker.api.socket.protocol;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.bus.Failure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Parses commands and encodes errors, which differ between the two endpoints. */
public enum WireProtocol {
  /** {@code /ws}: flat JSON objects. */
  PLAIN("{\"op\": \"subscribe\", \"topic\": \"...\"}") {
    @Override
    public JsonObject error(String subject, int status, String code, String message) {
      var frame = new JsonObject().put("event", "error");
      if (subject != null) {
        frame.put("topic", subject);
      }
      return frame.put("status", status).put("code", code).put("message", message);
    }

    @Override
    Command parse(JsonObject frame) {
      if (!(frame.getValue("op") instanceof String operation)) {
        return malformed("op must be a string.");
      }
      return switch (operation) {
        case "subscribe" ->
          ofTopic(
              frame.getValue("topic"),
              topic -> new Command.Subscribe(
                  topic,
                  symbols(frame.getValue("symbols")),
                  null,
                  ResumePoint.of(frame.getValue("since"), "/since"),
                  everyMs(frame.getValue("every_ms"))));
        case "unsubscribe" -> ofTopic(frame.getValue("topic"), Command.Unsubscribe::new);
        case "auth" ->
          isToken(frame.getValue("token"))
              ? new Command.Auth(frame.getString("token"))
              : malformed("token must be a string of at most " + AccessTokenVerifier.MAX_LENGTH
                  + " characters.");
        case "ping" -> new Command.SocketPing();
        default -> rejected("unknown-op", "op must be subscribe, unsubscribe, auth or ping.");
      };
    }
  },

  /** {@code /eventbus}: the protocol of the event bus bridge and its client. */
  BRIDGE("{\"type\": \"register\", \"address\": \"...\"}") {
    @Override
    public JsonObject error(String subject, int status, String code, String message) {
      var frame = new JsonObject().put("type", "err");
      if (subject != null) {
        frame.put("address", subject);
      }
      return frame
          .put("failureCode", status)
          .put("failureType", code)
          .put("message", message)
          .put("body", code);
    }

    @Override
    Command parse(JsonObject frame) {
      if (!(frame.getValue("type") instanceof String type)) {
        return malformed("type must be a string.");
      }
      return switch (type) {
        case "register" -> ofTopic(frame.getValue("address"), address -> register(address, frame));
        case "unregister" -> ofTopic(frame.getValue("address"), Command.Unsubscribe::new);
        case "ping" -> new Command.SocketPing();
        // A send that expects a reply fails at once when the error goes to its reply address.
        case "send", "publish" ->
          new Command.InvalidCommand(
              frame.getValue("replyAddress") instanceof String reply
                      && reply.length() <= MAX_TOPIC_LENGTH
                  ? reply
                  : null,
              false,
              new Failure.Forbidden(
                  "outbound-only",
                  "Clients can only receive: send and publish are not supported."));
        default -> rejected("unknown-type", "type must be register, unregister or ping.");
      };
    }
  };

  private static final int MAX_TOPIC_LENGTH = 100;
  private static final String BEARER = "Bearer ";
  private static final Pattern SYMBOL = Pattern.compile(Command.SYMBOL);

  /** A message that a client can send. */
  private final String example;

  WireProtocol(String example) {
    this.example = example;
  }

  /** Returns the label value for metrics. */
  public final String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** @param subject the topic or reply address that the error concerns; null = the whole socket */
  public abstract JsonObject error(String subject, int status, String code, String message);

  abstract Command parse(JsonObject frame);

  /** Parses a message of the client. Never throws. */
  public final Command parse(String text) {
    try {
      return Json.decodeValue(text) instanceof JsonObject frame
          ? parse(frame)
          : malformed("A message must be a JSON object: send " + example + ".");
    } catch (DecodeException e) {
      return malformed("A message must be a JSON object: send " + example + ".");
    }
  }

  private static Command register(String address, JsonObject frame) {
    var headers = frame.getValue("headers") instanceof JsonObject sent ? sent : new JsonObject();
    var authorization = headers.getValue("Authorization");
    String token = null;
    if (authorization != null) {
      token = authorization instanceof String text
              && text.regionMatches(true, 0, BEARER, 0, BEARER.length())
              && isToken(text.substring(BEARER.length()))
          ? text.substring(BEARER.length())
          : "";
    }
    return new Command.Subscribe(
        address,
        symbols(headers.getValue("symbols")),
        token,
        ResumePoint.of(headers.getValue("since"), "/headers/since"),
        everyMs(headers.getValue("every_ms")));
  }

  /** Limits the size, because commands of any client wait in memory while a signature is verified. */
  private static boolean isToken(Object value) {
    return value instanceof String text && text.length() <= AccessTokenVerifier.MAX_LENGTH;
  }

  private static Command ofTopic(Object value, Function<String, Command> command) {
    if (!(value instanceof String topic) || topic.length() > MAX_TOPIC_LENGTH) {
      return malformed("A topic must be a string of at most " + MAX_TOPIC_LENGTH + " characters.");
    }
    try {
      return command.apply(topic);
    } catch (Failure failure) {
      return new Command.InvalidCommand(topic, true, failure);
    }
  }

  /** @param value null, an array of symbols, or text with symbols separated by commas */
  private static List<String> symbols(Object value) {
    if (value == null) {
      return List.of();
    }
    var values = value instanceof String text
        ? List.<Object>of((Object[]) text.split(",", Command.Subscribe.MAX_SYMBOLS + 1))
        : value instanceof JsonArray array ? array.getList() : List.of();
    var symbols = new LinkedHashSet<String>();
    for (var each : values) {
      if (each instanceof String symbol
          && symbols.size() < Command.Subscribe.MAX_SYMBOLS
          && SYMBOL.matcher(symbol).matches()) {
        symbols.add(symbol);
      } else {
        throw invalidSymbols();
      }
    }
    if (symbols.isEmpty() || symbols.size() < values.size()) {
      throw invalidSymbols();
    }
    return List.copyOf(symbols);
  }

  private static Failure.Invalid invalidSymbols() {
    return new Failure.Invalid(
        "invalid-request",
        "symbols must be a list of 1 to " + Command.Subscribe.MAX_SYMBOLS
            + " different symbols of 1 to 64 characters without spaces.");
  }

  private static int everyMs(Object value) {
    if (value == null) {
      return Command.Subscribe.DEFAULT_EVERY_MS;
    }
    // The client of the bridge sends headers as it received them: as a number or as text.
    var text = value.toString();
    if ((value instanceof Number || value instanceof String)
        && text.matches("[0-9]{1,7}")
        && (Integer.parseInt(text) == 0
            || Integer.parseInt(text) >= Command.Subscribe.MIN_EVERY_MS
                && Integer.parseInt(text) <= Command.Subscribe.MAX_EVERY_MS)) {
      return Integer.parseInt(text);
    }
    throw new Failure.Invalid(
        "invalid-request",
        "every_ms must be a whole number from " + Command.Subscribe.MIN_EVERY_MS + " to "
            + Command.Subscribe.MAX_EVERY_MS + ", or 0 for trades as they arrive.");
  }

  private static Command malformed(String message) {
    return rejected("malformed-frame", message);
  }

  private static Command rejected(String code, String message) {
    return new Command.InvalidCommand(null, false, new Failure.Malformed(code, message));
  }
}

package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.bus.Failure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** How frames are written and read: the one thing in which the two endpoints differ. */
enum WireProtocol {
  /** {@code /ws}: flat JSON objects. */
  PLAIN {
    @Override
    Frame.Text text(Frame frame) {
      return frame.plain();
    }

    @Override
    JsonObject refusal(String about, int status, String code, String sentence) {
      var frame = new JsonObject().put("event", "error");
      if (about != null) {
        frame.put("topic", about);
      }
      return frame.put("status", status).put("code", code).put("message", sentence);
    }

    @Override
    Command read(JsonObject frame) {
      var operation = frame.getValue("op");
      if (!(operation instanceof String word)) {
        return new Command.Refused(null, malformed("op must be a string."));
      }
      return switch (word) {
        case "subscribe" ->
          topic(
              frame.getValue("topic"),
              (topic) -> new Command.Subscribe(
                  topic,
                  null,
                  ResumePoint.ofJson(frame.getValue("since")),
                  everyMs(frame.getValue("every_ms"))));
        case "unsubscribe" -> topic(frame.getValue("topic"), Command.Unsubscribe::new);
        case "auth" ->
          isToken(frame.getValue("token"))
              ? new Command.Auth(frame.getString("token"))
              : new Command.Refused(
                  null,
                  malformed("token must be a string of at most " + AccessTokenVerifier.MAX_LENGTH
                      + " characters."));
        case "ping" -> new Command.Ping();
        default ->
          new Command.Refused(
              null,
              new Failure.Malformed(
                  "unknown-op", "op must be subscribe, unsubscribe, auth or ping."));
      };
    }
  },

  /** {@code /eventbus}: what the event-bus bridge and its client say to each other. */
  BRIDGE {
    @Override
    Frame.Text text(Frame frame) {
      return frame.bridged();
    }

    @Override
    JsonObject refusal(String about, int status, String code, String sentence) {
      var frame = new JsonObject().put("type", "err");
      if (about != null) {
        frame.put("address", about);
      }
      return frame
          .put("failureCode", status)
          .put("failureType", code)
          .put("message", sentence)
          .put("body", code);
    }

    @Override
    Command read(JsonObject frame) {
      if (!(frame.getValue("type") instanceof String type)) {
        return new Command.Refused(null, malformed("type must be a string."));
      }
      return switch (type) {
        case "register" -> topic(frame.getValue("address"), address -> register(address, frame));
        case "unregister" -> topic(frame.getValue("address"), Command.Unsubscribe::new);
        case "ping" -> new Command.Ping();
        // A send that wants an answer fails at once when the refusal goes to its reply address.
        case "send", "publish" ->
          new Command.Refused(
              frame.getValue("replyAddress") instanceof String reply
                      && reply.length() <= TopicRegistry.LONGEST
                  ? reply
                  : null,
              new Failure.Forbidden("outbound-only", "Browsers listen; they cannot send."));
        default ->
          new Command.Refused(
              null,
              new Failure.Malformed("unknown-type", "type must be register, unregister or ping."));
      };
    }
  };

  private static final String BEARER = "Bearer ";

  abstract Frame.Text text(Frame frame);

  /** For metrics. */
  final String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** @param about the topic or reply address; null = none */
  abstract JsonObject refusal(String about, int status, String code, String sentence);

  abstract Command read(JsonObject frame);

  /** Never throws. */
  final Command read(String text) {
    try {
      return Json.decodeValue(text) instanceof JsonObject frame
          ? read(frame)
          : new Command.Refused(null, malformed("A frame must be a JSON object."));
    } catch (DecodeException e) {
      return new Command.Refused(null, malformed("A frame must be a JSON object."));
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
        token,
        ResumePoint.ofHeader(headers.getValue("since")),
        everyMs(headers.getValue("every_ms")));
  }

  /** Frames wait while a signature is checked, and anybody may send some. */
  private static boolean isToken(Object value) {
    return value instanceof String text && text.length() <= AccessTokenVerifier.MAX_LENGTH;
  }

  private interface Made {
    Command of(String topic);
  }

  private static Command topic(Object value, Made made) {
    if (!(value instanceof String topic) || topic.length() > TopicRegistry.LONGEST) {
      return new Command.Refused(
          null,
          malformed(
              "A topic must be a string of at most " + TopicRegistry.LONGEST + " characters."));
    }
    try {
      return made.of(topic);
    } catch (Failure failure) {
      return new Command.Refused(topic, failure);
    }
  }

  private static Integer everyMs(Object value) {
    if (value == null) {
      return null;
    }
    // The bridge's client sends headers as it is given them: as a number or as text.
    var text = value.toString();
    if ((value instanceof Number || value instanceof String)
        && text.matches("[0-9]{1,7}")
        && Integer.parseInt(text) >= PriceChannel.MIN_MS
        && Integer.parseInt(text) <= PriceChannel.MAX_MS) {
      return Integer.parseInt(text);
    }
    throw new Failure.Invalid(
        "invalid-request",
        "every_ms must be a whole number from " + PriceChannel.MIN_MS + " to " + PriceChannel.MAX_MS
            + ".");
  }

  private static Failure malformed(String sentence) {
    return new Failure.Malformed("malformed-frame", sentence);
  }
}

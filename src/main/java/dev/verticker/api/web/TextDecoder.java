package dev.verticker.api.web;

import dev.verticker.bus.Failure;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Strict decoding of UTF-8. Malformed input, and NUL, which PostgreSQL cannot store, fail with 400. */
public final class TextDecoder {
  private TextDecoder() {}

  /**
   * Decodes the percent-encoding of a URL component or form field.
   *
   * @param plusIsBlank whether {@code +} encodes a space, as in queries and forms
   */
  public static String url(String encoded, boolean plusIsBlank) {
    if (isPlain(encoded)) {
      return plusIsBlank ? encoded.replace('+', ' ') : encoded;
    }
    var bytes = new ByteArrayOutputStream(encoded.length());
    for (var at = 0; at < encoded.length(); at++) {
      var c = encoded.charAt(at);
      if (c == '%') {
        bytes.write(hex(encoded, at + 1) << 4 | hex(encoded, at + 2));
        at += 2;
      } else if (c > ' ' && c < 0x7f) {
        bytes.write(c == '+' && plusIsBlank ? ' ' : c);
      } else {
        throw malformedUrl();
      }
    }
    return text(bytes.toByteArray(), TextDecoder::malformedUrl);
  }

  /** Returns whether the text has no encoded character, as almost every URL. */
  private static boolean isPlain(String encoded) {
    for (var at = 0; at < encoded.length(); at++) {
      var c = encoded.charAt(at);
      if (c <= ' ' || c >= 0x7f || c == '%') {
        return false;
      }
    }
    return true;
  }

  /** Decodes a request body. */
  public static String body(byte[] bytes) {
    return text(
        bytes,
        () -> new Failure.Malformed(
            "malformed-request", "Malformed body: expected UTF-8 text without NUL."));
  }

  private static String text(byte[] bytes, Supplier<Failure> malformed) {
    try {
      var text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.indexOf('\0') < 0) {
        return text;
      }
    } catch (CharacterCodingException e) {
      // Fails below, like NUL.
    }
    throw malformed.get();
  }

  private static int hex(String encoded, int at) {
    var digit = at < encoded.length() ? Character.digit(encoded.charAt(at), 16) : -1;
    if (digit < 0 || encoded.charAt(at) > 'f') {
      throw malformedUrl();
    }
    return digit;
  }

  private static Failure malformedUrl() {
    return new Failure.Malformed(
        "malformed-request",
        "Malformed URL or form: expected percent-encoded UTF-8 text without NUL.");
  }
}

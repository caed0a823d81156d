package dev.verticker.api.price;

import dev.verticker.bus.Failure;
import dev.verticker.message.Prices.HistoryPosition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * The end of a page as opaque text. A checksum detects a damaged cursor and one of another symbol. It needs no secret: a
 * cursor gives access to nothing that {@code from} and {@code to} do not.
 */
final class HistoryCursor {
  /** PostgreSQL supports no later time; a forged cursor may contain one. */
  private static final long MAX_MICROS = 253_402_300_800_000_000L;

  private static final int BYTES = 3 * Long.BYTES;

  private HistoryCursor() {}

  static String write(String symbol, HistoryPosition cursor) {
    var calledAt = cursor.calledAt();
    // ChronoUnit.MICROS.between overflows in the year 2262, because it counts nanoseconds.
    var micros = calledAt.getEpochSecond() * 1_000_000 + calledAt.getNano() / 1000;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(bytes(symbol, micros, cursor.id()));
  }

  /** Throws {@link Failure.Invalid} for text that {@link #write} did not create for this symbol. */
  static HistoryPosition read(String symbol, String text) {
    try {
      var sent = Base64.getUrlDecoder().decode(text);
      if (sent.length == BYTES) {
        var buffer = ByteBuffer.wrap(sent);
        var micros = buffer.getLong();
        var id = buffer.getLong();
        if (micros >= 0
            && micros < MAX_MICROS
            && Arrays.equals(sent, bytes(symbol, micros, id))
            && text.equals(Base64.getUrlEncoder().withoutPadding().encodeToString(sent))) {
          return new HistoryPosition(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), id);
        }
      }
    } catch (IllegalArgumentException e) {
      // Fails below, as a cursor with a wrong checksum does.
    }
    throw Failure.Invalid.of(
        "query/cursor", "cursor", "Must be the cursor of a Link header for the same symbol.");
  }

  private static byte[] bytes(String symbol, long micros, long id) {
    var position = ByteBuffer.allocate(BYTES).putLong(micros).putLong(id);
    var checksum = new CRC32C();
    checksum.update(position.array(), 0, 2 * Long.BYTES);
    checksum.update(symbol.getBytes(StandardCharsets.UTF_8));
    return position.putLong(checksum.getValue()).array();
  }
}

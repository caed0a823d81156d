package dev.verticker.api.price;

import dev.verticker.bus.Failure;
import dev.verticker.message.Prices.HistoryPosition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Encodes the position after the last observation of a page as an opaque string. A checksum detects damaged cursors and
 * cursors of another symbol. The cursor is not signed: it gives access to nothing that {@code from} and {@code to} do not.
 */
final class HistoryCursor {
  /** Exclusive: 10000-01-01T00:00Z. RFC 3339 times have years of four digits; a forged cursor may contain a later one. */
  private static final long MAX_MICROS = 253_402_300_800_000_000L;

  private HistoryCursor() {}

  static String encode(String symbol, HistoryPosition position) {
    var calledAt = position.calledAt();
    // ChronoUnit.MICROS.between overflows in the year 2262, because it counts nanoseconds.
    var micros = calledAt.getEpochSecond() * 1_000_000 + calledAt.getNano() / 1000;
    var bytes = ByteBuffer.allocate(3 * Long.BYTES).putLong(micros).putLong(position.id());
    var checksum = new CRC32C();
    checksum.update(bytes.array(), 0, 2 * Long.BYTES);
    checksum.update(symbol.getBytes(StandardCharsets.UTF_8));
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(bytes.putLong(checksum.getValue()).array());
  }

  /** Throws {@link Failure.Invalid} for text that {@link #encode} did not create for this symbol. */
  static HistoryPosition decode(String symbol, String text) {
    try {
      var decoded = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      var micros = decoded.getLong();
      if (micros >= 0 && micros < MAX_MICROS) {
        var position =
            new HistoryPosition(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), decoded.getLong());
        if (encode(symbol, position).equals(text)) {
          return position;
        }
      }
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      // Fails below, like a wrong checksum.
    }
    throw Failure.Invalid.of(
        "query/cursor", "cursor", "Must be the cursor from a Link header of the same symbol.");
  }
}

package dev.verticker.api.web;

import java.util.Optional;
import java.util.regex.Pattern;

/** A position in a topic of the event log, which clients send as {@code <epoch>:<seq>}. */
public record EventCursor(String epoch, long seq) {
  private static final Pattern EPOCH = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final Pattern TEXT = Pattern.compile("(" + EPOCH + "):([0-9]{1,18})");

  /** Returns the cursor, or an empty optional if the text has another form. */
  public static Optional<EventCursor> parse(String text) {
    var matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(new EventCursor(matcher.group(1), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  public static boolean isEpoch(String text) {
    return EPOCH.matcher(text).matches();
  }
}

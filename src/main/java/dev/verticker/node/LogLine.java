package dev.verticker.node;

import ch.qos.logback.classic.pattern.RootCauseFirstThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import dev.verticker.bus.RequestId;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.regex.Pattern;

/**
 * One line per event: time in UTC, level, class, the id of the request being worked on, message, and of a failure the stack trace, root
 * cause first. Line ends inside become {@code " | "}, so that no text of anybody makes a line of its own.
 */
public final class LogLine extends LayoutBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();
  private static final Pattern LINE_ENDS = Pattern.compile("[\\r\\n]+\\s*");

  private final RootCauseFirstThrowableProxyConverter failures =
      new RootCauseFirstThrowableProxyConverter();

  @Override
  public void start() {
    failures.start();
    super.start();
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    var line = new StringBuilder(200)
        .append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp())))
        .append(' ')
        .append(event.getLevel())
        .append(event.getLevel().levelStr.length() < 5 ? "  " : " ")
        .append(event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1))
        .append(' ');
    RequestId.current().ifPresent(id -> line.append('[').append(id).append("] "));
    line.append(oneLine(event.getFormattedMessage()));
    if (event.getThrowableProxy() != null) {
      line.append(" | ").append(oneLine(failures.convert(event).strip()));
    }
    return line.append('\n').toString();
  }

  private static String oneLine(String text) {
    return text == null ? "" : LINE_ENDS.matcher(text).replaceAll(" | ");
  }
}

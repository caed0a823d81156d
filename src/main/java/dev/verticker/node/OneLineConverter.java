package dev.verticker.node;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;
import java.util.regex.Pattern;

/** Logback's {@code %oneLine(...)}: replaces line breaks by {@code " | "}, so that logged input cannot forge a log line. */
public final class OneLineConverter extends CompositeConverter<ILoggingEvent> {
  private static final Pattern LINE_BREAKS = Pattern.compile("\\R+\\s*");

  @Override
  protected String transform(ILoggingEvent event, String text) {
    return LINE_BREAKS.matcher(text.strip()).replaceAll(" | ");
  }
}

package dev.verticker.node;

import static java.util.function.Predicate.not;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Logback's {@code %oneLine(...)}: replaces line breaks with {@code " | "}, so that logged input cannot forge a log line. */
public final class OneLineConverter extends CompositeConverter<ILoggingEvent> {
  private static final Pattern LINE_BREAK = Pattern.compile("\\R");

  @Override
  protected String transform(ILoggingEvent event, String text) {
    return LINE_BREAK
        .splitAsStream(text)
        .map(String::strip)
        .filter(not(String::isEmpty))
        .collect(Collectors.joining(" | "));
  }
}

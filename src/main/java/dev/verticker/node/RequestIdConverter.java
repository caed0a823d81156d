package dev.verticker.node;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.verticker.bus.RequestId;

/** {@code %request} in conf/logback.xml: the id of the request being worked on, in brackets; nothing outside one. */
public final class RequestIdConverter extends ClassicConverter {
  @Override
  public String convert(ILoggingEvent event) {
    return RequestId.current().map(id -> "[" + id + "] ").orElse("");
  }
}

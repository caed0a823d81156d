package dev.verticker.node;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import dev.verticker.bus.RequestId;
import java.util.Map;

/**
 * Sets the MDC property {@code request_id} of an event that is logged while an HTTP request is processed. The id belongs to
 * the Vert.x context and not to the thread, so logback's own MDC cannot hold it.
 */
public final class RequestIdFilter extends Filter<ILoggingEvent> {
  @Override
  public FilterReply decide(ILoggingEvent event) {
    if (event instanceof LoggingEvent mutable) {
      RequestId.current().ifPresent(id -> mutable.setMDCPropertyMap(Map.of("request_id", id)));
    }
    return FilterReply.NEUTRAL;
  }
}

package dev.verticker.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Records the log lines of all classes from a level upwards until it is closed. */
public final class RecordedLog implements AutoCloseable {
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Level levelBefore = root.getLevel();
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage()
          + (event.getThrowableProxy() == null
              ? ""
              : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy())));
    }
  };

  private RecordedLog(Level level) {
    if (levelBefore.isGreaterOrEqual(level)) {
      root.setLevel(level);
    }
    var threshold = new ThresholdFilter();
    threshold.setLevel(level.levelStr);
    threshold.start();
    appender.addFilter(threshold);
    appender.setContext(root.getLoggerContext());
    appender.start();
    root.addAppender(appender);
  }

  public static RecordedLog errors() {
    return new RecordedLog(Level.ERROR);
  }

  /** Returns the lines so far, each with its stack trace. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    root.detachAppender(appender);
    root.setLevel(levelBefore);
  }
}

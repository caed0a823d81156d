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
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** Records log lines from a level upwards until it is closed, whatever the log level of the test run. */
public final class RecordedLog implements AutoCloseable {
  private final Logger logger;
  private final Level levelBefore;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender;

  private RecordedLog(Logger logger, Level level, Function<ILoggingEvent, String> line) {
    this.logger = logger;
    this.levelBefore = logger.getLevel();
    this.appender = new AppenderBase<>() {
      @Override
      protected void append(ILoggingEvent event) {
        lines.add(line.apply(event));
      }
    };
    if (!logger.isEnabledFor(level)) {
      logger.setLevel(level);
    }
    var threshold = new ThresholdFilter();
    threshold.setLevel(level.levelStr);
    threshold.start();
    appender.addFilter(threshold);
    appender.setContext(logger.getLoggerContext());
    appender.start();
    logger.addAppender(appender);
  }

  /** Records the errors of all classes with their stack traces. */
  public static RecordedLog errors() {
    return new RecordedLog(
        logger(Logger.ROOT_LOGGER_NAME), Level.ERROR, RecordedLog::withStackTrace);
  }

  /** Records the messages of the warnings and errors of one class. */
  public static RecordedLog warnings(Class<?> type) {
    return new RecordedLog(logger(type.getName()), Level.WARN, ILoggingEvent::getFormattedMessage);
  }

  /** Returns the lines so far. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setLevel(levelBefore);
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }

  private static String withStackTrace(ILoggingEvent event) {
    return event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage()
        + (event.getThrowableProxy() == null
            ? ""
            : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy()));
  }
}

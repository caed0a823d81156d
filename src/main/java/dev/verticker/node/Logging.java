package dev.verticker.node;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;

/**
 * What a node logs, on standard output, unless a {@code conf/logback.xml} lies beside the jar. Logback finds this class through
 * {@code META-INF/services}.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final Map<String, Level> OF_OTHERS = Map.of(
      "com.hazelcast", Level.WARN,
      // Not used here, and a member that is still joining: nothing to act on.
      "com.hazelcast.cp", Level.ERROR,
      "com.hazelcast.internal.partition.operation", Level.ERROR,
      "io.vertx.spi.cluster.hazelcast", Level.WARN,
      "org.flywaydb", Level.WARN,
      "io.netty", Level.WARN,
      // It misses a file of defaults; every parameter is given in the code.
      "com.password4j", Level.ERROR,
      // Two HTTP servers share a gauge of Vert.x; Micrometer warns of the second.
      "io.micrometer", Level.ERROR);

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    OF_OTHERS.forEach((name, level) -> context.getLogger(name).setLevel(level));
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(standardOutput(context));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static ConsoleAppender<ILoggingEvent> standardOutput(LoggerContext context) {
    var line = new LogLine();
    line.setContext(context);
    line.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setLayout(line);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setName("stdout");
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }
}

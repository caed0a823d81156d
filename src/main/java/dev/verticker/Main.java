package dev.verticker;

import dev.verticker.legacy.LegacyImport;
import dev.verticker.node.CommandLine;
import dev.verticker.node.Node;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process: hands arguments, environment and place to the command line; the only class that reads the environment. */
public final class Main {
  private static final String LOGBACK = "logback.configurationFile";
  private static final String LOGBACK_FILE = "conf/logback.xml";

  private Main() {}

  public static void main(String[] arguments) throws URISyntaxException {
    var home = home();
    configureLogging(home);
    if (arguments.length > 0 && arguments[0].equals(LegacyImport.NAME)) {
      var rest = List.of(arguments).subList(1, arguments.length);
      System.exit(new LegacyImport(System.getenv(), home, System.out, System.err).run(rest));
    }
    new CommandLine(System.getenv(), home, System.out, System.err, Main::stopOnSignal)
        .run(List.of(arguments))
        .ifPresent(System::exit);
  }

  /** Before the first logger exists; without a file of its own a node logs as its {@code Logging} says. */
  private static void configureLogging(Path home) {
    var beside = home.resolve(LOGBACK_FILE);
    if (System.getProperty(LOGBACK) == null && Files.isRegularFile(beside)) {
      System.setProperty(LOGBACK, beside.toString());
    }
  }

  private static void stopOnSignal(Node node) {
    Runtime.getRuntime().addShutdownHook(new Thread(node::stop, "stop"));
  }

  /** The folder of the jar; the working directory when run from classes. */
  private static Path home() throws URISyntaxException {
    var code =
        Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return Files.isRegularFile(code) ? code.toAbsolutePath().getParent() : Path.of("");
  }
}

package dev.verticker;

import dev.verticker.legacy.LegacyImport;
import dev.verticker.node.CommandLine;
import dev.verticker.node.Node;
import dev.verticker.settings.SettingsFiles;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Passes arguments, environment and home folder to the command line. No other class reads the environment. */
public final class Main {
  private static final String LOGBACK = "logback.configurationFile";
  private static final String LOGBACK_FILE = "conf/logback.xml";
  private static final String LOG_FORMAT = "LOG_FORMAT";

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

  /** Sets the log format before the first logger exists. The command line reports invalid settings later. */
  private static void configureLogging(Path home) {
    var format = SettingsFiles.load(System.getenv(), home, new ArrayList<>()).getString(LOG_FORMAT);
    System.setProperty(LOG_FORMAT, "json".equals(format) ? "json" : "text");
    if (System.getProperty(LOGBACK) == null) {
      var file = home.resolve(LOGBACK_FILE);
      System.setProperty(LOGBACK, Files.isRegularFile(file) ? file.toString() : "logback.xml");
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

package dev.verticker.node;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** What was asked for on the command line, and the exit code for it. */
public final class CommandLine {
  private static final String CHECK = "check-config";
  private static final String HELP =
      """
      usage: java -jar verticker.jar [--cluster] [verticle...]
             java -jar verticker.jar check-config [verticle...]
             java -jar verticker.jar import-legacy [database]

      Starts the named verticles, all of them when none is named.

        --cluster      find other nodes; without CLUSTER_MEMBERS: a second node on this machine
        check-config   print the settings in effect, secrets redacted, and check them
        import-legacy  take over users and prices of the earlier system, before the first start
        --help         this text
        --version      the version

      Settings are environment variables; conf/settings.yaml lists them all. Files in conf/ and
      verticles/ beside the jar win over those in the jar.

      exit codes: 1 a setting or descriptor breaks its rule, 2 wrong arguments, 3 something needed is
      not there (port, database, other nodes), 4 cut off from the cluster: start it again""";

  private final Map<String, String> environment;
  private final Path home;
  private final PrintStream out;
  private final PrintStream err;
  private final Consumer<Node> started;

  /** @param started is given the node once it runs */
  public CommandLine(
      Map<String, String> environment,
      Path home,
      PrintStream out,
      PrintStream err,
      Consumer<Node> started) {
    this.environment = Map.copyOf(environment);
    this.home = home;
    this.out = out;
    this.err = err;
    this.started = started;
  }

  /** Does it; empty = a node is running now, otherwise the code to exit with. */
  public OptionalInt run(List<String> arguments) {
    try {
      return dispatch(arguments);
    } catch (StartupException e) {
      err.println(e.getMessage());
      return OptionalInt.of(e.exitCode());
    }
  }

  private OptionalInt dispatch(List<String> arguments) {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      out.println(HELP);
      return OptionalInt.of(0);
    }
    if (arguments.contains("--version")) {
      out.println("verticker " + version());
      return OptionalInt.of(0);
    }
    if (!arguments.isEmpty() && arguments.get(0).equals(CHECK)) {
      return check(parse(arguments.subList(1, arguments.size())));
    }
    started.accept(Node.start(parse(arguments), environment, home));
    return OptionalInt.empty();
  }

  private OptionalInt check(NodeArguments arguments) {
    Configuration.read(arguments, environment, home)
        .seen()
        .forEach((name, value) -> out.println(name + "=" + value));
    return OptionalInt.of(0);
  }

  private static NodeArguments parse(List<String> arguments) {
    var verticles = new ArrayList<>(arguments);
    var cluster = verticles.removeIf("--cluster"::equals);
    for (var name : verticles) {
      if (name.startsWith("-")) {
        throw new StartupException(
            StartupException.USAGE, "there is no option \"" + name + "\"; --help lists them");
      }
    }
    return new NodeArguments(verticles, cluster);
  }

  private static String version() {
    var version = CommandLine.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}

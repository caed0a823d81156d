package dev.verticker.node;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Parses and executes the command line. */
public final class CommandLine {
  private static final String CHECK = "check-config";
  private static final String HELP =
      """
      usage: java -jar verticker.jar [--cluster] [verticle...]
             java -jar verticker.jar check-config [verticle...]
             java -jar verticker.jar import-legacy [database]

      Starts the named verticles; without names, all of them.

        --cluster      join a cluster; without CLUSTER_MEMBERS, with one other node on this machine
        check-config   validate the settings and print the effective values, secrets redacted
        import-legacy  import users and prices of the earlier system, before the first start
        --help         print this text
        --version      print the version

      Settings are environment variables; conf/settings.yaml describes all of them. Files in conf/
      and verticles/ next to the jar override the packaged ones.

      exit codes: 1 invalid setting or descriptor, 2 invalid arguments, 3 port, database or cluster
      unavailable, 4 lost the cluster: restart the node""";

  private final Map<String, String> environment;
  private final Path home;
  private final PrintStream out;
  private final PrintStream err;
  private final Consumer<Node> started;

  /** @param started receives the running node */
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

  /**
   * Executes the command.
   *
   * @return the exit code; empty while a node runs
   */
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
        .effectiveValues()
        .forEach((name, value) -> out.println(name + "=" + value));
    return OptionalInt.of(0);
  }

  private static NodeArguments parse(List<String> arguments) {
    var verticles = new ArrayList<>(arguments);
    var cluster = verticles.removeIf("--cluster"::equals);
    for (var name : verticles) {
      if (name.startsWith("-")) {
        throw new StartupException(
            StartupException.USAGE, "Unknown option \"" + name + "\": --help lists the options");
      }
    }
    return new NodeArguments(verticles, cluster);
  }

  private static String version() {
    var version = CommandLine.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}

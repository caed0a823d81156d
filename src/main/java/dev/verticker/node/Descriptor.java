package dev.verticker.node;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One deployable verticle: {@code verticles/<name>.yaml}.
 *
 * @param main a class with a constructor {@code (NodeContext)}
 * @param settings names of the settings groups that it reads
 * @param schemas database schemas that it owns; the node migrates them
 * @param after names of verticles that start before it and stop after it if they run on the same node
 * @param options the Vert.x {@code DeploymentOptions}; {@code instances: cores} = the number of cores
 */
record Descriptor(
    String name,
    String main,
    List<String> settings,
    List<String> schemas,
    List<String> after,
    JsonObject options) {
  private static final Set<String> KEYS = Set.of("main", "settings", "schemas", "after", "options");
  private static final Set<String> OPTIONS = Set.of(
      "instances",
      "threadingModel",
      "workerPoolName",
      "workerPoolSize",
      "maxWorkerExecuteTime",
      "maxWorkerExecuteTimeUnit");
  private static final String CORES = "cores";

  /** Reads a descriptor and adds its errors to {@code errors}. */
  static Descriptor read(String name, Map<String, Object> yaml, List<String> errors) {
    var json = new JsonObject(yaml);
    Consumer<String> error = text -> errors.add("verticles/" + name + ".yaml: " + text);
    allowOnly(KEYS, json, "", error);
    var options = new JsonObject();
    if (json.getValue("options") instanceof JsonObject map) {
      options = map;
    } else if (json.getValue("options") != null) {
      error.accept("options must be a map, was \"" + json.getValue("options") + "\"");
    }
    allowOnly(OPTIONS, options, "options ", error);
    if (!(json.getValue("main") instanceof String)) {
      error.accept("main is required: the name of a verticle class");
    }
    var instances = options.getValue("instances", 1);
    if (!CORES.equals(instances) && !(instances instanceof Integer number && number > 0)) {
      error.accept(
          "options.instances must be a positive integer or \"cores\", was \"" + instances + "\"");
      options.remove("instances");
    }
    return new Descriptor(
        name,
        String.valueOf(json.getValue("main")),
        names(json, "settings", error),
        names(json, "schemas", error),
        names(json, "after", error),
        options);
  }

  DeploymentOptions deployment(JsonObject config, int cores) {
    var json = options.copy().put("config", config);
    if (CORES.equals(json.getValue("instances"))) {
      json.put("instances", cores);
    }
    return new DeploymentOptions(json);
  }

  /**
   * Returns the start order: the verticles of a round start together and depend only on earlier rounds. They stop in the
   * reverse order.
   *
   * @throws StartupException if {@code after} has a cycle
   */
  static List<List<Descriptor>> rounds(List<Descriptor> selected) {
    var names = selected.stream().map(Descriptor::name).collect(Collectors.toSet());
    var remaining = new ArrayList<>(selected);
    var rounds = new ArrayList<List<Descriptor>>();
    while (!remaining.isEmpty()) {
      var round = remaining.stream()
          .filter(descriptor -> descriptor.after().stream().noneMatch(names::contains))
          .toList();
      if (round.isEmpty()) {
        throw new StartupException(
            StartupException.CONFIGURATION,
            "Cycle in \"after\", which blocks verticles "
                + names.stream().sorted().toList() + ": remove one of the entries");
      }
      rounds.add(round);
      round.forEach(descriptor -> names.remove(descriptor.name()));
      remaining.removeIf(descriptor -> !names.contains(descriptor.name()));
    }
    return rounds;
  }

  private static List<String> names(JsonObject json, String key, Consumer<String> error) {
    if (json.getValue(key) == null) {
      return List.of();
    }
    if (json.getValue(key) instanceof JsonArray array
        && array.stream().allMatch(String.class::isInstance)) {
      return array.stream().map(String.class::cast).toList();
    }
    error.accept(key + " must be a list of names, was \"" + json.getValue(key) + "\"");
    return List.of();
  }

  private static void allowOnly(
      Set<String> keys, JsonObject json, String where, Consumer<String> error) {
    var allowed = String.join(", ", new TreeSet<>(keys));
    json.fieldNames().stream()
        .filter(key -> !keys.contains(key))
        .forEach(key ->
            error.accept("unknown " + where + "key \"" + key + "\": allowed keys are " + allowed));
  }
}

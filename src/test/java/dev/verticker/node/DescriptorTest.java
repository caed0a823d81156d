package dev.verticker.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescriptorTest {
  private Home home;

  @BeforeEach
  void home(@TempDir Path folder) {
    home = new Home(folder);
  }

  @Test
  void all_packaged_descriptors_are_selected_if_none_is_named() {
    var names = Descriptors.load(home.folder()).select(List.of()).stream()
        .map(Descriptor::name)
        .toList();
    assertTrue(names.containsAll(List.of("price", "price-api")), names.toString());
  }

  @Test
  void a_file_next_to_the_jar_replaces_the_packaged_one_and_can_add_another() {
    home.descriptor("price", "main: a.B").descriptor("more", "main: c.D");
    var selected = Descriptors.load(home.folder()).select(List.of("price", "more", "price"));
    assertEquals(List.of("a.B", "c.D"), selected.stream().map(Descriptor::main).toList());
  }

  @Test
  void an_unknown_name_is_rejected_and_the_known_ones_are_listed() {
    var refusal = assertThrows(
        StartupException.class, () -> Descriptors.load(home.folder()).select(List.of("prise")));
    assertEquals(StartupException.USAGE, refusal.exitCode());
    assertTrue(
        refusal
            .getMessage()
            .matches("Unknown verticle \"prise\": name one of .*price, price-api.*"),
        refusal.getMessage());
  }

  @Test
  void all_errors_of_all_descriptors_are_reported_together() {
    home.descriptor("a", "mian: x.Y\noptions: {instanzes: 2}")
        .descriptor("b", "main: x.Y\nsettings: price\noptions: {instances: many}")
        .descriptor("c", "- not a map");
    var refusal = assertThrows(StartupException.class, () -> Descriptors.load(home.folder()));
    assertEquals(StartupException.CONFIGURATION, refusal.exitCode());
    assertEquals(
        """
        Invalid verticle descriptors:
          verticles/a.yaml: unknown key "mian": allowed keys are after, main, options, schemas, settings
          verticles/a.yaml: unknown options key "instanzes": allowed keys are instances, maxWorkerExecuteTime, maxWorkerExecuteTimeUnit, threadingModel, workerPoolName, workerPoolSize
          verticles/a.yaml: main is required: the name of a verticle class
          verticles/b.yaml: options.instances must be a positive integer or "cores", was "many"
          verticles/b.yaml: settings must be a list of names, was "price"
          verticles/c.yaml: must be a YAML map""",
        refusal.getMessage());
  }

  @Test
  void instances_cores_becomes_the_number_of_cores_and_the_settings_become_the_configuration() {
    home.descriptor("a", "main: x.Y\noptions: {instances: cores, threadingModel: WORKER}");
    var options = Descriptors.load(home.folder())
        .select(List.of("a"))
        .get(0)
        .deployment(new JsonObject().put("SYMBOLS", "A"), 7);
    assertEquals(7, options.getInstances());
    assertEquals("WORKER", options.getThreadingModel().name());
    assertEquals(new JsonObject().put("SYMBOLS", "A"), options.getConfig());
  }

  @Test
  void verticles_that_do_not_depend_on_each_other_start_together() {
    home.descriptor("door", "main: x.Y\nafter: [left, right]")
        .descriptor("left", "main: x.Y\nafter: [root]")
        .descriptor("right", "main: x.Y\nafter: [root, elsewhere]")
        .descriptor("root", "main: x.Y");
    var selected = Descriptors.load(home.folder()).select(List.of("door", "left", "right", "root"));
    assertEquals(
        List.of(List.of("root"), List.of("left", "right"), List.of("door")),
        Descriptor.rounds(selected).stream()
            .map(round -> round.stream().map(Descriptor::name).toList())
            .toList());
  }

  @Test
  void a_cycle_is_rejected() {
    home.descriptor("a", "main: x.Y\nafter: [b]").descriptor("b", "main: x.Y\nafter: [a]");
    var selected = Descriptors.load(home.folder()).select(List.of("a", "b"));
    var refusal = assertThrows(StartupException.class, () -> Descriptor.rounds(selected));
    assertEquals(
        "Cycle in \"after\", which blocks verticles [a, b]: remove one of the entries",
        refusal.getMessage());
  }
}

package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.Await;
import dev.verticker.testing.Npm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests two machines on a private network: both have the front doors, and each has the verticles that the other one lacks, so
 * that requests to either need both.
 */
@Tag("alone")
@Tag("faults")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoDropletsTest {
  private static final List<List<String>> ROLES = List.of(
      List.of("user-api", "price-api", "user", "notification", "trading"),
      List.of("user-api", "price-api", "price"));

  @TempDir
  private static Path folder;

  private TwoDroplets two;

  @BeforeAll
  void start() {
    two = TwoDroplets.start(ROLES, folder);
  }

  @AfterAll
  void stop() {
    if (two != null) {
      two.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void both_nodes_see_each_other(int number) {
    assertEquals(1, two.otherNodes(number));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_token_of_one_node_reads_data_of_both_nodes_at_the_other(int number) {
    var token = two.signIn(1 - number);
    var bearer = Map.of("Authorization", "Bearer " + token);
    Await.until("prices", () -> two.get(number, 8000, "/dashboard", bearer).containsKey("prices"));
    var dashboard = two.get(number, 8000, "/dashboard", bearer);
    assertEquals("admin", dashboard.getJsonObject("user").getString("username"));
    assertEquals(3, dashboard.getJsonArray("prices").size(), dashboard::encode);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void the_postman_collection_passes_at_each_node(int number)
      throws IOException, InterruptedException {
    var host = "http://" + two.address(number);
    var newman = Npm.home().resolve("node_modules/newman/bin/newman.js").toString();
    var process = Npm.node(
        Map.of(),
        List.of(
            newman,
            "run",
            "postman/verticker.postman_collection.json",
            "--environment",
            "postman/local.postman_environment.json",
            "--env-var",
            "user_url=" + host + ":8000",
            "--env-var",
            "price_url=" + host + ":8001",
            "--color",
            "off",
            "--timeout-request",
            "10000"));
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("assertions"), output);
  }
}

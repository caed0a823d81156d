package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.testing.Command;
import dev.verticker.testing.Npm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that the contracts are complete enough to generate types from them. */
class GeneratedTypesTest {
  private static final Path CONTRACTS = Path.of("src/main/resources");

  /** Objects of the exchange and of the audit trail, and form fields of other sign-in clients, which have other keys, too. */
  private static final List<String> OPEN =
      List.of("ExchangeInfo", "details", "Credentials", "RefreshForm");

  @Test
  void a_client_compiles_with_the_types_generated_from_the_contracts() throws IOException {
    var home = Npm.home("types");
    for (var file : List.of("redocly.yaml", "usage.ts", "tsconfig.json")) {
      Files.copy(
          Path.of("src/test/types", file), home.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    writeEventsAsOpenApi(home.resolve("events.json"));
    assertEquals(
        "",
        Command.run(
            "node",
            home.resolve("node_modules/openapi-typescript/bin/cli.js").toString(),
            "--redocly",
            home.resolve("redocly.yaml").toString()));
    assertEquals(
        "",
        Command.run(
            "node",
            // The compiler of the console is faster than the one that the generator needs.
            Npm.home().resolve("node_modules/typescript/bin/tsc").toString(),
            "--project",
            home.toString()));
  }

  @Test
  void every_object_that_the_server_sends_has_declared_keys() throws IOException {
    var open = new ArrayList<String>();
    for (var contract : List.of("openapi/user-api.yaml", "openapi/price-api.yaml")) {
      findOpenObjects(schemas(contract), "", open);
    }
    var events = (ObjectNode) schemas("asyncapi/events.yaml");
    // Clients may send additional keys, which the server ignores.
    events.remove(List.of("Subscribe", "Unsubscribe", "Auth", "Ping", "BridgeCommand", "Since"));
    findOpenObjects(events, "", open);
    assertEquals(List.of(), open);
  }

  private static void findOpenObjects(JsonNode schema, String path, List<String> open) {
    var name = path.substring(path.lastIndexOf('/') + 1);
    var isObject = schema.path("type").asText().equals("object")
        || schema.path("type").isArray() && schema.path("type").toString().contains("object");
    var isDeclared = schema.path("additionalProperties").isBoolean()
        && !schema.path("additionalProperties").asBoolean()
        && schema.has("properties");
    if (isObject && !isDeclared && !OPEN.contains(name)) {
      open.add(path);
    }
    schema.properties().stream()
        .filter(child -> !child.getKey().startsWith("example"))
        .forEach(child -> findOpenObjects(child.getValue(), path + "/" + child.getKey(), open));
    if (schema.isArray()) {
      schema.forEach(child -> findOpenObjects(child, path, open));
    }
  }

  private static JsonNode schemas(String contract) throws IOException {
    return new YAMLMapper()
        .readTree(CONTRACTS.resolve(contract).toFile())
        .at("/components/schemas");
  }

  /** The generator reads OpenAPI; the schemas of both kinds of documents are the same. */
  private static void writeEventsAsOpenApi(Path file) throws IOException {
    var document = new JsonMapper().createObjectNode().put("openapi", "3.1.0");
    document.putObject("info").put("title", "events").put("version", "1");
    document.putObject("paths");
    document.putObject("components").set("schemas", schemas("asyncapi/events.yaml"));
    Files.writeString(file, document.toString());
  }
}

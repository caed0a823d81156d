package dev.verticker.postman;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.api.openapi.Contract;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A published contract: its operations with an example of each response. */
final class PublishedContract {
  private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");

  /** @param example of the body; null without one */
  record Response(int status, String description, Map<String, String> headers, JsonNode example) {}

  record Operation(
      String id,
      String method,
      Pattern path,
      String template,
      JsonNode json,
      List<Response> responses) {
    boolean is(String method, String path) {
      return this.method.equals(method) && this.path.matcher(path).matches();
    }
  }

  private final JsonNode document;

  private PublishedContract(JsonNode document) {
    this.document = document;
  }

  /** @param name of the API, such as {@code user-api} */
  static PublishedContract read(String name) {
    var vertx = Vertx.vertx();
    try {
      var contract = Contract.load(vertx, "openapi/" + name + ".yaml").await();
      return new PublishedContract(
          new YAMLMapper().readTree(contract.published().getBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      vertx.close().await();
    }
  }

  /** Returns the operations in the order of the contract, paths without parameters first. */
  List<Operation> operations() {
    var operations = new ArrayList<Operation>();
    document.get("paths").properties().forEach(path -> METHODS.stream()
        .filter(path.getValue()::has)
        .map(method -> operation(path.getKey(), method, path.getValue().get(method)))
        .forEach(operations::add));
    operations.sort((one, other) ->
        Boolean.compare(one.template().contains("{"), other.template().contains("{")));
    return operations;
  }

  private Operation operation(String template, String method, JsonNode operation) {
    var responses = operation.get("responses").properties().stream()
        .map(response ->
            response(Integer.parseInt(response.getKey()), resolved(response.getValue())))
        .toList();
    var path = Pattern.compile(template.replaceAll("\\{[^}]+}", "[^/]+"));
    return new Operation(
        operation.get("operationId").asText(),
        method.toUpperCase(),
        path,
        template,
        operation,
        responses);
  }

  private Response response(int status, JsonNode response) {
    var headers = new TreeMap<String, String>();
    response.path("headers").properties().forEach(header -> {
      var resolved = resolved(header.getValue());
      headers.put(
          header.getKey(),
          resolved.has("example")
              ? resolved.get("example").asText()
              : example(resolved.get("schema")).asText());
    });
    var content = response.path("content").properties();
    if (content.isEmpty()) {
      return new Response(status, description(response), headers, null);
    }
    var body = content.iterator().next();
    headers.put("Content-Type", body.getKey());
    var written = body.getValue().path("examples").elements();
    var example = body.getValue().has("example")
        ? body.getValue().get("example")
        : written.hasNext()
            ? resolved(written.next()).get("value")
            : example(body.getValue().get("schema"));
    return new Response(status, description(response), headers, example);
  }

  /** Returns the first sentence. */
  private static String description(JsonNode response) {
    var description = response.get("description").asText().strip().replaceAll("\\s+", " ");
    return description.split("(?<=\\.) ", 2)[0];
  }

  /** Returns the example of the schema, or one built from the examples of its parts. */
  private JsonNode example(JsonNode reference) {
    var schema = resolved(reference);
    if (schema.has("example")) {
      return schema.get("example");
    }
    if (schema.has("examples")) {
      return schema.get("examples").get(0);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(0);
    }
    for (var choice : List.of("oneOf", "anyOf")) {
      if (schema.has(choice)) {
        return example(schema.get(choice).get(0));
      }
    }
    if (schema.has("properties")) {
      var object = JsonNodeFactory.instance.objectNode();
      schema
          .get("properties")
          .properties()
          .forEach(property -> object.set(property.getKey(), example(property.getValue())));
      return object;
    }
    if (schema.has("items")) {
      return JsonNodeFactory.instance.arrayNode().add(example(schema.get("items")));
    }
    return scalar(schema);
  }

  private static JsonNode scalar(JsonNode schema) {
    var type = schema.path("type");
    var first = type.isArray() ? type.get(0).asText() : type.asText();
    return switch (first) {
      case "integer", "number" ->
        JsonNodeFactory.instance.numberNode(schema.path("minimum").asLong(1));
      case "boolean" -> JsonNodeFactory.instance.booleanNode(false);
      case "string" -> throw new AssertionError("needs an example in the contract: " + schema);
      default -> JsonNodeFactory.instance.objectNode();
    };
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
  }

  /** Returns the path with the examples of its parameters. */
  String examplePath(Operation operation) {
    var path = operation.template();
    for (var declared : operation.json().path("parameters")) {
      var parameter = resolved(declared);
      if (parameter.get("in").asText().equals("path")) {
        path = path.replace(
            "{" + parameter.get("name").asText() + "}",
            parameter.path("example").asText());
      }
    }
    return path;
  }

  /** Returns the media type and an example of the request body; empty without a body. */
  Optional<Map.Entry<String, JsonNode>> exampleBody(Operation operation) {
    return operation.json().at("/requestBody/content").properties().stream()
        .findFirst()
        .map(content -> Map.entry(content.getKey(), example(content.getValue().get("schema"))));
  }
}

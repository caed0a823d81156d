package dev.verticker.postman;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What a published contract documents, with an example of each answer. */
final class PublishedContract {
  private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");

  /** @param example of the body; null where the answer has none */
  record Answer(int status, String description, Map<String, String> headers, JsonNode example) {}

  record Operation(String id, String method, Pattern path, String template, List<Answer> answers) {
    boolean is(String method, String path) {
      return this.method.equals(method) && this.path.matcher(path).matches();
    }
  }

  private final JsonNode document;

  private PublishedContract(JsonNode document) {
    this.document = document;
  }

  /** @param name of the resource, for example {@code user-api} */
  static PublishedContract read(String name) {
    var resource = "/openapi/" + name + ".yaml";
    try (var yaml = PublishedContract.class.getResourceAsStream(resource)) {
      return new PublishedContract(new YAMLMapper().readTree(yaml));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As listed; a path without parameters comes before one that would match it too. */
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
    var answers = operation.get("responses").properties().stream()
        .map(answer -> answer(Integer.parseInt(answer.getKey()), resolved(answer.getValue())))
        .toList();
    var path = Pattern.compile(template.replaceAll("\\{[^}]+}", "[^/]+"));
    return new Operation(
        operation.get("operationId").asText(), method.toUpperCase(), path, template, answers);
  }

  private Answer answer(int status, JsonNode answer) {
    var headers = new TreeMap<String, String>();
    answer.path("headers").properties().forEach(header -> {
      var resolved = resolved(header.getValue());
      headers.put(
          header.getKey(),
          resolved.has("example")
              ? resolved.get("example").asText()
              : example(resolved.get("schema")).asText());
    });
    var content = answer.path("content").properties();
    if (content.isEmpty()) {
      return new Answer(status, description(answer), headers, null);
    }
    var body = content.iterator().next();
    headers.put("Content-Type", body.getKey());
    var written = body.getValue().path("examples").elements();
    var example = body.getValue().has("example")
        ? body.getValue().get("example")
        : written.hasNext()
            ? resolved(written.next()).get("value")
            : example(body.getValue().get("schema"));
    return new Answer(status, description(answer), headers, example);
  }

  private static String description(JsonNode answer) {
    return answer.get("description").asText().strip().lines().findFirst().orElseThrow();
  }

  /** The example written in the schema, or one put together from those of its parts. */
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
}

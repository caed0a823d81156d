package dev.verticker.postman;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The collection as it is committed. */
final class PostmanCollection {
  static final Path FILE = Path.of("postman/verticker.postman_collection.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode document;

  private PostmanCollection(JsonNode document) {
    this.document = document;
  }

  static PostmanCollection read() {
    return new PostmanCollection(json(FILE));
  }

  static JsonNode json(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In the order in which they run. */
  List<Request> requests() {
    var requests = new ArrayList<Request>();
    document.get("item").forEach(folder -> folder
        .get("item")
        .forEach(item -> requests.add(new Request((ObjectNode) item))));
    return requests;
  }

  String text() {
    return document.toString();
  }

  List<String> variables() {
    return document.get("variable").findValuesAsText("key");
  }

  void write() {
    try {
      Files.writeString(
          FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  record Request(ObjectNode item) {
    String name() {
      return item.get("name").asText();
    }

    String method() {
      return item.at("/request/method").asText();
    }

    /** Without the query. */
    String path() {
      var raw = item.at("/request/url/raw").asText();
      return raw.replaceFirst("^\\{\\{\\w+_url}}", "").replaceFirst("\\?.*", "");
    }

    boolean isTo(String api) {
      return item.at("/request/url/raw")
          .asText()
          .startsWith("{{" + api.replace("-api", "_url") + "}}");
    }

    String tests() {
      var tests = new StringBuilder();
      item.path("event").forEach(event -> tests.append(event.at("/script/exec")));
      return tests.toString();
    }

    ArrayNode examples() {
      return (ArrayNode) item.get("response");
    }

    /** One per answer, with the request as it stands here. */
    ArrayNode examplesOf(List<PublishedContract.Answer> answers) {
      var examples = JSON.createArrayNode();
      for (var answer : answers) {
        var example = examples.addObject();
        example.put("name", answer.status() + ": " + answer.description());
        example.set("originalRequest", item.get("request").deepCopy());
        ((ObjectNode) example.get("originalRequest")).remove("description");
        example.put("code", answer.status());
        example.put("_postman_previewlanguage", "json");
        var headers = example.putArray("header");
        answer
            .headers()
            .forEach((key, value) -> headers.addObject().put("key", key).put("value", value));
        example.put("body", answer.example() == null ? "" : answer.example().toPrettyString());
      }
      return examples;
    }

    void examples(ArrayNode examples) {
      item.set("response", examples);
    }
  }
}

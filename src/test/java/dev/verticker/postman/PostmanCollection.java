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
import java.util.Set;

/** The collection in the repository. */
final class PostmanCollection {
  static final Path FILE = Path.of("postman/verticker.postman_collection.json");
  private static final Set<String> CREDENTIALS = Set.of("Authorization", "X-API-Key");
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

  /** Returns the requests in the order in which newman runs them. */
  List<Request> requests() {
    var requests = new ArrayList<Request>();
    document.get("item").forEach(folder -> folder
        .get("item")
        .forEach(item -> requests.add(new Request((ObjectNode) item))));
    return requests;
  }

  /** Adds a request after the last one of a folder, with a test of the status. */
  Request add(Request like, String name, String method, String target, int status) {
    for (var folder : document.get("item")) {
      var items = (ArrayNode) folder.get("item");
      for (var item : items) {
        if (item == like.item()) {
          var added = items.addObject();
          added.put("name", name);
          var script =
              added.putArray("event").addObject().put("listen", "test").putObject("script");
          script.put("type", "text/javascript");
          script
              .putArray("exec")
              .add("pm.test(\"status " + status + "\", () => pm.response.to.have.status(" + status
                  + "));");
          var request = added.putObject("request").put("method", method);
          request.set("header", like.credentials());
          var url = request.putObject("url");
          var host = item.at("/request/url/host/0").asText();
          url.putArray("host").add(host);
          var path = url.putArray("path");
          List.of(target.substring(1).split("/")).forEach(path::add);
          url.put("raw", host + target);
          added.putArray("response");
          return new Request(added);
        }
      }
    }
    throw new IllegalArgumentException(like.name());
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

    /** Returns the path without the query. */
    String path() {
      var raw = item.at("/request/url/raw").asText();
      return raw.replaceFirst("^\\{\\{\\w+_url}}", "").replaceFirst("\\?.*", "");
    }

    boolean isTo(String api) {
      return item.at("/request/url/raw")
          .asText()
          .startsWith("{{" + api.replace("-api", "_url") + "}}");
    }

    ArrayNode credentials() {
      var credentials = JSON.createArrayNode();
      item.at("/request/header").forEach(header -> {
        if (CREDENTIALS.contains(header.get("key").asText())) {
          credentials.add(header.deepCopy());
        }
      });
      return credentials;
    }

    /** Sets the request body. */
    void body(String mediaType, JsonNode example) {
      var request = (ObjectNode) item.get("request");
      var body = request.putObject("body");
      if (mediaType.equals("application/x-www-form-urlencoded")) {
        var fields = body.put("mode", "urlencoded").putArray("urlencoded");
        example.properties().forEach(field -> fields
            .addObject()
            .put("key", field.getKey())
            .put("value", field.getValue().asText()));
      } else {
        ((ArrayNode) request.get("header"))
            .addObject()
            .put("key", "Content-Type")
            .put("value", mediaType);
        body.put("mode", "raw").put("raw", example.toPrettyString());
      }
    }

    String tests() {
      var tests = new StringBuilder();
      item.path("event").forEach(event -> tests.append(event.at("/script/exec")));
      return tests.toString();
    }

    ArrayNode examples() {
      return (ArrayNode) item.get("response");
    }

    /** Sets one example per response, with this request. */
    ArrayNode examplesOf(List<PublishedContract.Response> responses) {
      var examples = JSON.createArrayNode();
      for (var response : responses) {
        var example = examples.addObject();
        example.put("name", response.status() + ": " + response.description());
        example.set("originalRequest", item.get("request").deepCopy());
        ((ObjectNode) example.get("originalRequest")).remove("description");
        example.put("code", response.status());
        example.put("_postman_previewlanguage", "json");
        var headers = example.putArray("header");
        response
            .headers()
            .forEach((key, value) -> headers.addObject().put("key", key).put("value", value));
        example.put("body", response.example() == null ? "" : response.example().toPrettyString());
      }
      return examples;
    }

    void examples(ArrayNode examples) {
      item.set("response", examples);
    }
  }
}

package dev.verticker.api.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.api.request.MediaTypes;
import dev.verticker.api.web.PackagedFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import java.io.IOException;
import java.util.Map;

/**
 * An OpenAPI contract with its {@link SharedResponses}.
 *
 * <p>Vert.x OpenAPI supports neither forms nor {@code application/problem+json} nor relative server and OAuth flow URLs, so it
 * is given a copy of the document in which these are replaced, and patterns are in the notation of Java.
 *
 * @param name the resource name, for messages
 * @param document the published contract
 * @param openApi the loaded copy
 */
public record Contract(String name, JsonObject document, OpenAPIContract openApi) {
  private static final String END_OF_TEXT = "(?<!\\\\)\\$";

  /** @param resource a YAML file on the class path, such as {@code openapi/price-api.yaml} */
  public static Future<Contract> load(Vertx vertx, String resource) {
    return vertx
        .executeBlocking(() -> PackagedFile.read(resource).toString())
        .compose(yaml -> of(vertx, resource, yaml));
  }

  /** Fails with {@link InvalidContractException} if the text is not an OpenAPI 3.1 contract. */
  public static Future<Contract> of(Vertx vertx, String name, String yaml) {
    return vertx
        .executeBlocking(() -> SharedResponses.addTo(parse(yaml)))
        .compose(document -> OpenAPIContract.from(vertx, loadable(document))
            .map(openApi -> new Contract(name, document, openApi)))
        .recover(cause -> Future.failedFuture(
            new InvalidContractException(name + ": " + rootCause(cause).getMessage())));
  }

  public String title() {
    return document.getJsonObject("info").getString("title");
  }

  /** The document as YAML. */
  public Buffer published() {
    var mapper = new YAMLMapper()
        .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
        .disable(YAMLGenerator.Feature.SPLIT_LINES)
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER);
    try {
      return Buffer.buffer(mapper.writeValueAsBytes(new JsonMapper().readTree(document.encode())));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonObject parse(String yaml) throws IOException {
    return new JsonObject(
        new YAMLMapper().<Map<String, Object>>readValue(yaml, new TypeReference<>() {}));
  }

  /** The outer exceptions of the library only report that loading failed. */
  private static Throwable rootCause(Throwable cause) {
    return cause.getCause() == null ? cause : rootCause(cause.getCause());
  }

  /** In Java, {@code $} also matches before a line break at the end; in a contract it does not. */
  private static void endPatterns(Object value) {
    if (value instanceof JsonObject object) {
      if (object.getValue("pattern") instanceof String pattern) {
        object.put("pattern", pattern.replaceAll(END_OF_TEXT, "\\\\z"));
      }
      object.forEach(member -> endPatterns(member.getValue()));
    } else if (value instanceof JsonArray array) {
      array.forEach(Contract::endPatterns);
    }
  }

  private static JsonObject loadable(JsonObject document) {
    var copy = new JsonObject(MediaTypes.substitute(document.encode()));
    endPatterns(copy);
    var components = copy.getJsonObject("components", new JsonObject());
    var schemes = components.getJsonObject("securitySchemes", new JsonObject());
    for (var name : schemes.fieldNames()) {
      if ("oauth2".equals(schemes.getJsonObject(name).getString("type"))) {
        schemes.put(name, new JsonObject().put("type", "http").put("scheme", "bearer"));
      }
    }
    return copy.put(
        "servers", new JsonArray().add(new JsonObject().put("url", "http://localhost")));
  }
}

package dev.verticker.api.openapi;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.api.web.PackagedFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.OpenAPIVersion;
import io.vertx.openapi.contract.impl.OpenAPIContractImpl;
import io.vertx.openapi.impl.OpenAPIFormatValidator;
import java.io.IOException;
import java.util.Map;

/**
 * A published OpenAPI contract and the form the library can load.
 *
 * <p>The library refuses forms, {@code application/problem+json} and relative URLs of servers and of OAuth flows. The published text stays clean;
 * a copy with stand-ins for these drives the router.
 *
 * @param name the resource, for messages
 * @param published the YAML as written
 * @param title of the API
 * @param openApi the loaded copy
 */
public record Contract(String name, Buffer published, String title, OpenAPIContract openApi) {
  /** Stands for {@code application/problem+json} in the copy. */
  public static final String PROBLEM = "application/vnd.problem+json";

  private static final String FORM = "x-verticker-form";
  private static final JsonSchemaOptions SCHEMAS = new JsonSchemaOptions()
      .setDraft(Draft.DRAFT202012)
      .setBaseUri("app://")
      .setOutputFormat(OutputFormat.Basic);
  private static final Map<String, String> STAND_INS = Map.of(
      "application/x-www-form-urlencoded", "application/json",
      "application/merge-patch+json", "application/vnd.merge-patch+json",
      "application/problem+json", PROBLEM);

  /** @param resource YAML on the class path, for example {@code openapi/price-api.yaml} */
  public static Future<Contract> load(Vertx vertx, String resource) {
    return vertx
        .executeBlocking(() -> {
          var published = PackagedFile.read(resource);
          return of(resource, published, json(published));
        })
        .recover(cause -> Future.failedFuture(new InvalidContractException(
            resource + " cannot be used: " + innermost(cause).getMessage())));
  }

  /** One that is not packaged. Blocks. @throws IOException when it is not YAML */
  public static Contract of(String name, String yaml) throws IOException {
    var published = Buffer.buffer(yaml);
    return of(name, published, json(published));
  }

  private static JsonObject json(Buffer yaml) throws IOException {
    return new JsonObject(
        new YAMLMapper().<Map<String, Object>>readValue(yaml.getBytes(), new TypeReference<>() {}));
  }

  private static Contract of(String resource, Buffer published, JsonObject json) {
    var schemas = SchemaRepository.create(SCHEMAS, new OpenAPIFormatValidator());
    var openApi =
        new OpenAPIContractImpl(References.resolve(loadable(json)), OpenAPIVersion.V3_1, schemas);
    return new Contract(
        resource, published, json.getJsonObject("info").getString("title"), openApi);
  }

  /** The library wraps the one sentence that helps in a hundred that do not. */
  private static Throwable innermost(Throwable cause) {
    return cause.getCause() == null ? cause : innermost(cause.getCause());
  }

  public static boolean isForm(JsonObject mediaType) {
    return mediaType.containsKey(FORM);
  }

  /** What the media type of the copy is called in the published contract; a form excepted. */
  public static String published(String mediaType) {
    return STAND_INS.entrySet().stream()
        .filter(standIn -> standIn.getValue().equals(mediaType) && mediaType.contains("vnd."))
        .map(Map.Entry::getKey)
        .findAny()
        .orElse(mediaType);
  }

  /** The copy with stand-ins. */
  static JsonObject loadable(JsonObject published) {
    var copy = (JsonObject) standIn(published);
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

  private static Object standIn(Object value) {
    if (value instanceof JsonArray array) {
      var copy = new JsonArray();
      array.forEach(element -> copy.add(standIn(element)));
      return copy;
    }
    if (!(value instanceof JsonObject object)) {
      return value;
    }
    var copy = new JsonObject();
    object.forEach(field -> copy.put(
        STAND_INS.getOrDefault(field.getKey(), field.getKey()), standIn(field.getValue())));
    var form = copy.getJsonObject("application/json");
    if (form != null && object.containsKey("application/x-www-form-urlencoded")) {
      form.put(FORM, true);
    }
    return copy;
  }
}

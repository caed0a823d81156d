package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;

/** The frames that the AsyncAPI document describes; any other frame fails the test. */
final class FrameSchema {
  private final Validator plain = validator("PlainFrame");
  private final Validator bridged = validator("BridgeFrame");
  private final String codes = codes();

  void check(JsonObject frame, boolean isBridged) {
    var result = (isBridged ? bridged : plain).validate(frame);
    assertTrue(result.getValid(), () -> "asyncapi/events.yaml does not describe " + frame.encode());
    var code = frame.getString(isBridged ? "failureType" : "code");
    assertTrue(
        code == null || codes.contains("`" + code), () -> "asyncapi/events.yaml has no " + code);
  }

  private static String codes() {
    var document = document();
    var schemas = document.getJsonObject("components").getJsonObject("schemas");
    return schemas.getJsonObject("Code").getString("description")
        + document.getJsonObject("info").getString("description");
  }

  private static Validator validator(String schema) {
    var document = document();
    var json = new JsonObject()
        .put("$id", "app://events")
        .put("$ref", "#/components/schemas/" + schema)
        .put("components", document.getJsonObject("components"));
    return Validator.create(
        JsonSchema.of(json),
        new JsonSchemaOptions()
            .setBaseUri("app://events")
            .setDraft(Draft.DRAFT202012)
            .setOutputFormat(OutputFormat.Flag));
  }

  private static JsonObject document() {
    try (var yaml = FrameSchema.class.getResourceAsStream("/asyncapi/events.yaml")) {
      return new JsonObject(
          new YAMLMapper().readValue(yaml, new TypeReference<LinkedHashMap<String, Object>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

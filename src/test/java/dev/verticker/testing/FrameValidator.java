package dev.verticker.testing;

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

/** Validates socket frames against the AsyncAPI document. */
public final class FrameValidator {
  private final Validator webSocketFrames = validator("PlainFrame");
  private final Validator eventBusFrames = validator("BridgeFrame");
  private final String documentedCodes = documentedCodes();

  /** Fails if the document does not describe the frame. @param isBridged whether the frame is from /eventbus */
  public void check(JsonObject frame, boolean isBridged) {
    var result = (isBridged ? eventBusFrames : webSocketFrames).validate(frame);
    assertTrue(result.getValid(), () -> "asyncapi/events.yaml does not describe " + frame.encode());
    var code = frame.getString(isBridged ? "failureType" : "code");
    assertTrue(
        code == null || documentedCodes.contains("`" + code),
        () -> "asyncapi/events.yaml does not document the code " + code);
  }

  private static String documentedCodes() {
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
    try (var yaml = FrameValidator.class.getResourceAsStream("/asyncapi/events.yaml")) {
      return new JsonObject(
          new YAMLMapper().readValue(yaml, new TypeReference<LinkedHashMap<String, Object>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.verticker.api.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.verticker.api.web.TextDecoder;
import dev.verticker.bus.Failure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The declared body of an operation: a JSON object, or a form whose fields become one. */
record RequestBody(
    boolean required,
    List<String> mediaTypes,
    boolean form,
    JsonSchema schema,
    Validator validator) {
  private static final JsonFactory STRICT =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Returns null for an operation without a body; a body sent to it is ignored. */
  static RequestBody of(OpenAPIContract contract, Operation operation) {
    var declared = operation.getRequestBody();
    if (declared == null) {
      return null;
    }
    var form = declared.getContent().containsKey(MediaTypes.FORM_FIELDS);
    var media = declared.getContent().get(form ? MediaTypes.FORM_FIELDS : "application/json");
    if (media == null
        || declared.getContent().values().stream()
            .anyMatch(
                other -> !other.getSchema().toString().equals(media.getSchema().toString()))) {
      throw new IllegalArgumentException(
          "the body must be a form, or application/json with optional other JSON types of the same"
              + " schema");
    }
    return new RequestBody(
        declared.isRequired(),
        declared.getContent().keySet().stream()
            .map(MediaTypes::declared)
            .sorted()
            .toList(),
        form,
        media.getSchema(),
        contract.getSchemaRepository().validator(media.getSchema()));
  }

  JsonObject read(RoutingContext context, List<Failure.Error> errors) {
    var mediaType = BodyReader.contentType(context);
    var bytes = context.body().buffer();
    if (bytes == null || bytes.length() == 0) {
      if (required) {
        if (mediaType != null) {
          requireMediaType(mediaType);
        }
        errors.add(new Failure.Error("", "required", "Missing request body."));
      }
      return null;
    }
    requireMediaType(mediaType);
    var text = TextDecoder.body(bytes.getBytes());
    var value = form ? fields(text, errors) : object(text);
    var found = validator.validate(value);
    if (!Boolean.TRUE.equals(found.getValid())) {
      errors.addAll(SchemaErrors.of("", schema, found));
    }
    return value;
  }

  private void requireMediaType(String sent) {
    var parts = sent == null ? new String[] {""} : sent.toLowerCase(Locale.ROOT).split(";", -1);
    if (!mediaTypes.contains(parts[0].strip())
        || !Stream.of(parts).skip(1).allMatch(RequestBody::isUtf8)) {
      throw new UnsupportedMediaTypeException(String.join(", ", mediaTypes));
    }
  }

  /** Accepts UTF-8 as the only charset, and ignores other parameters of the media type. */
  private static boolean isUtf8(String parameter) {
    var charset = parameter.strip();
    return !charset.startsWith("charset=") || charset.replace("\"", "").equals("charset=utf-8");
  }

  private static JsonObject fields(String text, List<Failure.Error> errors) {
    var fields = new JsonObject();
    QueryString.parse(text.strip()).forEach((name, values) -> {
      if (values.size() > 1) {
        errors.add(new Failure.Error("/" + name, "repeated", "Must not be repeated."));
      }
      fields.put(name, values.get(0));
    });
    return fields;
  }

  private static JsonObject object(String text) {
    try {
      requireStrict(text);
      if (Json.decodeValue(text) instanceof JsonObject object) {
        requireStorable(object);
        return object;
      }
    } catch (DecodeException | IOException e) {
      // Fails below, like JSON that is not an object.
    }
    throw new Failure.Malformed("malformed-json", "Malformed body: expected a JSON object.");
  }

  /** The parser of Vert.x accepts comments, and the last of two fields with the same name. */
  private static void requireStrict(String text) throws IOException {
    try (var json = STRICT.createParser(text)) {
      while (json.nextToken() != null) {
        // Only parses.
      }
    }
  }

  /** Escapes can contain code points that UTF-8 text cannot. */
  private static void requireStorable(Object value) {
    if (value instanceof JsonObject object) {
      object.forEach(field -> {
        requireStorable(field.getKey());
        requireStorable(field.getValue());
      });
    } else if (value instanceof JsonArray array) {
      array.forEach(RequestBody::requireStorable);
    } else if (value instanceof String text && !isStorable(text)) {
      throw new Failure.Malformed(
          "malformed-json",
          "Malformed body: text must not contain NUL or half of a surrogate pair.");
    }
  }

  private static boolean isStorable(String text) {
    return text.codePoints()
        .noneMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}

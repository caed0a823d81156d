package dev.verticker.api.request;

import dev.verticker.bus.Failure;
import io.vertx.core.json.JsonArray;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.OpenAPIContract;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A declared parameter: converts its text to the declared type and validates the value.
 *
 * @param accepts a fast check; the validator decides on values that it does not accept
 */
record Parameter(
    String pointer,
    String name,
    Type type,
    boolean required,
    Predicate<Object> accepts,
    JsonSchema schema,
    Validator validator) {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  enum Type {
    TEXT,
    TIME,
    INTEGER,
    FLAG,
    LIST
  }

  /** @param hot whether to compile the schema */
  static Parameter of(
      OpenAPIContract contract, io.vertx.openapi.contract.Parameter declared, boolean hot) {
    return new Parameter(
        declared.getIn().name().toLowerCase(Locale.ROOT) + "/" + declared.getName(),
        declared.getName(),
        type(declared),
        declared.isRequired(),
        hot
            ? CompiledSchema.of(declared.getOpenAPIModel().getJsonObject("schema"))
            : value -> false,
        declared.getSchema(),
        contract.getSchemaRepository().validator(declared.getSchema()));
  }

  private static Type type(io.vertx.openapi.contract.Parameter declared) {
    return switch (declared.getSchemaType()) {
      case STRING -> "date-time".equals(declared.getSchema().get("format")) ? Type.TIME : Type.TEXT;
      case INTEGER -> Type.INTEGER;
      case BOOLEAN -> Type.FLAG;
      case ARRAY -> Type.LIST;
      default ->
        throw new IllegalArgumentException("parameter " + declared.getName()
            + " must be a string, integer, boolean or array of strings");
    };
  }

  void read(List<String> sent, Map<String, Object> values, List<Failure.Error> errors) {
    if (sent.isEmpty()) {
      if (required) {
        errors.add(new Failure.Error(pointer, "required", "Required."));
      }
      return;
    }
    if (sent.size() > 1) {
      errors.add(new Failure.Error(pointer, "repeated", "Must not be repeated."));
      return;
    }
    var value = typed(sent.get(0));
    if (value == null) {
      var expected = type == Type.FLAG ? "true or false" : "an integer";
      errors.add(new Failure.Error(pointer, "type", "Must be " + expected + "."));
      return;
    }
    if (accepts.test(value)) {
      values.put(pointer, value);
      return;
    }
    var found = validator.validate(
        value instanceof ApiRequest.Texts texts ? new JsonArray(texts.values()) : value);
    if (Boolean.TRUE.equals(found.getValid())) {
      values.put(pointer, value);
    } else {
      errors.addAll(SchemaErrors.of(pointer, schema, found));
    }
  }

  private Object typed(String text) {
    return switch (type) {
      case TEXT -> text;
      // A client may send the "+" of an offset unencoded, which then reads as a blank.
      case TIME -> text.replace(' ', '+');
      case INTEGER -> INTEGER.matcher(text).matches() ? Long.valueOf(text) : null;
      case FLAG -> text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : null;
      case LIST -> new ApiRequest.Texts(List.of(text.split(",", -1)));
    };
  }
}

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
 * Parses and validates one declared request parameter.
 *
 * @param accepts a fast check; the validator checks the values that it does not accept
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
    STRING,
    DATE_TIME,
    INTEGER,
    BOOLEAN,
    STRING_ARRAY
  }

  /** @param compile whether to compile the schema */
  static Parameter of(
      OpenAPIContract contract, io.vertx.openapi.contract.Parameter declared, boolean compile) {
    return new Parameter(
        declared.getIn().name().toLowerCase(Locale.ROOT) + "/" + declared.getName(),
        declared.getName(),
        type(declared),
        declared.isRequired(),
        compile
            ? CompiledSchema.of(declared.getOpenAPIModel().getJsonObject("schema"))
            : value -> false,
        declared.getSchema(),
        contract.getSchemaRepository().validator(declared.getSchema()));
  }

  private static Type type(io.vertx.openapi.contract.Parameter declared) {
    return switch (declared.getSchemaType()) {
      case STRING ->
        "date-time".equals(declared.getSchema().get("format")) ? Type.DATE_TIME : Type.STRING;
      case INTEGER -> Type.INTEGER;
      case BOOLEAN -> Type.BOOLEAN;
      case ARRAY -> Type.STRING_ARRAY;
      default ->
        throw new IllegalArgumentException("parameter " + declared.getName()
            + " must be a string, integer, boolean or array of strings");
    };
  }

  void read(List<String> texts, Map<String, Object> values, List<Failure.Error> errors) {
    if (texts.isEmpty()) {
      if (required) {
        errors.add(new Failure.Error(pointer, "required", "Required."));
      }
      return;
    }
    if (texts.size() > 1) {
      errors.add(new Failure.Error(pointer, "repeated", "Must not be repeated."));
      return;
    }
    var value = parse(texts.get(0));
    if (value == null) {
      var expected = type == Type.BOOLEAN ? "true or false" : "an integer";
      errors.add(new Failure.Error(pointer, "type", "Must be " + expected + "."));
      return;
    }
    if (accepts.test(value)) {
      values.put(pointer, value);
      return;
    }
    var result = validator.validate(
        value instanceof ApiRequest.StringList list ? new JsonArray(list.values()) : value);
    if (Boolean.TRUE.equals(result.getValid())) {
      values.put(pointer, value);
    } else {
      errors.addAll(SchemaErrors.of(pointer, schema, result));
    }
  }

  private Object parse(String text) {
    return switch (type) {
      case STRING -> text;
      // Clients often send the "+" of a UTC offset unencoded, which URL decoding turns into a
      // space.
      case DATE_TIME -> text.replace(' ', '+');
      case INTEGER -> INTEGER.matcher(text).matches() ? Long.valueOf(text) : null;
      case BOOLEAN -> text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : null;
      case STRING_ARRAY -> new ApiRequest.StringList(List.of(text.split(",", -1)));
    };
  }
}

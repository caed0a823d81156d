package dev.verticker.api.openapi;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import java.util.HashMap;
import java.util.Map;

/**
 * Puts what each {@code $ref} of a document points to in its place, all of them inside the document (OpenAPI 3.1, Reference Object). What
 * is pointed to more than once is there once, in several places.
 */
final class References {
  private final JsonObject document;
  private final Map<String, Object> resolved = new HashMap<>();

  private References(JsonObject document) {
    this.document = document;
  }

  /** @throws ContractFault for a reference to nothing, to another document, or to what it is a part of */
  static JsonObject resolve(JsonObject document) {
    return (JsonObject) new References(document).of(document);
  }

  private Object of(Object value) {
    if (value instanceof JsonArray array) {
      var copy = new JsonArray();
      array.forEach(element -> copy.add(of(element)));
      return copy;
    }
    if (!(value instanceof JsonObject object)) {
      return value;
    }
    if (object.getValue("$ref") instanceof String reference) {
      return target(reference);
    }
    var copy = new JsonObject();
    object.forEach(field -> copy.put(field.getKey(), of(field.getValue())));
    return copy;
  }

  private Object target(String reference) {
    if (!resolved.containsKey(reference)) {
      resolved.put(reference, null);
      resolved.put(reference, of(pointedTo(reference)));
    }
    var target = resolved.get(reference);
    if (target == null) {
      throw new InvalidContractException(reference + " is a part of itself");
    }
    return target;
  }

  private Object pointedTo(String reference) {
    var target = reference.startsWith("#/")
        ? JsonPointer.from(reference.substring(1)).queryJson(document)
        : null;
    if (target == null) {
      throw new InvalidContractException(reference + " points to nothing in this document");
    }
    return target;
  }
}

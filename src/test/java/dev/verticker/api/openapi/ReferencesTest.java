package dev.verticker.api.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class ReferencesTest {
  @Test
  void what_is_pointed_to_stands_in_the_place_of_the_reference_also_behind_another_one() {
    var resolved = References.resolve(new JsonObject()
        .put(
            "paths", new JsonArray().add(ref("#/parts/first")).add("text").add(ref("#/parts/a~1b")))
        .put(
            "parts",
            new JsonObject()
                .put("first", new JsonObject().put("inner", ref("#/parts/a~1b")))
                .put("a/b", new JsonObject().put("type", "string"))));

    var string = new JsonObject().put("type", "string");
    assertEquals(
        new JsonArray().add(new JsonObject().put("inner", string)).add("text").add(string),
        resolved.getJsonArray("paths"));
  }

  @Test
  void what_is_pointed_to_twice_is_there_once() {
    var paths = References.resolve(new JsonObject()
            .put("paths", new JsonArray().add(ref("#/part")).add(ref("#/part")))
            .put("part", new JsonObject().put("type", "string")))
        .getJsonArray("paths");

    assertSame(paths.getJsonObject(0).getMap(), paths.getJsonObject(1).getMap());
  }

  @Test
  void a_reference_to_nothing_to_another_document_or_to_itself_is_a_fault() {
    assertFault("#/nowhere points to nothing in this document", ref("#/nowhere"));
    assertFault("other.yaml#/a points to nothing in this document", ref("other.yaml#/a"));
    assertFault(
        "#/a is a part of itself", new JsonObject().put("items", new JsonArray().add(ref("#/a"))));
  }

  private static void assertFault(String message, JsonObject a) {
    var document = new JsonObject().put("a", a);
    var fault = assertThrows(InvalidContractException.class, () -> References.resolve(document));
    assertEquals(message, fault.getMessage());
  }

  private static JsonObject ref(String pointer) {
    return new JsonObject().put("$ref", pointer);
  }
}

package dev.verticker.api.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContractTest {
  private static final String HEAD =
      """
      openapi: 3.1.0
      info: {title: Changed, version: 1.0.0}
      """;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "security: [], responses: {}                   | 400 413 414 422 431 500 503",
        "security: [{key: []}], responses: {}          | 400 401 413 414 422 431 500 503",
        "responses: {}                                 | 400 401 413 414 422 431 500 503",
        "security: [{key: [books.write]}], responses: {} | 400 401 403 413 414 422 431 500 503",
        "security: [], responses: {}, requestBody: {content: {application/json: {schema: {}}}}"
            + "| 400 413 414 415 422 431 500 503",
        "security: [], responses: {'200': {description: ok}, '404': {description: none}}"
            + "| 200 400 404 413 414 422 431 500 503",
      })
  void an_operation_gets_the_error_responses_of_its_kind(String operation, String statuses)
      throws IOException {
    var contract = SharedResponses.addTo(Contract.parse(
        HEAD + "security: [{key: []}]\n" + "paths: {/books: {get: {" + operation + "}}}"));

    var responses = contract
        .getJsonObject("paths")
        .getJsonObject("/books")
        .getJsonObject("get")
        .getJsonObject("responses");
    assertEquals(Set.of(statuses.split(" ")), new TreeSet<>(responses.fieldNames()));
  }

  @Test
  void an_operation_or_component_of_the_contract_takes_precedence() throws IOException {
    var contract = SharedResponses.addTo(
        Contract.parse(
            HEAD
                + """
                paths: {/books: {get: {security: [], responses: {'503': {description: closed}}}}}
                components: {responses: {Malformed: {description: bad}}}
                """));

    var responses = contract
        .getJsonObject("paths")
        .getJsonObject("/books")
        .getJsonObject("get")
        .getJsonObject("responses");
    assertEquals("closed", responses.getJsonObject("503").getString("description"));
    assertEquals(
        "bad",
        contract
            .getJsonObject("components")
            .getJsonObject("responses")
            .getJsonObject("Malformed")
            .getString("description"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"openapi/user-api.yaml", "openapi/price-api.yaml"})
  void the_published_contract_is_the_complete_document(String resource) throws IOException {
    var contract = Contract.load(vertx, resource).await();

    var published = Contract.parse(contract.published().toString());

    assertEquals(contract.document(), published);
    assertEquals(
        List.of(),
        contract.openApi().operations().stream()
            .filter(operation -> operation.getResponse(503) == null)
            .toList());
  }

  @Test
  void a_document_that_is_not_openapi_fails_with_its_resource_and_the_reason() {
    assertFailure(
        "broken.yaml: Instance does not have required property \"info\"",
        "openapi: 3.1.0\npaths: {}");
    assertFailure(
        "broken.yaml: Can't reduce [1] '/b', value is undefined.",
        HEAD + "paths: {/a: {get: {responses: {'200': {$ref: '#/b'}}}}}");
  }

  private void assertFailure(String message, String yaml) {
    var failure =
        assertThrows(InvalidContractException.class, () -> Contract.of(vertx, "broken.yaml", yaml)
            .await());
    assertEquals(message, failure.getMessage());
  }
}

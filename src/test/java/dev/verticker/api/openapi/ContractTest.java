package dev.verticker.api.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.api.web.PackagedFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import io.vertx.openapi.contract.OpenAPIContract;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packaged contracts are held against OpenAPI here, so that no start has to. */
@ExtendWith(VertxExtension.class)
class ContractTest {
  private final Vertx vertx;

  ContractTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @ParameterizedTest
  @ValueSource(strings = {"openapi/user-api.yaml", "openapi/price-api.yaml"})
  void a_packaged_contract_is_openapi_as_the_library_checks_it(String resource) throws IOException {
    var contract = loadable(resource);

    var checked = OpenAPIContract.from(vertx, contract).await();

    assertEquals(
        checked.operations().size(),
        Contract.load(vertx, resource).await().openApi().operations().size());
  }

  @Test
  void one_that_is_not_would_be_found() throws IOException {
    var contract = loadable("openapi/price-api.yaml");
    contract.remove("info");

    assertTrue(OpenAPIContract.from(vertx, contract)
        .transform(result -> Future.succeededFuture(result.failed()))
        .await());
  }

  private JsonObject loadable(String resource) throws IOException {
    return Contract.loadable(new JsonObject(
        new YAMLMapper().readTree(PackagedFile.read(resource).getBytes()).toString()));
  }
}

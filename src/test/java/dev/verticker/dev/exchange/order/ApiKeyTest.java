package dev.verticker.dev.exchange.order;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeyTest {
  private static final ApiKey DOCUMENTED = ApiKey.hmac(
      "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
      "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
      Map.of());

  @ParameterizedTest
  @CsvSource({
    "LTCBTC,c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
    "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96,"
        + "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"
  })
  void a_signature_from_the_exchanges_documentation_is_valid(String symbol, String signature) {
    var query = "symbol=" + symbol
        + "&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559";
    for (var parameters : new Parameters[] {
      Parameters.ofRequest(query + "&signature=" + signature, ""),
      Parameters.ofRequest(null, query + "&signature=" + signature),
      Parameters.ofRequest(query.substring(0, 20), query.substring(20) + "&signature=" + signature)
    }) {
      assertTrue(DOCUMENTED.verifies(parameters.signedTexts().get(0), signature));
    }
    assertTrue(DOCUMENTED.verifies(query, signature.toUpperCase(Locale.ROOT)));
    assertFalse(DOCUMENTED.verifies(query + "0", signature));
  }
}

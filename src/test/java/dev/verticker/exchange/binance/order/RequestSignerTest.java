package dev.verticker.exchange.binance.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.exchange.ApiKey;
import dev.verticker.message.Confidential;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSignerTest {
  /** The key and the secret of the examples in Binance's documents. */
  static final ApiKey DOCUMENTED = key(
      "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
      "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j");

  private static final String ORDER =
      "&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559";

  @ParameterizedTest
  @CsvSource({
    "LTCBTC, c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
    "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96,"
        + "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"
  })
  void the_signature_of_a_request_equals_that_of_the_exchange_s_documents(
      String symbol, String signature) {
    assertEquals(signature, RequestSigner.of(DOCUMENTED).sign("symbol=" + symbol + ORDER));
  }

  @ParameterizedTest
  @CsvSource({
    "52000.00, 0.01000000, 100, SELL, BTCUSDT,"
        + "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24",
    "0.10000000, 1.00000000, 5000, BUY, １２３４５６,"
        + "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd"
  })
  void the_signature_of_a_message_of_the_socket_api_equals_that_of_the_exchange_s_documents(
      String price, String quantity, String window, String side, String symbol, String signature) {
    var payload = "apiKey=" + DOCUMENTED.key().value() + "&price=" + price + "&quantity=" + quantity
        + "&recvWindow=" + window + "&side=" + side + "&symbol=" + symbol
        + "&timeInForce=GTC&timestamp=1645423376532&type=LIMIT";
    assertEquals(signature, RequestSigner.of(DOCUMENTED).sign(payload));
  }

  @Test
  void a_private_key_in_pem_format_signs_with_ed25519() throws GeneralSecurityException {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var signer = RequestSigner.of(key("k", pem(pair)));

    var signature = Base64.getDecoder().decode(signer.sign("symbol=LTCBTC" + ORDER));

    var verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(pair.getPublic());
    verifier.update(("symbol=LTCBTC" + ORDER).getBytes(StandardCharsets.UTF_8));
    assertTrue(verifier.verify(signature));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----",
        "-----nonsense"
      })
  void a_secret_that_cannot_sign_is_refused_without_being_printed(String secret) {
    var failure =
        assertThrows(IllegalArgumentException.class, () -> RequestSigner.of(key("k", secret)));
    assertTrue(failure.getMessage().startsWith("the secret of the API key must"));
    assertFalse(failure.getMessage().contains("MIIB"));
  }

  @Test
  void neither_a_key_nor_a_signer_prints_the_secret() {
    for (var printed :
        new String[] {DOCUMENTED.toString(), RequestSigner.of(DOCUMENTED).toString()}) {
      assertFalse(printed.contains(DOCUMENTED.secret().value()), printed);
      assertFalse(printed.contains(DOCUMENTED.key().value()), printed);
    }
  }

  static ApiKey key(String key, String secret) {
    return new ApiKey(new Confidential(key), new Confidential(secret));
  }

  static String pem(KeyPair pair) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }
}

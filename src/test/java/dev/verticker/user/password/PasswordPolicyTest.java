package dev.verticker.user.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PasswordPolicyTest {
  private static final List<String> NAMES =
      List.of("ada.l", "Ada Lovelace", "countess@example.org");

  private final PasswordPolicy policy = PasswordPolicy.load();

  @Test
  void a_password_has_8_to_128_characters_in_any_number_of_bytes() {
    assertEquals("password-too-short", broken("sevench"));
    assertEquals("", broken("eightsea"));
    assertEquals("password-too-short", broken("🐳".repeat(7)));
    assertEquals("", broken("🐳".repeat(128)));
    assertEquals("password-too-long", broken("🐳".repeat(129)));
  }

  @Test
  void common_passwords_are_rejected_ignoring_case() {
    assertTrue(policy.size() >= 3000, "entries: " + policy.size());
    for (var common : List.of(
        "password", "Password1", "QWERTYUIOP", "iloveyou", "12345678", "admin1234", "letmein123")) {
      assertEquals("password-common", broken(common), common);
    }
  }

  @Test
  void a_password_that_consists_mainly_of_the_users_names_is_rejected() {
    for (var own : List.of(
        "adalovelace",
        "LOVELACE1815",
        "countess!!",
        "Ada.L.2024",
        "xx-countess-1",
        "ada lovelace")) {
      assertEquals("password-own-name", broken(own), own);
    }
    assertEquals("", broken("lovelace likes machines"));
    assertEquals("", broken("canada in autumn"));
  }

  private String broken(String password) {
    return policy.check(password, NAMES, "/password").stream()
        .map(Failure.Error::code)
        .findFirst()
        .orElse("");
  }
}

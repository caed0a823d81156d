package dev.verticker.user.password;

import dev.verticker.bus.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which passwords are refused: short ones, very long ones, common ones, those made of the user's own names. No rule asks for
 * capitals, digits or signs (OWASP ASVS 5.0, 6.2).
 */
final class PasswordPolicy {
  private static final String COMMON = "/passwords/common.txt";
  private static final String COMMENT = "# ";
  private static final int LEAST = 8;
  private static final int MOST = 128;

  /** Shorter ones turn up in any text. */
  private static final int MIN_NAME = 3;

  /** So many letters or digits must remain when the own names are taken away. */
  private static final int MIN_BESIDE_NAMES = 6;

  private final Set<String> common;

  PasswordPolicy(Set<String> common) {
    this.common = Set.copyOf(common);
  }

  /** With the packaged list of common passwords. */
  static PasswordPolicy load() {
    try (var lines = new BufferedReader(new InputStreamReader(
        PasswordPolicy.class.getResourceAsStream(COMMON), StandardCharsets.UTF_8))) {
      return new PasswordPolicy(lines
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith(COMMENT))
          .collect(Collectors.toSet()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What is wrong with the password; empty when nothing is.
   *
   * @param ownNames username, full name and e-mail address of the user, those there are
   */
  List<Failure.Error> broken(String password, List<String> ownNames, String pointer) {
    var length = password.codePointCount(0, password.length());
    if (length < LEAST || length > MOST) {
      return List.of(new Failure.Error(
          pointer,
          length < LEAST ? "password-too-short" : "password-too-long",
          "A password has " + LEAST + " to " + MOST + " characters."));
    }
    var folded = password.toLowerCase(Locale.ROOT);
    if (common.contains(folded)) {
      return List.of(new Failure.Error(
          pointer, "password-common", "This password is among the first ones an attacker tries."));
    }
    if (madeOfNames(folded, ownNames)) {
      return List.of(new Failure.Error(
          pointer, "password-own-name", "A password must not be made of the user's own names."));
    }
    return List.of();
  }

  int size() {
    return common.size();
  }

  private static boolean madeOfNames(String folded, List<String> ownNames) {
    var rest = folded;
    // The longest first: taking "ada" out of "adalovelace" must not hide "adalovelace".
    for (var name : words(ownNames)) {
      rest = rest.replace(name, " ");
    }
    var own = !rest.equals(folded);
    return own && rest.codePoints().filter(Character::isLetterOrDigit).count() < MIN_BESIDE_NAMES;
  }

  private static List<String> words(List<String> ownNames) {
    return ownNames.stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .map(PasswordPolicy::withoutDomain)
        .flatMap(name -> Stream.concat(Stream.of(name), Stream.of(name.split("[^\\p{L}\\p{N}]+"))))
        .filter(word -> word.length() >= MIN_NAME)
        .distinct()
        .sorted((one, other) -> other.length() - one.length())
        .toList();
  }

  private static String withoutDomain(String name) {
    var at = name.lastIndexOf('@');
    return at < 0 ? name : name.substring(0, at);
  }
}

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
 * Rejects passwords that are too short, too long, common, or composed of the user's own names. Does not require capitals,
 * digits or symbols (OWASP ASVS 5.0, 6.2).
 */
final class PasswordPolicy {
  private static final String COMMON = "/passwords/common.txt";
  private static final String COMMENT = "# ";
  private static final int MIN_LENGTH = 8;
  private static final int MAX_LENGTH = 128;

  /** Min length of a name that a password must not contain; shorter ones occur in any text. */
  private static final int MIN_NAME_LENGTH = 3;

  /** Min number of letters and digits that remain after removing the user's names. */
  private static final int MIN_REMAINING = 6;

  private final Set<String> common;

  PasswordPolicy(Set<String> common) {
    this.common = Set.copyOf(common);
  }

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
   * The rules that the password violates.
   *
   * @param ownNames the user's username, full name and e-mail address, as far as they are set
   */
  List<Failure.Error> check(String password, List<String> ownNames, String pointer) {
    var length = password.codePointCount(0, password.length());
    if (length < MIN_LENGTH || length > MAX_LENGTH) {
      return error(
          pointer,
          length < MIN_LENGTH ? "password-too-short" : "password-too-long",
          "The password must have " + MIN_LENGTH + " to " + MAX_LENGTH + " characters.");
    }
    var folded = password.toLowerCase(Locale.ROOT);
    if (common.contains(folded)) {
      var detail = "The password is on the list of common passwords: choose another one.";
      return error(pointer, "password-common", detail);
    }
    var detail = "The password consists of the user's own names: choose another one.";
    return consistsOfNames(folded, ownNames)
        ? error(pointer, "password-own-name", detail)
        : List.of();
  }

  private static List<Failure.Error> error(String pointer, String code, String detail) {
    return List.of(new Failure.Error(pointer, code, detail));
  }

  int size() {
    return common.size();
  }

  private static boolean consistsOfNames(String folded, List<String> ownNames) {
    var rest = folded;
    // Longest name first: removing "ada" from "adalovelace" must not hide "adalovelace".
    for (var name : words(ownNames)) {
      rest = rest.replace(name, " ");
    }
    var own = !rest.equals(folded);
    return own && rest.codePoints().filter(Character::isLetterOrDigit).count() < MIN_REMAINING;
  }

  private static List<String> words(List<String> ownNames) {
    return ownNames.stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .map(PasswordPolicy::withoutDomain)
        .flatMap(name -> Stream.concat(Stream.of(name), Stream.of(name.split("[^\\p{L}\\p{N}]+"))))
        .filter(word -> word.length() >= MIN_NAME_LENGTH)
        .distinct()
        .sorted((one, other) -> other.length() - one.length())
        .toList();
  }

  private static String withoutDomain(String name) {
    var at = name.lastIndexOf('@');
    return at < 0 ? name : name.substring(0, at);
  }
}

package dev.verticker.user;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Usernames that a user could mistake for an administrator, for a part of the system, or for no name. Names are compared by
 * their skeletons: what Unicode TR39 calls confusable within the characters of usernames, ignoring case and separators.
 */
final class ReservedNames {
  private static final Pattern SEPARATORS = Pattern.compile("[._-]+");
  private static final Pattern LAST_DIGITS = Pattern.compile("[0-9]+$");

  /** A name is reserved if any part of it is one of these: {@code the.admin}, {@code admin2}. */
  private static final Set<String> ADMINISTRATORS =
      skeletons("admin", "admins", "administrator", "administrators", "sysadmin");

  /** Reserved as whole names. */
  private static final Set<String> RESERVED = skeletons(
      "anonymous",
      "anyone",
      "api",
      "deleted",
      "everyone",
      "false",
      "guest",
      "moderator",
      "nan",
      "nil",
      "none",
      "null",
      "operator",
      "owner",
      "root",
      "security",
      "self",
      "staff",
      "superuser",
      "support",
      "system",
      "true",
      "undefined",
      "unknown",
      "user",
      "users",
      "verticker",
      "void",
      "you");

  private ReservedNames() {}

  static boolean contains(String username) {
    var skeleton = skeleton(username);
    return skeleton.isEmpty()
        || RESERVED.contains(skeleton)
        || ADMINISTRATORS.contains(skeleton)
        || Stream.of(SEPARATORS.split(username))
            .map(part -> LAST_DIGITS.matcher(part).replaceFirst(""))
            .anyMatch(part -> ADMINISTRATORS.contains(skeleton(part)));
  }

  /** Two names that can be mistaken for each other have the same skeleton; that of a name of separators is empty. */
  static String skeleton(String username) {
    return SEPARATORS
        .matcher(username.toLowerCase(Locale.ROOT))
        .replaceAll("")
        .replace('0', 'o')
        .replace('1', 'l')
        // As a capital, i looks like l.
        .replace('i', 'l')
        .replace("rn", "m")
        .replace("vv", "w");
  }

  private static Set<String> skeletons(String... names) {
    return Stream.of(names).map(ReservedNames::skeleton).collect(Collectors.toUnmodifiableSet());
  }
}

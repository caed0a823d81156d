package dev.verticker.api.http;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What one may do, by the word the contracts use. */
public enum Permission {
  USERS_READ("users.read"),
  USERS_WRITE("users.write"),
  USERS_DELETE("users.delete"),
  USERS_ROLES("users.roles"),
  USERS_AUDIT("users.audit"),
  PRICES_READ("prices.read");

  private final String word;

  Permission(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** Empty when there is none of that name. */
  public static Optional<Permission> of(String word) {
    return Arrays.stream(values())
        .filter(permission -> permission.word.equals(word))
        .findAny();
  }

  /** What a role brings; a role this version does not know brings nothing. */
  public static Set<Permission> of(Iterable<String> roles) {
    var permissions = EnumSet.noneOf(Permission.class);
    roles.forEach(role -> permissions.addAll(
        switch (role) {
          case "admin" -> EnumSet.allOf(Permission.class);
          case "user" -> EnumSet.of(PRICES_READ);
          default -> EnumSet.noneOf(Permission.class);
        }));
    return permissions;
  }
}

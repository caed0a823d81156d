package dev.verticker.api.openapi;

import dev.verticker.message.Users;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What one may do, by the word the contracts use. */
public enum Permission {
  USERS_READ("users.read"),
  USERS_WRITE("users.write"),
  USERS_DELETE("users.delete"),
  USERS_ROLES("users.roles"),
  USERS_AUDIT("users.audit"),
  PRICES_READ("prices.read");

  /** Asked for each event and each socket that hears it. */
  private static final Map<String, Permission> BY_WORD =
      Arrays.stream(values()).collect(Collectors.toMap(Permission::word, Function.identity()));

  private final String word;

  Permission(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** Empty when there is none of that name. */
  public static Optional<Permission> of(String word) {
    return Optional.ofNullable(BY_WORD.get(word));
  }

  /** What a role brings; a role this version does not know brings nothing. */
  public static Set<Permission> of(Iterable<String> roles) {
    var permissions = EnumSet.noneOf(Permission.class);
    roles.forEach(role -> permissions.addAll(
        switch (role) {
          case Users.ROLE_ADMIN -> EnumSet.allOf(Permission.class);
          case Users.ROLE_USER -> EnumSet.of(PRICES_READ);
          default -> EnumSet.noneOf(Permission.class);
        }));
    return permissions;
  }
}

package dev.verticker.api.auth;

import dev.verticker.message.Users;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A permission that an operation can require. {@link #wireName} is its scope in the OpenAPI documents. */
public enum Permission {
  USERS_READ("users.read"),
  USERS_WRITE("users.write"),
  USERS_DELETE("users.delete"),
  USERS_ROLES("users.roles"),
  USERS_AUDIT("users.audit"),
  PRICES_READ("prices.read"),
  TRADING("trading"),
  TRADING_HALT("trading.halt");

  private static final Map<String, Set<Permission>> BY_ROLE = Map.of(
      Users.ROLE_ADMIN, EnumSet.allOf(Permission.class),
      Users.ROLE_USER, EnumSet.of(PRICES_READ, TRADING));
  private static final Map<String, Permission> BY_WIRE_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Permission::wireName, Function.identity()));

  private final String wireName;

  Permission(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }

  /** Returns the permission with this scope, or an empty optional. */
  public static Optional<Permission> of(String wireName) {
    return Optional.ofNullable(BY_WIRE_NAME.get(wireName));
  }

  /** Returns the union of the permissions of these roles; unknown roles are ignored. */
  public static Set<Permission> of(Iterable<String> roles) {
    var permissions = EnumSet.noneOf(Permission.class);
    roles.forEach(role -> permissions.addAll(BY_ROLE.getOrDefault(role, Set.of())));
    return permissions;
  }
}

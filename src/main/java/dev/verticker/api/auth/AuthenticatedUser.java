package dev.verticker.api.auth;

import dev.verticker.api.request.Caller;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Users;
import java.util.Collections;
import java.util.Set;

/**
 * A caller with a valid access token.
 *
 * @param permissions the permissions of the roles in the token
 */
public record AuthenticatedUser(AccessToken token, Set<Permission> permissions) implements Caller {
  public AuthenticatedUser {
    permissions = Collections.unmodifiableSet(permissions);
  }

  public static AuthenticatedUser with(AccessToken token) {
    return new AuthenticatedUser(token, Permission.of(token.roles()));
  }

  public long userId() {
    return token.userId();
  }

  public boolean has(Permission permission) {
    return permissions.contains(permission);
  }

  /** Returns whether the caller may receive events of this audience; false for an unknown permission. */
  public boolean canReceive(Audience audience) {
    return audience.userId() != null
        ? audience.userId() == userId()
        : Permission.of(audience.permission()).filter(this::has).isPresent();
  }

  /** Returns whether this path parameter, an id or {@code me}, is the caller. */
  public boolean owns(String id) {
    return id.equals("me") || id.equals(Long.toString(userId()));
  }

  /** The role in logs and metrics. */
  @Override
  public String name() {
    return token.roles().contains(Users.ROLE_ADMIN) ? Users.ROLE_ADMIN : Users.ROLE_USER;
  }
}

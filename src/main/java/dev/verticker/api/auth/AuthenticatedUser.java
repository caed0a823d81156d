package dev.verticker.api.auth;

import dev.verticker.api.openapi.Permission;
import dev.verticker.api.request.Caller;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Users;
import java.util.Set;

/**
 * A caller with a valid access token.
 *
 * @param permissions what the roles in the token bring
 */
public record AuthenticatedUser(AccessToken token, Set<Permission> permissions) implements Caller {
  public AuthenticatedUser {
    permissions = Set.copyOf(permissions);
  }

  static AuthenticatedUser with(AccessToken token) {
    return new AuthenticatedUser(token, Permission.of(token.roles()));
  }

  public long userId() {
    return token.userId();
  }

  public boolean may(Permission permission) {
    return permissions.contains(permission);
  }

  /** Whether the audience of an event includes this user; a permission unknown to this version includes no user. */
  public boolean canReceive(Audience audience) {
    return audience.userId() != null
        ? audience.userId() == userId()
        : Permission.of(audience.permission()).filter(this::may).isPresent();
  }

  /** Whether the id of a path, which may be {@code me}, is the caller's own. */
  public boolean owns(String id) {
    return id.equals("me") || id.equals(Long.toString(userId()));
  }

  /** For logs and metrics: the most powerful kind of user it is. */
  @Override
  public String name() {
    return token.roles().contains(Users.ROLE_ADMIN) ? Users.ROLE_ADMIN : Users.ROLE_USER;
  }
}

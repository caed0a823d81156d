package dev.verticker.api.user;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Users;
import dev.verticker.message.Users.User;
import io.vertx.core.Future;

/** The caller of a request, and the user that its path names. */
final class CurrentUser {
  private CurrentUser() {}

  static AuthenticatedUser caller(ApiRequest request) {
    return (AuthenticatedUser) request.caller();
  }

  /** Returns the path parameter {@code id}; {@code me} stands for the caller. */
  static long id(ApiRequest request) {
    var id = request.path("id");
    return caller(request).owns(id) ? caller(request).userId() : Long.parseLong(id);
  }

  /**
   * Returns the user with this id. If the caller does not exist, it was deleted before this node
   * received the revocation of its token: that is 401.
   */
  static Future<User> find(Bus bus, ApiRequest request, long id) {
    var found = bus.request(Users.FIND, new Users.FindUser(id));
    return id == caller(request).userId()
        ? found.recover(failure -> Future.failedFuture(
            failure instanceof Failure.NotFound
                ? new Failure.Unauthenticated(
                    "invalid-token", "Revoked access token: sign in again.")
                : failure))
        : found;
  }
}

package dev.verticker.api.user;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Users;
import dev.verticker.message.Users.User;
import io.vertx.core.Future;

/** Who asks, and about whom. */
final class CurrentUser {
  private CurrentUser() {}

  static AuthenticatedUser caller(ApiRequest request) {
    return (AuthenticatedUser) request.caller();
  }

  /** The {@code id} of the path; {@code me} is the caller. */
  static long id(ApiRequest request) {
    var id = request.path("id");
    return caller(request).owns(id) ? caller(request).userId() : Long.parseLong(id);
  }

  /**
   * The user with this id. A caller who is not there any more was deleted a moment ago: then the token is just not known to
   * be revoked yet.
   */
  static Future<User> find(Bus bus, ApiRequest request, long id) {
    var found = bus.request(Users.FIND, new Users.FindUser(id));
    return id == caller(request).userId()
        ? found.recover(failure -> Future.failedFuture(
            failure instanceof Failure.NotFound
                ? new Failure.Unauthenticated("invalid-token", "The access token was revoked.")
                : failure))
        : found;
  }
}

package dev.verticker.api.user;

import dev.verticker.api.auth.Permission;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.EntityTags;
import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Actor;
import dev.verticker.message.Password;
import dev.verticker.message.Users;
import dev.verticker.message.Users.ChangeStatus;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.Update;
import dev.verticker.message.Users.User;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Orders.ListOrders;
import dev.verticker.message.trading.Orders.OrderPage;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Handles the operations on users. It checks the permissions for single fields; the contract declares all others. */
final class UserOperations {
  private final Bus bus;

  UserOperations(Bus bus) {
    this.bus = bus;
  }

  void addTo(ContractRouter routes) {
    routes
        .operation("listUsers", this::listUsers)
        .operation("createUser", this::createUser)
        .operation("getUser", this::getUser)
        .operation("replaceUser", this::replaceUser)
        .operation("patchUser", this::patchUser)
        .operation("deleteUser", this::deleteUser)
        .operation("restoreUser", this::restoreUser)
        .operation("disableUser", this::disableUser)
        .operation("enableUser", this::enableUser)
        .operation("listAudit", this::listAudit);
  }

  Future<ApiResponse> listUsers(ApiRequest request) {
    var search = new Users.Search(
        request.query("q").orElse(null),
        request.query("role").orElse(null),
        request.query("status").map(Status::of).orElse(null),
        request.queryNumber("after").orElse(null),
        request.pageLimit());
    return bus.request(Users.SEARCH, search).map(page -> {
      var response = list(page.users().stream().map(UserJson::of));
      if (page.next() != null) {
        response =
            response.with("Link", request.nextPage("after", page.next(), "q", "role", "status"));
      }
      return page.truncated() ? response.with("X-Search-Truncated", "true") : response;
    });
  }

  Future<ApiResponse> createUser(ApiRequest request) {
    var body = request.body();
    if (body.containsKey("roles")) {
      requireRolesPermission(request);
    }
    return actor(request)
        .compose(actor -> bus.request(
            Users.CREATE,
            new Users.Create(
                actor,
                body.getString("username"),
                body.getString("full_name"),
                body.getString("email"),
                new Password(body.getString("password")),
                roles(body))))
        .map(UserJson::created);
  }

  /**
   * The response for the caller's own user includes the permissions, so that a client does not need to know the roles.
   */
  Future<ApiResponse> getUser(ApiRequest request) {
    var id = CurrentUser.id(request);
    var own = id == CurrentUser.caller(request).userId();
    return CurrentUser.find(bus, request, id).map(user -> {
      var tag = UserJson.tag(user);
      return EntityTags.names(request.header("If-None-Match"), tag)
          ? ApiResponse.notModified().with("ETag", tag)
          : own ? UserJson.own(user) : UserJson.found(user);
    });
  }

  /** An absent or null field remains unchanged. */
  Future<ApiResponse> replaceUser(ApiRequest request) {
    var body = request.body();
    return update(request, field -> body.getValue(field) != null);
  }

  /** An absent field remains unchanged, null clears it. */
  Future<ApiResponse> patchUser(ApiRequest request) {
    return update(request, request.body()::containsKey);
  }

  Future<ApiResponse> deleteUser(ApiRequest request) {
    var soft = request.query("mode").filter("soft"::equals).isPresent();
    var id = CurrentUser.id(request);
    return actor(request)
        .compose(actor -> requireNoOpenOrder(id)
            .compose(closed ->
                bus.request(Users.DELETE, new Users.Delete(actor, id, soft, ifMatch(request)))))
        .map(deleted -> ApiResponse.noContent());
  }

  /** An installation without the verticle "trading" has no orders. */
  private Future<Void> requireNoOpenOrder(long userId) {
    return bus.request(Orders.LIST, new ListOrders(userId, null, null, true, null, 1))
        .map(OrderPage::orders)
        .recover(failure ->
            failure instanceof Failure unavailable && unavailable.code().equals("unavailable")
                ? Future.succeededFuture(List.of())
                : Future.failedFuture(failure))
        .compose(open -> open.isEmpty()
            ? Future.succeededFuture()
            : Future.failedFuture(new Failure.Conflict(
                "user-has-open-orders",
                "The user has open orders: cancel them before you delete the user.")));
  }

  Future<ApiResponse> restoreUser(ApiRequest request) {
    return change(request, Users.RESTORE);
  }

  Future<ApiResponse> disableUser(ApiRequest request) {
    return change(request, Users.DISABLE);
  }

  Future<ApiResponse> enableUser(ApiRequest request) {
    return change(request, Users.ENABLE);
  }

  Future<ApiResponse> listAudit(ApiRequest request) {
    var find = new Users.FindAudit(
        CurrentUser.id(request), request.queryNumber("before").orElse(null), request.pageLimit());
    return bus.request(Users.AUDIT, find).map(audit -> {
      var response = list(audit.entries().stream().map(UserJson::of));
      return audit.next() == null
          ? response
          : response.with("Link", request.nextPage("before", audit.next()));
    });
  }

  private Future<ApiResponse> update(ApiRequest request, Predicate<String> isSent) {
    var body = request.body();
    if (isSent.test("roles")) {
      requireRolesPermission(request);
    }
    return actor(request)
        .compose(actor -> bus.request(
            Users.UPDATE,
            new Update(
                actor,
                CurrentUser.id(request),
                ifMatch(request),
                isSent.test("username") ? FieldUpdate.of(body.getString("username")) : null,
                isSent.test("full_name") ? FieldUpdate.of(body.getString("full_name")) : null,
                isSent.test("email") ? FieldUpdate.of(body.getString("email")) : null,
                isSent.test("roles") ? FieldUpdate.of(roles(body)) : null,
                isSent.test("password")
                    ? FieldUpdate.of(new Password(body.getString("password")))
                    : null)))
        .map(UserJson::found);
  }

  private Future<ApiResponse> change(ApiRequest request, Address<ChangeStatus, User> address) {
    return actor(request)
        .compose(actor -> bus.request(
            address, new ChangeStatus(actor, CurrentUser.id(request), ifMatch(request))))
        .map(UserJson::found);
  }

  /** Finds the actor's username for events. A token does not contain it, because a username can change. */
  private Future<Actor> actor(ApiRequest request) {
    var token = CurrentUser.caller(request).token();
    return CurrentUser.find(bus, request, token.userId())
        .map(user -> new Actor(user.id(), user.username(), token.sessionId(), request.address()));
  }

  private static void requireRolesPermission(ApiRequest request) {
    if (!CurrentUser.caller(request).has(Permission.USERS_ROLES)) {
      throw new Failure.Forbidden(
          "not-allowed", "Missing permission: the field \"roles\" requires \"users.roles\".");
    }
  }

  private static List<Long> ifMatch(ApiRequest request) {
    return EntityTags.revisions(request.header("If-Match")).orElse(null);
  }

  private static List<String> roles(JsonObject body) {
    var roles = body.getJsonArray("roles");
    return roles == null ? null : roles.stream().map(String.class::cast).toList();
  }

  private static ApiResponse list(Stream<JsonObject> json) {
    return ApiResponse.json(new JsonArray(json.toList()).toBuffer());
  }
}

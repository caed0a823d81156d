package dev.verticker.api.user;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.Permission;
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
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Accounts. Who may ask was decided by the contract; here only what depends on the fields that are sent. */
final class UserOperations {
  private static final int STANDARD_LIMIT = 100;

  private final Bus bus;

  UserOperations(Bus bus) {
    this.bus = bus;
  }

  Future<ApiResponse> listUsers(ApiRequest request) {
    var limit = (int) request.queryNumber("limit").orElse(STANDARD_LIMIT);
    var after = request.queryNumber("after");
    var search = new Users.Search(
        request.query("q").orElse(null),
        request.query("role").orElse(null),
        request.query("status").map(Status::of).orElse(null),
        after.isPresent() ? after.getAsLong() : null,
        limit);
    return bus.request(Users.SEARCH, search).map(page -> {
      var json = new JsonArray();
      page.users().forEach(user -> json.add(UserJson.of(user)));
      var answer = linked(request, ApiResponse.json(json.toBuffer()), limit, "after", page.next());
      return page.truncated() ? answer.with("X-Search-Truncated", "true") : answer;
    });
  }

  Future<ApiResponse> createUser(ApiRequest request) {
    var body = request.body();
    requireFor(request, body, "roles", Permission.USERS_ROLES);
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

  /** Who asks for oneself also hears what that allows, so that no client need know the roles. */
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

  /** Absent or null = unchanged. */
  Future<ApiResponse> replaceUser(ApiRequest request) {
    var body = request.body();
    return update(request, field -> body.getValue(field) != null);
  }

  /** Absent = unchanged, null = cleared. */
  Future<ApiResponse> patchUser(ApiRequest request) {
    return update(request, request.body()::containsKey);
  }

  Future<ApiResponse> deleteUser(ApiRequest request) {
    var soft = request.query("mode").filter("soft"::equals).isPresent();
    return actor(request)
        .compose(actor -> bus.request(
            Users.DELETE, new Users.Delete(actor, CurrentUser.id(request), soft, ifMatch(request))))
        .map(deleted -> ApiResponse.nothing());
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
    var limit = (int) request.queryNumber("limit").orElse(STANDARD_LIMIT);
    var before = request.queryNumber("before");
    var find = new Users.FindAudit(
        CurrentUser.id(request), before.isPresent() ? before.getAsLong() : null, limit);
    return bus.request(Users.AUDIT, find).map(audit -> {
      var json = new JsonArray();
      audit.entries().forEach(entry -> json.add(UserJson.of(entry)));
      return linked(request, ApiResponse.json(json.toBuffer()), limit, "before", audit.next());
    });
  }

  private Future<ApiResponse> update(ApiRequest request, Predicate<String> named) {
    var body = request.body();
    if (named.test("roles")) {
      requireFor(request, body, "roles", Permission.USERS_ROLES);
    }
    return actor(request)
        .compose(actor -> bus.request(
            Users.UPDATE,
            new Update(
                actor,
                CurrentUser.id(request),
                ifMatch(request),
                named.test("username") ? FieldUpdate.of(body.getString("username")) : null,
                named.test("full_name") ? FieldUpdate.of(body.getString("full_name")) : null,
                named.test("email") ? FieldUpdate.of(body.getString("email")) : null,
                named.test("roles") ? FieldUpdate.of(roles(body)) : null,
                named.test("password")
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

  /** Who changes something is told with a name, which a token does not have: names change. */
  private Future<Actor> actor(ApiRequest request) {
    var token = CurrentUser.caller(request).token();
    return CurrentUser.find(bus, request, token.userId())
        .map(user -> new Actor(user.id(), user.username(), token.sessionId(), request.address()));
  }

  private static void requireFor(
      ApiRequest request, JsonObject body, String field, Permission permission) {
    if (body.containsKey(field) && !CurrentUser.caller(request).may(permission)) {
      throw new Failure.Forbidden(
          "not-allowed", "To set " + field + " needs the permission " + permission.word() + ".");
    }
  }

  private static List<Long> ifMatch(ApiRequest request) {
    return EntityTags.revisions(request.header("If-Match")).orElse(null);
  }

  private static List<String> roles(JsonObject body) {
    var roles = body.getJsonArray("roles");
    return roles == null ? null : roles.stream().map(String.class::cast).toList();
  }

  private static ApiResponse linked(
      ApiRequest request, ApiResponse answer, int limit, String cursor, Long next) {
    if (next == null) {
      return answer;
    }
    var query = new StringBuilder("?limit=" + limit);
    Stream.of("q", "role", "status")
        .filter(name -> cursor.equals("after"))
        .forEach(name -> request.query(name).ifPresent(value -> query
            .append('&')
            .append(name)
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8))));
    query.append('&').append(cursor).append('=').append(next);
    return answer.with("Link", "<" + request.rawPath() + query + ">; rel=\"next\"");
  }
}

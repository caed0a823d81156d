package dev.verticker.api.user;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Confidential;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Session;
import dev.verticker.message.Timestamps;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Handles the operations on sessions, registration and the caller's password. */
final class SessionOperations {
  private static final JsonObject SIGNED_OUT = new JsonObject().put("signed_out", true);

  private final Bus bus;

  SessionOperations(Bus bus) {
    this.bus = bus;
  }

  void addTo(ContractRouter routes) {
    routes
        .operation("login", this::login)
        .operation("refresh", this::refresh)
        .operation("logout", this::logout)
        .operation("logoutAll", this::logoutAll)
        .operation("listSessions", this::listSessions)
        .operation("endSession", this::endSession)
        .operation("register", this::register)
        .operation("issueTicket", this::issueTicket)
        .operation("changeOwnPassword", this::changeOwnPassword);
  }

  Future<ApiResponse> login(ApiRequest request) {
    var form = request.body();
    return bus.request(
            Sessions.LOGIN,
            new Sessions.Login(
                form.getString("username"),
                new Password(form.getString("password")),
                client(request)))
        .map(SessionOperations::tokens);
  }

  Future<ApiResponse> refresh(ApiRequest request) {
    return bus.request(
            Sessions.REFRESH, new Sessions.Refresh(refreshToken(request), client(request)))
        .map(SessionOperations::tokens);
  }

  Future<ApiResponse> logout(ApiRequest request) {
    return endSignIn(request).map(ended -> ApiResponse.json(SIGNED_OUT.toBuffer()));
  }

  /** The refresh token takes precedence, because an access token may have expired or belong to another session. */
  private Future<Void> endSignIn(ApiRequest request) {
    if (request.body() != null) {
      return bus.request(
          Sessions.LOGOUT, new Sessions.Logout(refreshToken(request), client(request)));
    }
    if (request.caller() instanceof AuthenticatedUser caller) {
      var token = caller.token();
      var end = new Sessions.EndSession(
          token.userId(), token.sessionId(), Reason.LOGGED_OUT, client(request));
      return bus.request(Sessions.END, end)
          .recover(failure -> failure instanceof Failure.NotFound
              ? Future.succeededFuture()
              : Future.failedFuture(failure));
    }
    return Future.failedFuture(new Failure.Unauthenticated(
        "token-missing",
        "Missing token: send the refresh token as a form, or a valid access token in"
            + " Authorization."));
  }

  Future<ApiResponse> logoutAll(ApiRequest request) {
    return bus.request(
            Sessions.LOGOUT_ALL,
            new Sessions.LogoutAll(CurrentUser.caller(request).userId(), client(request)))
        .map(ended -> ApiResponse.json(SIGNED_OUT.toBuffer()));
  }

  Future<ApiResponse> listSessions(ApiRequest request) {
    var token = CurrentUser.caller(request).token();
    return bus.request(Sessions.LIST, new Sessions.ListSessions(token.userId(), token.sessionId()))
        .map(list -> ApiResponse.json(
            new JsonArray(list.sessions().stream().map(SessionOperations::json).toList())
                .toBuffer()));
  }

  Future<ApiResponse> endSession(ApiRequest request) {
    var end = new Sessions.EndSession(
        CurrentUser.caller(request).userId(),
        request.path("id"),
        Reason.SESSION_ENDED,
        client(request));
    return bus.request(Sessions.END, end).map(ended -> ApiResponse.noContent());
  }

  Future<ApiResponse> register(ApiRequest request) {
    var body = request.body();
    var register = new Sessions.Register(
        body.getString("username"),
        body.getString("full_name"),
        body.getString("email"),
        new Password(body.getString("password")),
        client(request));
    return bus.request(Sessions.REGISTER, register).map(UserJson::created);
  }

  Future<ApiResponse> issueTicket(ApiRequest request) {
    var token = CurrentUser.caller(request).token();
    var issue = new Sessions.IssueTicket(token.userId(), token.sessionId(), token.expiresAt());
    return bus.request(Sessions.ISSUE_TICKET, issue)
        .map(ticket -> ApiResponse.json(new JsonObject()
            .put("ticket", ticket.ticket().value())
            .put("expires_in", ticket.validFor().toSeconds())
            .toBuffer()));
  }

  Future<ApiResponse> changeOwnPassword(ApiRequest request) {
    var token = CurrentUser.caller(request).token();
    var body = request.body();
    var change = new Sessions.ChangePassword(
        token.userId(),
        token.sessionId(),
        new Password(body.getString("current_password")),
        new Password(body.getString("new_password")),
        client(request));
    return bus.request(Sessions.CHANGE_PASSWORD, change).map(changed -> ApiResponse.noContent());
  }

  private static Client client(ApiRequest request) {
    return new Client(request.address(), request.userAgent());
  }

  private static Confidential refreshToken(ApiRequest request) {
    return new Confidential(request.body().getString("refresh_token"));
  }

  private static ApiResponse tokens(Grant grant) {
    return ApiResponse.json(new JsonObject()
        .put("access_token", grant.accessToken().value())
        .put("token_type", "bearer")
        .put("expires_in", grant.expiresIn().toSeconds())
        .put("refresh_token", grant.refreshToken().value())
        .toBuffer());
  }

  private static JsonObject json(Session session) {
    return new JsonObject()
        .put("id", session.id())
        .put("device", session.device())
        .put("created_at", Timestamps.write(session.createdAt()))
        .put("last_used_at", Timestamps.write(session.lastUsedAt()))
        .put("expires_at", Timestamps.write(session.expiresAt()))
        .put("current", session.current());
  }
}

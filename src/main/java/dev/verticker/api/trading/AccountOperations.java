package dev.verticker.api.trading;

import static dev.verticker.api.trading.TradingRequest.accountId;
import static dev.verticker.api.trading.TradingRequest.actor;
import static dev.verticker.api.trading.TradingRequest.caller;
import static dev.verticker.api.trading.TradingRequest.decimal;

import dev.verticker.api.auth.Permission;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Confidential;
import dev.verticker.message.Timestamps;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Portfolios;
import dev.verticker.message.trading.Portfolios.FindPortfolio;
import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.message.trading.TradingAccounts.Account;
import dev.verticker.message.trading.TradingAccounts.CancelAfter;
import dev.verticker.message.trading.TradingAccounts.ChangeLimits;
import dev.verticker.message.trading.TradingAccounts.Create;
import dev.verticker.message.trading.TradingAccounts.Delete;
import dev.verticker.message.trading.TradingAccounts.FindLimits;
import dev.verticker.message.trading.TradingAccounts.Halt;
import dev.verticker.message.trading.TradingAccounts.HaltState;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.message.trading.TradingAccounts.ListAccounts;
import dev.verticker.message.trading.TradingAccounts.Reset;
import dev.verticker.message.trading.TradingAccounts.Test;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Handles the operations on the caller's accounts at venues: portfolio, keys, limits, halt and dead-man's switch. */
public final class AccountOperations {
  private final Bus bus;
  private final Clock clock;

  public AccountOperations(Bus bus, Clock clock) {
    this.bus = bus;
    this.clock = clock;
  }

  public void addTo(ContractRouter routes) {
    routes
        .operation("getPortfolio", this::getPortfolio)
        .operation("listTradingAccounts", this::listAccounts)
        .operation("createTradingAccount", this::createAccount)
        .operation("deleteTradingAccount", this::deleteAccount)
        .operation("testTradingAccount", this::testAccount)
        .operation("resetTradingAccount", this::resetAccount)
        .operation("getTradingLimits", this::getLimits)
        .operation("replaceTradingLimits", this::replaceLimits)
        .operation("haltTrading", request -> halt(request, TradingAccounts.HALT))
        .operation("resumeTrading", request -> halt(request, TradingAccounts.RESUME))
        .operation("setCancelAfter", this::setCancelAfter);
  }

  private Future<ApiResponse> getPortfolio(ApiRequest request) {
    var find = new FindPortfolio(caller(request).userId(), accountId(request));
    return bus.request(Portfolios.FIND, find)
        .map(portfolio -> TradingRequest.json(200, PortfolioJson.of(portfolio, clock.instant())));
  }

  private Future<ApiResponse> listAccounts(ApiRequest request) {
    return bus.request(TradingAccounts.LIST, new ListAccounts(caller(request).userId()))
        .map(found -> TradingRequest.json(
            200,
            new JsonObject()
                .put(
                    "accounts",
                    new JsonArray(
                        found.accounts().stream().map(AccountOperations::json).toList()))
                .put("venues", new JsonArray(found.venues()))));
  }

  private Future<ApiResponse> createAccount(ApiRequest request) {
    var body = request.body();
    var create = new Create(
        actor(request),
        body.getString("venue"),
        body.getString("label"),
        new Confidential(body.getString("key")),
        new Confidential(body.getString("secret")));
    return bus.request(TradingAccounts.CREATE, create)
        .map(account -> TradingRequest.json(201, json(account)));
  }

  private Future<ApiResponse> deleteAccount(ApiRequest request) {
    var delete = new Delete(actor(request), request.pathNumber("id"));
    return bus.request(TradingAccounts.DELETE, delete).map(deleted -> ApiResponse.noContent());
  }

  private Future<ApiResponse> testAccount(ApiRequest request) {
    var test = new Test(actor(request), request.pathNumber("id"));
    return bus.request(TradingAccounts.TEST, test)
        .map(result -> TradingRequest.json(
            200,
            new JsonObject()
                .put("accepted", result.accepted())
                .put("reason", result.reason())
                .put("can_trade", result.canTrade())
                .put("can_withdraw", result.canWithdraw())
                .put("at", Timestamps.write(result.at()))));
  }

  private Future<ApiResponse> resetAccount(ApiRequest request) {
    return bus.request(TradingAccounts.RESET, new Reset(actor(request), request.pathNumber("id")))
        .map(account -> TradingRequest.json(200, json(account)));
  }

  private Future<ApiResponse> getLimits(ApiRequest request) {
    return bus.request(
            TradingAccounts.LIMITS, new FindLimits(caller(request).userId(), accountId(request)))
        .map(limits -> TradingRequest.json(200, json(limits)));
  }

  private Future<ApiResponse> replaceLimits(ApiRequest request) {
    var body = request.body();
    var symbols = body.getJsonArray("symbols");
    var limits = new Limits(
        body.getInteger("max_open_orders"),
        decimal(body, "max_order_notional"),
        decimal(body, "max_daily_notional"),
        decimal(body, "max_price_distance"),
        symbols == null ? null : symbols.stream().map(String.class::cast).toList());
    var change = new ChangeLimits(actor(request), accountId(request), limits);
    return bus.request(TradingAccounts.CHANGE_LIMITS, change)
        .map(changed -> TradingRequest.json(200, json(changed)));
  }

  private Future<ApiResponse> halt(ApiRequest request, Address<Halt, HaltState> address) {
    var everyone = request.body() != null && "all".equals(request.body().getString("scope"));
    if (everyone && !caller(request).has(Permission.TRADING_HALT)) {
      throw new Failure.Forbidden(
          "not-allowed", "Missing permission: the scope \"all\" requires \"trading.halt\".");
    }
    return bus.request(address, new Halt(actor(request), everyone))
        .map(state -> TradingRequest.json(
            address == TradingAccounts.HALT && state.inFlight() > 0 ? 202 : 200,
            new JsonObject()
                .put("halted", state.halted())
                .put("in_flight", state.inFlight())
                .put("at", time(state.at()))));
  }

  private Future<ApiResponse> setCancelAfter(ApiRequest request) {
    var seconds = request.body().getLong("cancel_after_s");
    var after = seconds == null ? null : Duration.ofSeconds(seconds);
    return bus.request(TradingAccounts.CANCEL_AFTER, new CancelAfter(actor(request), after))
        .map(
            state -> TradingRequest.json(200, new JsonObject().put("cancel_at", time(state.at()))));
  }

  private static JsonObject json(Account account) {
    return new JsonObject()
        .put("id", account.id())
        .put("venue", account.venue())
        .put("label", account.label())
        .put("key_prefix", account.keyPrefix())
        .put("halted", account.halted() == null ? null : OrderJson.wireName(account.halted()))
        .put("created_at", time(account.createdAt()));
  }

  private static JsonObject json(Limits limits) {
    return new JsonObject()
        .put("max_open_orders", limits.maxOpenOrders())
        .put("max_order_notional", decimal(limits.maxOrderNotional()))
        .put("max_daily_notional", decimal(limits.maxDailyNotional()))
        .put("max_price_distance", decimal(limits.maxPriceDistance()))
        .put("symbols", limits.symbols() == null ? null : new JsonArray(limits.symbols()));
  }

  private static String time(Instant time) {
    return time == null ? null : Timestamps.write(time);
  }
}

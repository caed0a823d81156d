package dev.verticker.exchange.binance.order;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.JsonFields;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.RateLimits.Priority;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the WebSocket API with a signed subscription for each account. It closes if no frame arrived for the maximum
 * silence: after half of it, it requests the list of subscriptions, whose response shows that the connection works although
 * the accounts are quiet, and that the exchange has all subscriptions.
 */
final class UserStreamConnection {
  private static final Logger log = LoggerFactory.getLogger(UserStreamConnection.class);

  /** Request weight of each subscription, list of subscriptions and connection. */
  private static final int WEIGHT = 2;

  /** Doubles with each refusal of an account, so that a revoked key does not use up the weight. */
  private static final Duration MIN_RETRY_DELAY = Duration.ofSeconds(10);

  private static final int MAX_DOUBLINGS = 8;
  private static final int OK = 200;

  /** Receives the events of a connection that it opened, on the context of the connection. */
  interface Owner {
    void onSubscribed(UserStreamConnection connection, long accountId);

    /** The exchange ended or refused the subscription; the connection requests it again later. */
    void onUnsubscribed(UserStreamConnection connection, long accountId, String reason);

    void onEvent(UserStreamConnection connection, long accountId, JsonNode event);

    /** The exchange will close the connection soon. */
    void onShutdown(UserStreamConnection connection);

    /** Called once, unless the owner closed the connection. */
    void onClosed(UserStreamConnection connection, String reason);
  }

  private final Vertx vertx;
  private final RateLimits limits;
  private final VenueClock clock;
  private final Duration maxSilence;
  private final Owner owner;
  private final Map<Long, RequestSigner> expected = new HashMap<>();
  private final Set<Long> requested = new HashSet<>();
  private final Map<Long, Integer> refusals = new HashMap<>();
  private final Map<Long, Long> accounts = new HashMap<>();
  private final Map<Long, Promise<JsonNode>> responses = new HashMap<>();
  private WebSocket socket;
  private long lastId;
  private long lastFrameAt = System.nanoTime();
  private long watchdog = -1;
  private boolean comparing;
  private boolean closed;

  UserStreamConnection(
      Vertx vertx, RateLimits limits, VenueClock clock, Duration maxSilence, Owner owner) {
    this.vertx = vertx;
    this.limits = limits;
    this.clock = clock;
    this.maxSilence = maxSilence;
    this.owner = owner;
  }

  void open(WebSocketClient client, WebSocketConnectOptions target) {
    limits
        .acquire(WEIGHT, Priority.QUOTES)
        .compose(acquired -> {
          if (closed) {
            return Future.failedFuture("closed before it was open");
          }
          var opening = client.webSocket();
          opening.textMessageHandler(this::onText);
          opening.exceptionHandler(failure -> fail(failure.getMessage()));
          opening.closeHandler(end -> fail("the exchange closed the connection"));
          return opening.connect(target);
        })
        .onSuccess(this::onOpen)
        .onFailure(failure -> fail("no connection to the exchange: " + failure.getMessage()));
  }

  /** Replaces the set of accounts whose reports are expected. */
  void expect(Map<Long, ApiKey> keys) {
    accounts.forEach((id, accountId) -> {
      if (!keys.containsKey(accountId)) {
        request("userDataStream.unsubscribe", new JsonObject().put("subscriptionId", id));
      }
    });
    accounts.values().retainAll(keys.keySet());
    expected.keySet().retainAll(keys.keySet());
    keys.forEach(this::expect);
    subscribe();
  }

  private void expect(long accountId, ApiKey key) {
    try {
      if (!expected.containsKey(accountId)) {
        expected.put(accountId, RequestSigner.of(key));
      }
    } catch (IllegalArgumentException e) {
      owner.onUnsubscribed(this, accountId, e.getMessage());
    }
  }

  boolean isSubscribed(long accountId) {
    return accounts.containsValue(accountId);
  }

  Set<Long> subscribed() {
    return Set.copyOf(accounts.values());
  }

  void close() {
    if (!closed) {
      closed = true;
      vertx.cancelTimer(watchdog);
      if (socket != null) {
        socket.close();
      }
    }
  }

  private void onOpen(WebSocket opened) {
    socket = opened;
    if (closed) {
      socket.close();
      return;
    }
    lastFrameAt = System.nanoTime();
    watchdog = vertx.setPeriodic(Math.max(10, maxSilence.toMillis() / 8), id -> checkSilence());
    subscribe();
  }

  private void subscribe() {
    if (socket == null || closed) {
      return;
    }
    expected.keySet().stream()
        .filter(accountId -> !isSubscribed(accountId) && requested.add(accountId))
        .toList()
        .forEach(this::subscribe);
  }

  private void subscribe(long accountId) {
    limits
        .acquire(WEIGHT, Priority.QUOTES)
        .compose(acquired -> {
          var signer = expected.get(accountId);
          return signer == null
              ? Future.failedFuture("the account is not expected any more")
              : request("userDataStream.subscribe.signature", signed(signer));
        })
        .onSuccess(
            result -> onSubscribed(accountId, result.path("subscriptionId").asLong(-1)))
        .onFailure(failure -> retry(accountId, failure.getMessage()));
  }

  private void onSubscribed(long accountId, long subscriptionId) {
    requested.remove(accountId);
    if (!expected.containsKey(accountId)) {
      request("userDataStream.unsubscribe", new JsonObject().put("subscriptionId", subscriptionId));
    } else if (!closed) {
      accounts.put(subscriptionId, accountId);
      refusals.remove(accountId);
      owner.onSubscribed(this, accountId);
    }
  }

  private void retry(long accountId, String reason) {
    if (!closed && expected.containsKey(accountId)) {
      owner.onUnsubscribed(this, accountId, reason);
    }
    var doublings = Math.min(MAX_DOUBLINGS, refusals.merge(accountId, 1, Integer::sum) - 1);
    vertx.setTimer(MIN_RETRY_DELAY.toMillis() << doublings, id -> {
      requested.remove(accountId);
      subscribe();
    });
  }

  /** The signature covers the parameters in alphabetical order. */
  private JsonObject signed(RequestSigner signer) {
    var parameters = new TreeMap<String, Object>();
    parameters.put("apiKey", signer.apiKey());
    parameters.put("timestamp", clock.now().toEpochMilli());
    var payload = parameters.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining("&"));
    return new JsonObject(parameters).put("signature", signer.sign(payload));
  }

  private void onText(String frame) {
    if (closed) {
      return;
    }
    lastFrameAt = System.nanoTime();
    var json = JsonFields.tree(Buffer.buffer(frame));
    var event = json.path("event");
    if (event.isObject()) {
      onEvent(json.path("subscriptionId").asLong(-1), event);
    } else {
      onResponse(json);
    }
  }

  private void onEvent(long subscriptionId, JsonNode event) {
    var type = event.path("e").asText();
    if (type.equals("serverShutdown")) {
      owner.onShutdown(this);
      return;
    }
    var accountId = accounts.get(subscriptionId);
    if (accountId == null) {
      // Of a subscription that was just ended, or whose response has not arrived: then a
      // reconciliation follows.
      return;
    }
    if (type.equals("eventStreamTerminated")) {
      accounts.remove(subscriptionId);
      owner.onUnsubscribed(this, accountId, "the exchange ended the subscription");
      subscribe();
    } else {
      owner.onEvent(this, accountId, event);
    }
  }

  private void onResponse(JsonNode json) {
    var promise = responses.remove(json.path("id").asLong(-1));
    if (promise == null) {
      return;
    }
    if (json.path("status").asInt() == OK) {
      promise.tryComplete(json.path("result"));
    } else {
      var error = json.path("error");
      promise.tryFail("the exchange responded with " + error.path("code").asInt() + " "
          + error.path("msg").asText());
    }
  }

  private void checkSilence() {
    var silent = Duration.ofNanos(System.nanoTime() - lastFrameAt);
    if (silent.compareTo(maxSilence) >= 0) {
      fail("the exchange sent nothing for " + maxSilence.toMillis() + " ms");
    } else if (silent.compareTo(maxSilence.dividedBy(2)) >= 0 && !comparing) {
      comparing = true;
      limits
          .acquire(WEIGHT, Priority.QUOTES)
          .compose(acquired -> {
            var known = Set.copyOf(accounts.keySet());
            return request("session.subscriptions", new JsonObject())
                .onSuccess(list -> onList(list, known));
          })
          .onComplete(done -> comparing = false);
    }
  }

  /** Subscribes again the accounts that the exchange does not list. @param known ids before the request of the list */
  private void onList(JsonNode list, Set<Long> known) {
    if (closed || !list.isArray()) {
      return;
    }
    var missing = new HashSet<>(known);
    list.forEach(each -> missing.remove(each.path("subscriptionId").asLong(-1)));
    missing.forEach(id -> {
      var accountId = accounts.remove(id);
      if (accountId != null) {
        owner.onUnsubscribed(this, accountId, "the exchange does not list the subscription");
      }
    });
    subscribe();
  }

  /** Sends a request; fails if the exchange rejects it or does not respond within the maximum silence. */
  private Future<JsonNode> request(String method, JsonObject parameters) {
    if (closed || socket == null) {
      return Future.failedFuture("the connection is closed");
    }
    var response = Promise.<JsonNode>promise();
    var id = ++lastId;
    responses.put(id, response);
    socket.writeTextMessage(new JsonObject()
        .put("id", id)
        .put("method", method)
        .put("params", parameters)
        .encode());
    return response
        .future()
        .timeout(maxSilence.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> responses.remove(id));
  }

  private void fail(String reason) {
    if (!closed) {
      close();
      log.debug("connection to the user data of the exchange closed: {}", reason);
      owner.onClosed(this, reason);
    }
  }
}

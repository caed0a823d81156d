package dev.verticker.dev.bench;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The two compared endpoints in bare Vert.x, as the baseline. Prices are in memory, encoded except for their age. It
 * has no contract, revocation, metrics, request ids or limits.
 */
public final class BareServer extends VerticleBase {
  private static final String FIND =
      """
      SELECT id, username, full_name, email, roles, status, created_at, updated_at, revision, ver
        FROM account.users
       WHERE id = $1
      """;

  private record EncodedQuote(byte[] json, Instant receivedAt, Instant staleAt) {}

  private final Map<String, String> environment = System.getenv();
  private final byte[] key = digest(environment.get("INTERNAL_API_KEY"));
  private final List<EncodedQuote> quotes = new ArrayList<>();
  private JWTAuth tokens;
  private Pool pool;

  public static void main(String[] arguments) {
    Vertx.vertx().deployVerticle(new BareServer()).onFailure(failure -> {
      failure.printStackTrace();
      System.exit(1);
    });
  }

  @Override
  public Future<?> start() {
    tokens = JWTAuth.create(
        vertx,
        new JWTAuthOptions()
            .setJWTOptions(new JWTOptions()
                .setIssuer(environment.get("JWT_ISSUER"))
                .addAudience(environment.get("JWT_AUDIENCE")))
            .addPubSecKey(new PubSecKeyOptions()
                .setAlgorithm("HS256")
                .setBuffer(environment.get("JWT_SECRET"))));
    pool = PgBuilder.pool()
        .with(new PoolOptions().setMaxSize(number("POSTGRES_POOL_SIZE")))
        .connectingTo(new PgConnectOptions()
            .setHost(environment.get("POSTGRES_HOST"))
            .setPort(number("POSTGRES_PORT"))
            .setDatabase(environment.get("POSTGRES_DB"))
            .setUser(environment.get("POSTGRES_USER"))
            .setPassword(environment.get("POSTGRES_PASSWORD"))
            .setCachePreparedStatements(true))
        .using(vertx)
        .build();
    var router = Router.router(vertx);
    router.get("/internal/price").handler(this::prices);
    router.get("/users/:id").handler(this::user);
    return loadQuotes()
        .compose(loaded ->
            vertx.createHttpServer().requestHandler(router).listen(number("PORT"), "127.0.0.1"));
  }

  private Future<Void> loadQuotes() {
    var command = Request.cmd(Command.MGET);
    Arrays.stream(environment.get("SYMBOLS").split(","))
        .forEach(symbol -> command.arg("bench:quote:" + symbol));
    return Redis.createClient(vertx, environment.get("REDIS_URL"))
        .send(command)
        .onSuccess(replies ->
            replies.forEach(reply -> quotes.add(encode(new JsonObject(reply.toString())))))
        .mapEmpty();
  }

  private static EncodedQuote encode(JsonObject quote) {
    var staleAt = time((String) quote.remove("stale_at"));
    var json = quote.encode();
    var withoutAge = json.substring(0, json.length() - 1) + ",\"age_ms\":";
    return new EncodedQuote(
        withoutAge.getBytes(StandardCharsets.UTF_8), time(quote.getString("received_at")), staleAt);
  }

  private void prices(RoutingContext context) {
    var sent = context.request().getHeader("X-API-Key");
    if (sent == null || !MessageDigest.isEqual(digest(sent), key)) {
      context.fail(401);
      return;
    }
    var limit = context.request().getParam("limit");
    var json = Buffer.buffer("[");
    var now = Instant.now();
    var oldest = Duration.ZERO;
    for (var quote : quotes.subList(
        0, Math.min(quotes.size(), limit == null ? 1000 : Integer.parseInt(limit)))) {
      if (json.length() > 1) {
        json.appendByte((byte) ',');
      }
      var age = Duration.between(quote.receivedAt(), now);
      oldest = age.compareTo(oldest) > 0 ? age : oldest;
      json.appendBytes(quote.json())
          .appendString(Long.toString(age.toMillis()))
          .appendString(now.isBefore(quote.staleAt()) ? ",\"stale\":false}" : ",\"stale\":true}");
    }
    context
        .response()
        .putHeader("Content-Type", "application/json")
        .putHeader("Age", Long.toString(oldest.toSeconds()))
        .end(json.appendByte((byte) ']'));
  }

  private void user(RoutingContext context) {
    var sent = context.request().getHeader("Authorization");
    if (sent == null || !sent.startsWith("Bearer ")) {
      context.fail(401);
      return;
    }
    var id = context.pathParam("id");
    tokens
        .authenticate(new TokenCredentials(sent.substring("Bearer ".length())))
        .onFailure(failure -> context.fail(401))
        .onSuccess(caller -> {
          if (isAllowed(caller, id)) {
            find(context, Long.parseLong(id));
          } else {
            context.fail(403);
          }
        });
  }

  private void find(RoutingContext context, long id) {
    pool.preparedQuery(FIND).execute(Tuple.of(id)).onFailure(context::fail).onSuccess(rows -> {
      if (rows.size() == 0) {
        context.fail(404);
        return;
      }
      var row = rows.iterator().next();
      context
          .response()
          .putHeader("Content-Type", "application/json")
          .putHeader("ETag", "\"" + row.getLong("revision") + "\"")
          .end(json(row).toBuffer());
    });
  }

  private static JsonObject json(Row row) {
    return new JsonObject()
        .put("id", row.getLong("id"))
        .put("username", row.getString("username"))
        .put("full_name", row.getString("full_name"))
        .put("email", row.getString("email"))
        .put("roles", new JsonArray(List.of((Object[]) row.getArrayOfStrings("roles"))))
        .put("status", row.getString("status"))
        .put("created_at", row.getOffsetDateTime("created_at").toString())
        .put("updated_at", row.getOffsetDateTime("updated_at").toString())
        .put("revision", row.getLong("revision"));
  }

  private static boolean isAllowed(User caller, String id) {
    return id.equals(caller.subject())
        || caller.principal().getJsonArray("roles", new JsonArray()).contains("admin")
        || caller
            .attributes()
            .getJsonObject("accessToken")
            .getJsonArray("roles", new JsonArray())
            .contains("admin");
  }

  private int number(String name) {
    return Integer.parseInt(environment.get(name));
  }

  private static Instant time(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}

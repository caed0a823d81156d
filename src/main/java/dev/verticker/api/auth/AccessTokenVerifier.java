package dev.verticker.api.auth;

import dev.verticker.bus.Failure;
import dev.verticker.settings.AuthSettings;
import io.vertx.core.Future;
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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Verifies access tokens (RFC 9068, RFC 8725). The library checks the signature, with the one algorithm that is configured;
 * the claims are checked here, because the library accepts a missing {@code exp}, does not check {@code typ} and
 * {@code sub}, throws on claims of a wrong type, and uses its own clock.
 */
public final class AccessTokenVerifier {
  private static final String ALGORITHM = "HS256";
  private static final String TYPE = "at+jwt";
  private static final Duration LEEWAY = Duration.ofSeconds(30);
  private static final Pattern USER_ID = Pattern.compile("[1-9][0-9]{0,18}");

  /** Max length of a token; issued tokens have about 450 characters. */
  public static final int MAX_LENGTH = 4096;

  /** The validity of an issued token; a longer one is rejected. */
  public static final Duration MAX_LIFETIME = Duration.ofMinutes(15);

  private static final int MAX_ID = 100;
  private static final int MAX_ROLES = 20;

  private final VerifiedTokenCache verified = new VerifiedTokenCache();
  private final JWTAuth signatures;
  private final Set<String> keyIds;
  private final AuthSettings settings;
  private final Clock clock;

  public AccessTokenVerifier(Vertx vertx, AuthSettings settings, Clock clock) {
    // Ignores the expiry, because it is checked below on the cluster clock.
    var options = new JWTAuthOptions().setJWTOptions(new JWTOptions().setIgnoreExpiration(true));
    for (var key : settings.keys()) {
      options.addPubSecKey(new PubSecKeyOptions()
          .setAlgorithm(ALGORITHM)
          .setId(key.id())
          .setBuffer(Buffer.buffer(key.secret().bytes())));
    }
    this.signatures = JWTAuth.create(vertx, options);
    this.keyIds =
        settings.keys().stream().map(key -> key.id()).collect(Collectors.toUnmodifiableSet());
    this.settings = settings;
    this.clock = clock;
  }

  /** Verifies a token. Every failure is {@code invalid-token} (401). */
  public Future<AccessToken> verify(String token) {
    if (token.length() > MAX_LENGTH) {
      return invalid();
    }
    var known = verified.find(token);
    if (known != null) {
      // Keys and names do not change after start-up, so only the time needs a check.
      return isCurrent(known.issuedAt(), known.expiresAt(), clock.instant())
          ? Future.succeededFuture(known)
          : invalid();
    }
    return signature(token).transform(user -> {
      try {
        if (user.failed()) {
          return invalid();
        }
        var checked = checked(token, user.result());
        verified.put(token, checked, clock.instant());
        return Future.succeededFuture(checked);
      } catch (RuntimeException e) {
        // A claim of a wrong type or format: this system did not issue the token.
        return invalid();
      }
    });
  }

  private Future<User> signature(String token) {
    try {
      require(isCanonical(token));
      return signatures.authenticate(new TokenCredentials(token));
    } catch (RuntimeException e) {
      // The library reads exp, nbf and iat even with ignoreExpiration, and throws on other types.
      return Future.failedFuture(e);
    }
  }

  /** The last character of a segment has unused bits; only one encoding of a token is valid. */
  private static boolean isCanonical(String token) {
    return Stream.of(token.split("\\.", -1)).allMatch(segment -> Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Base64.getUrlDecoder().decode(segment))
        .equals(segment));
  }

  private AccessToken checked(String token, User user) {
    var header = new JsonObject(
        Buffer.buffer(Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')))));
    require(ALGORITHM.equals(header.getValue("alg")));
    require(TYPE.equals(header.getValue("typ")));
    require(header.getValue("kid") instanceof String id && keyIds.contains(id));
    require(!header.containsKey("crit"));

    JsonObject claims = user.attributes().getJsonObject("accessToken");
    require(settings.issuer().equals(claims.getValue("iss")));
    require(settings.audience().equals(claims.getValue("aud")));
    var issuedAt = time(claims, "iat");
    var expiresAt = time(claims, "exp");
    var now = clock.instant();
    require(isCurrent(issuedAt, expiresAt, now));
    require(expiresAt.isAfter(issuedAt) && !expiresAt.isAfter(issuedAt.plus(MAX_LIFETIME)));
    if (claims.containsKey("nbf")) {
      require(!time(claims, "nbf").isAfter(now.plus(LEEWAY)));
    }
    var userId = text(claims, "sub");
    require(USER_ID.matcher(userId).matches());
    var version = whole(claims, "ver");
    require(version >= 0);
    return new AccessToken(
        id(claims, "jti"),
        Long.parseLong(userId),
        UUID.fromString(id(claims, "sid")).toString(),
        version,
        roles(claims),
        issuedAt,
        expiresAt);
  }

  private static boolean isCurrent(Instant issuedAt, Instant expiresAt, Instant now) {
    return !issuedAt.isAfter(now.plus(LEEWAY)) && expiresAt.isAfter(now.minus(LEEWAY));
  }

  private static String text(JsonObject claims, String name) {
    require(claims.getValue(name) instanceof String);
    return claims.getString(name);
  }

  private static String id(JsonObject claims, String name) {
    var text = text(claims, name);
    require(!text.isBlank() && text.length() <= MAX_ID);
    return text;
  }

  /** Whole seconds. 1e400 and 1.5 are numbers of another type. */
  private static Instant time(JsonObject claims, String name) {
    return Instant.ofEpochSecond(whole(claims, name));
  }

  private static long whole(JsonObject claims, String name) {
    var value = claims.getValue(name);
    require(value instanceof Integer || value instanceof Long);
    return ((Number) value).longValue();
  }

  private static List<String> roles(JsonObject claims) {
    require(claims.getValue("roles") instanceof JsonArray);
    var roles = claims.getJsonArray("roles");
    require(roles.size() <= MAX_ROLES);
    return roles.stream().map(String.class::cast).toList();
  }

  private static void require(boolean rule) {
    if (!rule) {
      throw new IllegalArgumentException("not an access token of this system");
    }
  }

  private static <T> Future<T> invalid() {
    return Future.failedFuture(
        new Failure.Unauthenticated("invalid-token", "Invalid access token."));
  }
}

package dev.verticker.user.login;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.data.RedisClient;
import dev.verticker.dev.TestServers;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.Await;
import dev.verticker.testing.SteppedClock;
import dev.verticker.user.login.LoginFailures.Delays;
import dev.verticker.user.login.LoginFailures.Outcome;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the counts of nodes that share one Redis with a plain list of all failures. */
final class LoginFailuresTest {
  private static final LoginLimits LIMITS = new LoginLimits(
      new Quota(3, Duration.ofMinutes(15)),
      new Quota(5, Duration.ofMinutes(1)),
      new Quota(8, Duration.ofHours(1)));

  private static Vertx vertx;
  private static Context context;
  private static RedisClient redis;

  private final SteppedClock clock = new SteppedClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final String run = UUID.randomUUID().toString();

  /** The times of the failures that count, per key; decides like one node that forgets nothing. */
  private final Map<String, List<Long>> model = new HashMap<>();

  @BeforeAll
  static void connect() {
    vertx = Vertx.vertx();
    context = vertx.getOrCreateContext();
    var settings = SettingsFiles.load(
        Map.of("VERTICKER_ENV", "development", "REDIS_URL", TestServers.redis().url()),
        Path.of("target"));
    // The model has no late responses, which a busy host causes.
    redis = Await.await(
        context,
        () -> RedisClient.open(
            vertx, SettingsReader.read(settings, RedisSettings::read), RedisClient.MAX_TIMEOUT));
  }

  @AfterAll
  static void close() {
    Await.await(redis.close());
    Await.await(vertx.close());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void one_node_counts_as_if_redis_was_never_flushed(long seed) {
    var random = new Random(seed);
    var node = new LoginFailures(redis, LIMITS, clock);
    for (var step = 0; step < 300; step++) {
      act(random, node);
      if (random.nextInt(8) == 0) {
        flush();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void two_nodes_count_as_one(long seed) {
    var random = new Random(seed);
    var nodes =
        List.of(new LoginFailures(redis, LIMITS, clock), new LoginFailures(redis, LIMITS, clock));
    for (var step = 0; step < 300; step++) {
      act(random, nodes.get(random.nextInt(2)));
    }
  }

  /** A flush loses what a node recorded only until the next request of that node about the same account and address. */
  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26})
  void every_node_restores_its_failures_after_a_flush(long seed) {
    var random = new Random(seed);
    var nodes =
        List.of(new LoginFailures(redis, LIMITS, clock), new LoginFailures(redis, LIMITS, clock));
    for (var step = 0; step < 200; step++) {
      // Without a success, whose time a flush removes too.
      var attempt = attempt(random);
      var outcome = random.nextBoolean() ? Outcome.FAILURE : Outcome.PENDING;
      expect(nodes.get(random.nextInt(2)), outcome, attempt);
      if (random.nextInt(8) == 0) {
        flush();
        for (var account = 0; account < 2; account++) {
          for (var address = 0; address < 2; address++) {
            var every = attempt(account, address, false);
            nodes.forEach(node -> record(node, Outcome.PENDING, every));
          }
        }
      }
      clock.step(Duration.ofSeconds(random.nextInt(40)));
    }
    assertTrue(model.values().stream().anyMatch(times -> times.size() > 3), "failures count");
  }

  private void act(Random random, LoginFailures node) {
    var outcomes = List.of(
        Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE, Outcome.SUCCESS, Outcome.PENDING);
    expect(node, outcomes.get(random.nextInt(outcomes.size())), attempt(random));
    // A failure in the millisecond of a success counts as one millisecond later.
    clock.step(Duration.ofMillis(1));
    if (random.nextInt(3) == 0) {
      clock.step(Duration.ofSeconds(random.nextInt(60)));
    }
    if (random.nextInt(60) == 0) {
      clock.step(Duration.ofMinutes(random.nextInt(30)));
    }
  }

  private void expect(LoginFailures node, Outcome outcome, LoginAttempt attempt) {
    assertEquals(
        decide(outcome, attempt), record(node, outcome, attempt), () -> outcome + " " + attempt);
  }

  private Delays decide(Outcome outcome, LoginAttempt attempt) {
    var waits = new ArrayList<Duration>();
    for (var i = 0; i < 3; i++) {
      waits.add(wait(attempt.keys().get(i), LIMITS.all().get(i)));
    }
    var delays = new Delays(waits.get(0), waits.get(1), waits.get(2));
    if (delays.forAttempt(attempt.known()).isZero()) {
      if (outcome == Outcome.SUCCESS) {
        model.remove(attempt.accountAndAddress());
      } else if (outcome == Outcome.FAILURE) {
        for (var i = 0; i < 3; i++) {
          if (waits.get(i).isZero()) {
            model
                .computeIfAbsent(attempt.keys().get(i), absent -> new ArrayList<>())
                .add(clock.millis());
          }
        }
      }
    }
    return delays;
  }

  private Duration wait(String key, Quota quota) {
    var times = model.getOrDefault(key, new ArrayList<>());
    times.removeIf(time -> time <= clock.millis() - quota.window().toMillis());
    return times.size() < quota.max()
        ? Duration.ZERO
        : Duration.ofMillis(times.get(0) + quota.window().toMillis() - clock.millis());
  }

  private Delays record(LoginFailures node, Outcome outcome, LoginAttempt attempt) {
    return Await.await(context, () -> node.record(outcome, attempt));
  }

  private LoginAttempt attempt(Random random) {
    return attempt(random.nextInt(2), random.nextInt(2), random.nextInt(4) == 0);
  }

  private LoginAttempt attempt(int account, int address, boolean known) {
    return new LoginAttempt(
        run + " pair " + account + " " + address,
        run + " address " + address,
        run + " account " + account,
        known);
  }

  /** Removes the keys of this test only, because other tests share the server. */
  private void flush() {
    var command = Request.cmd(Command.DEL);
    for (var account = 0; account < 2; account++) {
      for (var address = 0; address < 2; address++) {
        attempt(account, address, false)
            .keys()
            .forEach(key -> command.arg("login-failures:" + key));
      }
    }
    Await.await(context, () -> redis.send(command));
  }
}

package dev.verticker.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Actor;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions;
import dev.verticker.message.Users;
import dev.verticker.settings.SettingsException;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the deployed verticle over the bus. */
class UserVerticleTest {
  private final TestDatabase postgres = TestDatabase.create();
  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final RecordedHealth health = new RecordedHealth();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), metrics);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void the_first_administrator_signs_in_and_manages_users() {
    start(Map.of("VERTICKER_ENV", "development")).await();
    assertEquals(Optional.empty(), health.notReady("postgres account"));

    var root = signIn("admin", "admin1234").await();
    var actor = new Actor(root.userId(), "admin", root.sessionId(), "192.0.2.1");
    var ada = create(actor, "ada").await();
    signIn("ada", "correct horse battery").await();
    bus.request(Users.DISABLE, new Users.ChangeStatus(actor, ada.id(), null)).await();

    var refused = signIn("ada", "correct horse battery");
    refused.otherwiseEmpty().await();
    assertInstanceOf(Failure.Unauthenticated.class, refused.cause());
    assertEquals(
        "user.disabled",
        bus.request(Users.AUDIT, new Users.FindAudit(ada.id(), null, 10))
            .await()
            .entries()
            .get(0)
            .action());
  }

  @Test
  void of_fifty_concurrent_creations_of_one_username_one_succeeds_and_the_others_conflict() {
    start(Map.of("VERTICKER_ENV", "development")).await();
    var creations = IntStream.range(0, 50)
        .mapToObj(i -> create(Actor.anonymous("192.0.2.1"), "wanted"))
        .toList();
    Future.join(creations).otherwiseEmpty().await();

    assertEquals(1, creations.stream().filter(Future::succeeded).count());
    assertEquals(
        Collections.nCopies(49, "username-taken"),
        creations.stream()
            .filter(Future::failed)
            .map(each -> ((Failure) each.cause()).code())
            .toList());
  }

  @Test
  void the_start_fails_without_an_administrator_and_a_valid_password_for_one() {
    var starting = start(Map.of("VERTICKER_ENV", "production"));
    starting.otherwiseEmpty().await();

    var error = assertInstanceOf(SettingsException.class, starting.cause());
    assertTrue(error.getMessage().contains("ADMIN_PASSWORD: is required"), error::getMessage);
    var known = start(Map.of(
        "VERTICKER_ENV", "production",
        "ADMIN_USERNAME", "chiefofstaff",
        "ADMIN_PASSWORD", "chiefofstaff"));
    known.otherwiseEmpty().await();
    var refused = assertInstanceOf(SettingsException.class, known.cause());
    assertTrue(refused.getMessage().contains("ADMIN_PASSWORD: is rejected"), refused::getMessage);
  }

  private Future<String> start(Map<String, String> more) {
    var environment = new HashMap<>(postgres.settings());
    environment.put("JWT_SECRET", "0123456789abcdef0123456789abcdef");
    environment.putAll(more);
    var node = new NodeContext(bus, Clock.systemUTC(), health, handler -> {}, metrics);
    return vertx.deployVerticle(
        new UserVerticle(node),
        new DeploymentOptions().setConfig(SettingsFiles.load(environment, Path.of("target"))));
  }

  private Future<Sessions.Grant> signIn(String username, String password) {
    return bus.request(
        Sessions.LOGIN,
        new Sessions.Login(
            username, new Password(password), new Sessions.Client("192.0.2.1", "test")));
  }

  private Future<Users.User> create(Actor actor, String username) {
    return bus.request(
        Users.CREATE,
        new Users.Create(
            actor, username, null, null, new Password("correct horse battery"), List.of("user")));
  }
}

package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

/**
 * The console in Chromium, before a whole node with a simulated exchange. What happens in each test stands under the same
 * sentence in {@code src/test/console}; pictures of every view are left in {@code target/console}.
 */
@Tag("alone")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {
  private static final List<String> VERTICLES =
      List.of("user", "price", "notification", "user-api");

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, String> settings = new HashMap<>(TestServers.settings());
  private Node node;
  private Browser browser;
  private Method test;

  @BeforeAll
  void start() {
    var exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT")
                .withSpeed(30))
        .await();
    settings.putAll(Map.of(
        "BINANCE_BASE_URL", exchange.url(),
        "SYMBOLS", "BTCUSDT,ETHBTC,ETHUSDT",
        "REFRESH_INTERVAL_SECONDS", "0.5",
        "CACHE_TTL_SECONDS", "0.5",
        "PRICE_STALE_GRACE_SECONDS", "1",
        "JWT_SECRET", "a secret of at least thirty-two bytes",
        "USER_API_HOST", "localhost"));
    node = TestNode.start(settings, VERTICLES);
    // Where the page expects it after a restart.
    settings.put("USER_API_PORT", node.ports().get("user-api").toString());
    browser = new Browser(
        Map.of(
            "CONSOLE",
            "http://localhost:" + settings.get("USER_API_PORT"),
            "EXCHANGE",
            exchange.url()),
        Map.of("stop the node", () -> node.stop(), "start the node", this::restart));
  }

  @BeforeEach
  void name(TestInfo info) {
    test = info.getTestMethod().orElseThrow();
  }

  @AfterAll
  void stop() {
    if (browser != null) {
      browser.close();
    }
    if (node != null) {
      node.stop();
    }
    vertx.close().await();
  }

  @Test
  void a_wrong_password_is_explained_and_the_right_one_signs_in() {
    play();
  }

  @Test
  void tabs_that_refresh_at_once_take_turns_and_stay_signed_in() {
    play();
  }

  @Test
  void a_session_that_ended_asks_to_sign_in_and_returns_to_the_same_place() {
    play();
  }

  @Test
  void signing_out_in_one_tab_signs_out_the_other() {
    play();
  }

  @Test
  void a_user_created_in_one_tab_appears_in_the_other_with_who_did_it() {
    play();
  }

  @Test
  void an_edit_conflict_is_explained_and_can_be_resolved() {
    play();
  }

  @Test
  void a_refusal_stands_beside_the_field_it_is_about() {
    play();
  }

  @Test
  void a_user_named_like_markup_is_text() {
    play();
  }

  @Test
  void a_user_is_disabled_enabled_deleted_and_restored() {
    play();
  }

  @Test
  void users_are_searched_filtered_and_paged() {
    play();
  }

  @Test
  void a_normal_user_sees_no_control_of_an_administrator_and_is_refused_when_forcing_it() {
    play();
  }

  @Test
  void a_role_taken_away_takes_its_controls_with_it_and_a_role_given_brings_them() {
    play();
  }

  @Test
  void prices_move_without_a_reload_and_are_never_rounded() {
    play();
  }

  @Test
  void simulated_prices_say_so_and_so_do_overdue_ones() {
    play();
  }

  @Test
  void after_a_time_offline_everything_is_made_up_for_once() {
    play();
  }

  @Test
  void a_restarted_node_is_found_again_and_nothing_is_missing_or_doubled() {
    play();
  }

  @Test
  void unread_notifications_are_counted_and_marked_as_read() {
    play();
  }

  @Test
  void other_sessions_are_ended_and_this_one_stays() {
    play();
  }

  @Test
  void everything_can_be_done_with_the_keyboard() {
    play();
  }

  @Test
  void the_language_is_chosen_remembered_and_leaves_the_digits_alone() {
    play();
  }

  @Test
  void the_first_paint_comes_within_a_second_and_three_hundred_kilobytes() {
    play();
  }

  @Test
  void every_view_fits_is_accessible_and_does_not_jump() {
    play();
  }

  /** A scenario without a test would never be played. */
  @Test
  void every_scenario_has_its_test() {
    var tests = Arrays.stream(ConsoleTest.class.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Test.class) && !method.equals(test))
        .map(ConsoleTest::sentence)
        .sorted()
        .toList();

    assertEquals(tests, browser.scenarios());
  }

  private void play() {
    browser.play(sentence(test));
  }

  private static String sentence(Method test) {
    return test.getName().replace('_', ' ');
  }

  private void restart() {
    node = TestNode.start(settings, VERTICLES);
  }
}

package dev.verticker;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.List;

/** Checks the dependencies between packages that ARCHITECTURE.md describes. */
@AnalyzeClasses(packages = "dev.verticker", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String BASE = "dev.verticker";
  private static final String[] DOMAINS = {
    BASE + ".user..",
    BASE + ".price..",
    BASE + ".notification..",
    BASE + ".trading..",
    BASE + ".legacy..",
    BASE + ".exchange.."
  };

  @ArchTest
  static final ArchRule there_are_no_cycles =
      slices().matching(BASE + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule there_are_no_cycles_between_packages_and_sub_packages = slices()
      .assignedFrom(new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          var names = type.getPackageName().split("\\.");
          return SliceIdentifier.of(
              String.join(".", List.of(names).subList(0, Math.min(names.length, 4))));
        }

        @Override
        public String getDescription() {
          return "packages down to the second level";
        }
      })
      .should()
      .beFreeOfCycles();

  @ArchTest
  static final ArchRule the_bus_knows_nothing_of_the_system = own("bus");

  @ArchTest
  static final ArchRule http_knows_only_the_bus = own("http", "bus");

  @ArchTest
  static final ArchRule settings_know_nothing_of_the_system = own("settings");

  @ArchTest
  static final ArchRule messages_know_only_the_bus = own("message", "bus");

  @ArchTest
  static final ArchRule links_to_stores_know_only_their_settings = own("data", "settings", "bus");

  @ArchTest
  static final ArchRule the_outbox_knows_messages_and_bus = own("outbox", "message", "bus", "data");

  @ArchTest
  static final ArchRule a_node_knows_verticles_only_by_name =
      own("node", "settings", "context", "bus", "http");

  @ArchTest
  static final ArchRule the_cluster_knows_nothing_of_the_node = noClasses()
      .that(resideInAPackage(BASE + ".node.cluster.."))
      .should()
      .dependOnClassesThat(resideInAPackage(BASE + ".node"));

  @ArchTest
  static final ArchRule users_meet_others_in_messages =
      own("user", "message", "bus", "context", "settings", "data", "outbox");

  @ArchTest
  static final ArchRule user_packages_depend_in_one_direction =
      layered("user", "login", "password", "quota", "session", "change");

  @ArchTest
  static final ArchRule only_the_legacy_import_uses_packages_of_the_user_domain =
      usedOnlyBy("user", "legacy");

  @ArchTest
  static final ArchRule only_main_depends_on_the_legacy_import = noClasses()
      .that(not(is("dev.verticker.Main")).and(not(resideInAPackage(BASE + ".legacy.."))))
      .should()
      .dependOnClassesThat(resideInAPackage(BASE + ".legacy.."));

  @ArchTest
  static final ArchRule prices_meet_others_in_messages =
      own("price", "message", "bus", "context", "settings", "data", "outbox", "exchange");

  @ArchTest
  static final ArchRule trading_meets_others_in_messages =
      own("trading", "message", "bus", "context", "settings", "data", "outbox", "exchange");

  @ArchTest
  static final ArchRule trading_packages_are_layered = layered(
      "trading",
      "control",
      "paper",
      "reconciliation",
      "venue",
      "order",
      "account",
      "portfolio",
      "rules");

  @ArchTest
  static final ArchRule the_paper_venue_cannot_reach_an_exchange = noClasses()
      .that(resideInAPackage(BASE + ".trading.paper.."))
      .should()
      .dependOnClassesThat(resideInAPackage(BASE + ".exchange..")
          .and(not(DescribedPredicate.describe(
              "the interface of a gateway, and its failures",
              type -> type.getName()
                  .matches("dev\\.verticker\\.exchange\\.(OrderGateway|ExchangeException)(\\$.*)?")))));

  @ArchTest
  static final ArchRule sub_packages_of_trading_are_internal = usedOnlyBy("trading");

  @ArchTest
  static final ArchRule notifications_meet_others_in_messages =
      own("notification", "message", "bus", "context", "settings", "data", "outbox");

  @ArchTest
  static final ArchRule exchanges_meet_others_in_messages =
      own("exchange", "message", "bus", "data");

  @ArchTest
  static final ArchRule exchanges_do_not_know_each_other =
      slices().matching(BASE + ".exchange.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule one_class_of_each_domain_chooses_an_exchange = noClasses()
      .that(not(resideInAPackage(BASE + ".exchange.*.."))
          .and(not(is("dev.verticker.price.ExchangeModule")))
          .and(not(is("dev.verticker.trading.venue.VenueModule"))))
      .should()
      .dependOnClassesThat(resideInAPackage(BASE + ".exchange.*.."));

  @ArchTest
  static final ArchRule price_packages_are_layered =
      layered("price", "candle", "book", "feed", "observation");

  @ArchTest
  static final ArchRule sub_packages_of_price_are_internal_except_for_the_import =
      usedOnlyBy("price", "legacy");

  @ArchTest
  static final ArchRule front_doors_meet_others_in_messages =
      own("api", "message", "bus", "context", "settings", "http");

  @ArchTest
  static final ArchRule only_the_node_knows_of_a_cluster_and_of_migrations = noClasses()
      .that(not(resideInAPackage(BASE + ".node..")))
      .should()
      .dependOnClassesThat(resideInAnyPackage(
          "com.hazelcast..", "io.vertx.spi.cluster..", "org.flywaydb..", "org.postgresql.."))
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule only_front_doors_and_the_management_port_route_http = noClasses()
      .that(not(resideInAPackage(BASE + ".api.."))
          .and(not(is("dev.verticker.node.ManagementServer"))))
      .should()
      .dependOnClassesThat(resideInAPackage("io.vertx.ext.web..")
          .and(not(resideInAPackage("io.vertx.ext.web.client.."))))
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule only_exchange_clients_call_other_servers = noClasses()
      .that(not(resideInAPackage(BASE + ".exchange..")))
      .should()
      .dependOnClassesThat(resideInAPackage("io.vertx.ext.web.client.."))
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule sql_is_spoken_by_domains_the_outbox_and_the_link_to_the_store = noClasses()
      .that(not(resideInAnyPackage(DOMAINS))
          .and(not(resideInAnyPackage(BASE + ".outbox..", BASE + ".data.."))))
      .should()
      .dependOnClassesThat(resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.pgclient.."))
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule redis_is_spoken_by_domains_over_the_link_to_it = noClasses()
      .that(not(resideInAnyPackage(DOMAINS)).and(not(resideInAPackage(BASE + ".data.."))))
      .should()
      .dependOnClassesThat(resideInAPackage("io.vertx.redis.."))
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule the_environment_is_read_once = noClasses()
      .that(not(is("dev.verticker.Main")))
      .should()
      .callMethod(System.class, "getenv")
      .orShould()
      .callMethod(System.class, "getenv", String.class);

  @ArchTest
  static final ArchRule http_servers_are_built_in_one_place = noClasses()
      .that(not(is("dev.verticker.http.HttpServers")))
      .should()
      .dependOnClassesThat(is("io.vertx.core.http.HttpServerOptions"))
      .orShould()
      .callMethodWhere(target(name("createHttpServer")));

  @ArchTest
  static final ArchRule there_is_no_static_mutable_state =
      fields().that().areStatic().should().beFinal();

  /** Of the packages of Verticker, {@code name} may import only itself and {@code allowed}. */
  private static ArchRule own(String name, String... allowed) {
    DescribedPredicate<JavaClass> ours = resideInAPackage(BASE + "..");
    DescribedPredicate<JavaClass> known = resideInAPackage(BASE + "." + name + "..");
    for (var other : allowed) {
      known = known.or(resideInAPackage(BASE + "." + other + ".."));
    }
    return noClasses()
        .that(resideInAPackage(BASE + "." + name + ".."))
        .should()
        .dependOnClassesThat(ours.and(not(known)))
        .allowEmptyShould(true);
  }

  /** A sub-package may depend on those listed after it, but not on those before it nor on the parent. */
  private static ArchRule layered(String parent, String... subPackages) {
    var above = new ArrayList<>(List.of(BASE + "." + parent));
    var rules = new ArrayList<ArchRule>();
    for (var subPackage : subPackages) {
      var name = BASE + "." + parent + "." + subPackage + "..";
      rules.add(noClasses()
          .that(resideInAPackage(name))
          .should()
          .dependOnClassesThat(resideInAnyPackage(above.toArray(String[]::new))));
      above.add(name);
    }
    return CompositeArchRule.of(rules);
  }

  /** Outside of the package {@code name}, only {@code users} may depend on its sub-packages. */
  private static ArchRule usedOnlyBy(String name, String... users) {
    DescribedPredicate<JavaClass> allowed = resideInAPackage(BASE + "." + name + "..");
    for (var user : users) {
      allowed = allowed.or(resideInAPackage(BASE + "." + user + ".."));
    }
    return noClasses()
        .that(not(allowed))
        .should()
        .dependOnClassesThat(resideInAPackage(BASE + "." + name + ".*.."));
  }

  private static DescribedPredicate<JavaClass> is(String name) {
    return DescribedPredicate.describe(name, type -> type.getName().equals(name));
  }
}

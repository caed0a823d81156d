package dev.verticker.api.socket;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Checks the order of dependencies: routes, hub, session, topic, log; all of them may use the protocol. */
@AnalyzeClasses(packages = "dev.verticker.api", importOptions = DoNotIncludeTests.class)
class SocketArchitectureTest {
  private static final String SOCKET = "dev.verticker.api.socket";

  @ArchTest
  static final ArchRule packages_know_only_those_below_them = layeredArchitecture()
      .consideringOnlyDependenciesInLayers()
      .layer("session")
      .definedBy(SOCKET)
      .layer("topic")
      .definedBy(SOCKET + ".topic")
      .layer("log")
      .definedBy(SOCKET + ".log")
      .layer("protocol")
      .definedBy(SOCKET + ".protocol")
      .whereLayer("session")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("topic")
      .mayOnlyBeAccessedByLayers("session")
      .whereLayer("log")
      .mayOnlyBeAccessedByLayers("session", "topic")
      .whereLayer("protocol")
      .mayOnlyBeAccessedByLayers("session", "topic", "log");

  @ArchTest
  static final ArchRule rooms_of_the_engine_are_used_only_by_the_engine = noClasses()
      .that(DescribedPredicate.not(resideInAPackage(SOCKET + "..")))
      .should()
      .dependOnClassesThat(resideInAPackage(SOCKET + ".*"));

  @ArchTest
  static final ArchRule a_session_does_not_know_the_hub = noClasses()
      .that(named("SocketSession").or(named("SocketWriter")).or(named("SocketContext")))
      .should()
      .dependOnClassesThat(named("SocketHub").or(named("EventLoopSessions")));

  @ArchTest
  static final ArchRule the_hub_does_not_know_its_routes =
      noClasses().that(named("SocketHub")).should().dependOnClassesThat(named("SocketRoutes"));

  private static DescribedPredicate<JavaClass> named(String simpleName) {
    return DescribedPredicate.describe(
        simpleName, type -> name(SOCKET + "." + simpleName).test(type));
  }
}

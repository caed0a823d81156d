package dev.verticker.dev.exchange.order;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** Tests compare the orders of the simulated exchange with those of the product, so they must not be the same code. */
class IndependenceTest {
  private static final String SIMULATOR = "dev.verticker.dev.exchange";

  @Test
  void the_simulated_orders_use_no_code_of_the_product() {
    noClasses()
        .that()
        .resideInAPackage(SIMULATOR + ".order..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.verticker.message..",
            "dev.verticker.trading..",
            "dev.verticker.exchange..",
            "dev.verticker.price..")
        .check(new ClassFileImporter().importPackages(SIMULATOR + ".order"));
  }

  @Test
  void the_simulated_exchange_uses_no_trading_code_of_the_product() {
    noClasses()
        .that()
        .resideInAPackage(SIMULATOR + "..")
        .and()
        .haveSimpleNameNotEndingWith("Test")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.verticker.message.trading..",
            "dev.verticker.trading..",
            "dev.verticker.exchange..")
        .check(new ClassFileImporter().importPackages(SIMULATOR));
  }
}

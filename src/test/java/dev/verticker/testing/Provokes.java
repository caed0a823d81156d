package dev.verticker.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The rows of "Tested faults" in docs/operations.md whose fault this test causes. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Provokes {
  int[] value();

  /** The part of the promise that the test does not cover, as in the column "Not covered"; empty = none. */
  String missing() default "";
}

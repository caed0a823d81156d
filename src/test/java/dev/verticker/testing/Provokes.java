package dev.verticker.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The rows of "What was provoked" in docs/operations.md that this test stands for. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Provokes {
  int[] value();

  /** What the test leaves out of the promise, in the words of the row's "Not shown"; empty = nothing. */
  String missing() default "";
}

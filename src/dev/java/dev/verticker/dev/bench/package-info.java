/** Benchmarks of the product from outside: medians of ratios within one run. Never part of a test. */
package dev.verticker.dev.bench;

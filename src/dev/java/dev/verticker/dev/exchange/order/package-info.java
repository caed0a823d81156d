/**
 * The simulated exchange's own accounts, order rules and matching. Independent of the code that trades in production, so that
 * tests can compare both.
 */
package dev.verticker.dev.exchange.order;

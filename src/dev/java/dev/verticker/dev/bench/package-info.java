/** What the product costs, measured from outside: ratios within one run, medians. Never part of a timed test. */
package dev.verticker.dev.bench;

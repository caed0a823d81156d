/** Observations of prices in PostgreSQL: one row for each symbol and slot in {@code market.exchange_info}. */
package dev.verticker.price.observation;

/** Observations of prices in PostgreSQL: one row for each venue, symbol and slot in {@code market.observations}. */
package dev.verticker.price.observation;

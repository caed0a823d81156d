/** The symbols that the exchange lists, held in memory for both APIs. */
package dev.verticker.api.listings;

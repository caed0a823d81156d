package dev.verticker.price.observation;

import dev.verticker.message.Prices.Quote;

/** A quote and the slot it was observed in. */
public record SlotQuote(Quote quote, long slot) {}

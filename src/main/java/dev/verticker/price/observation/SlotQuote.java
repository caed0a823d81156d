package dev.verticker.price.observation;

import dev.verticker.message.Prices.Quote;

/** An observation: a quote and the slot in which it was received. */
public record SlotQuote(Quote quote, long slot) {}

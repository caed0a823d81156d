package dev.verticker.price;

import dev.verticker.message.Prices.Quote;

/** A quote and the slot it was observed in. */
record SlotQuote(Quote quote, long slot) {}

package dev.verticker.price.observation;

import dev.verticker.message.Prices.Quote;
import java.time.Instant;

/** An observation: a quote and the start of its slot. */
public record SlotQuote(Quote quote, Instant slotStart) {}

package dev.verticker.trading.order;

import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.trading.account.VenueAccount;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * An own order that is not stored yet.
 *
 * @param contentHash SHA-256 of what the client ordered, in hexadecimal digits
 * @param locked what it locks on paper; 0 at a real venue
 * @param sentAt the time with which it will be signed, on the venue's clock
 */
record OrderDraft(
    VenueAccount account,
    String clientOrderId,
    String contentHash,
    Ticket ticket,
    BigDecimal locked,
    Instant sentAt) {}

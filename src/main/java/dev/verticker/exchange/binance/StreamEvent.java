package dev.verticker.exchange.binance;

import dev.verticker.exchange.MarketStream.Listener;
import dev.verticker.exchange.MarketStream.Stream;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * An event of a stream.
 *
 * @param sequence grows with each event of the stream; for trades it is the consecutive id, for books the update id
 * @param sentAt when the exchange sent it; null if it sends no time
 * @param delivery passes the event to a listener
 */
record StreamEvent(Stream stream, long sequence, Instant sentAt, Consumer<Listener> delivery) {}

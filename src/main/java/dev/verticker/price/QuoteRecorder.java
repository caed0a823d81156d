package dev.verticker.price;

import dev.verticker.bus.Bus;
import dev.verticker.data.PendingRows;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import dev.verticker.price.observation.SlotQuote;
import dev.verticker.price.observation.TimeSlots;
import java.util.List;

/**
 * Publishes and caches the tickers of the exchange as quotes, then queues them to be stored. PostgreSQL keeps the first row of
 * each slot, also if another node stored it.
 */
final class QuoteRecorder {
  private final QuoteFactory factory;
  private final TimeSlots slots;
  private final PendingRows<SlotQuote> pending;
  private final LatestQuotes latest;
  private final PriceCache cache;
  private final Bus bus;

  QuoteRecorder(
      QuoteFactory factory,
      TimeSlots slots,
      PendingRows<SlotQuote> pending,
      LatestQuotes latest,
      PriceCache cache,
      Bus bus) {
    this.factory = factory;
    this.slots = slots;
    this.pending = pending;
    this.latest = latest;
    this.cache = cache;
    this.bus = bus;
  }

  /** Records tickers in the slot in which they were received. Returns the quotes as published. */
  List<Quote> record(List<Ticker> tickers) {
    return tickers.isEmpty() ? List.of() : record(tickers, slots.of(factory.now()));
  }

  /** Records tickers in the slot for which they were requested. Returns the quotes as published. */
  List<Quote> record(List<Ticker> tickers, long slot) {
    var quotes = factory.quotes(tickers);
    if (!quotes.isEmpty()) {
      quotes.forEach(latest::accept);
      cache.put(quotes);
      bus.publish(Prices.TICK, new Prices.Quotes(quotes));
      store(quotes, slot);
    }
    return quotes;
  }

  /** Returns the newest quotes that streams delivered in the slot. Quotes of REST responses are stored already. */
  List<Quote> streamed(List<String> symbols, long slot) {
    return symbols.stream()
        .map(latest::find)
        .filter(quote -> quote != null
            && quote.source() == Source.STREAM
            && slots.of(quote.receivedAt()) == slot)
        .toList();
  }

  /** Stores the quotes; an existing row of the slot is kept. */
  void store(List<Quote> quotes, long slot) {
    var slotStart = slots.start(slot);
    pending.add(quotes.stream().map(quote -> new SlotQuote(quote, slotStart)).toList());
    pending.flush();
  }
}

package dev.verticker.price.feed;

import dev.verticker.message.Prices.Source;
import java.util.Collection;

/** Publishes the newest figures of symbols as quotes. */
public interface QuoteSink {
  /** The figures of the symbol changed, or the exchange confirmed them. */
  void onChanged(String symbol, Source source);

  /** The quotes of the symbols are stale from now on, unless they change. */
  void expire(Collection<String> symbols);
}

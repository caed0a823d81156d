package dev.verticker.api.quotes;

import java.util.List;

/** Receives changes of the quotes in the memory of a node, on the thread of the change. */
public interface QuoteListener {
  /** @param quotes new quotes that arrived together, or quotes that became stale */
  void onQuotes(List<CachedQuote> quotes);

  /** Another node leads the feed, and the quotes in memory are those of the new leader. */
  void onNewLeader();
}

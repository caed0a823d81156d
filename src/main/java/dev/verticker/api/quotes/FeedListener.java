package dev.verticker.api.quotes;

import dev.verticker.message.Feed;

/** Receives the state of the market data feed, on the context of the {@link FeedMonitor}. */
public interface FeedListener {
  /** The state has changed, or a replayed market has jumped to another time. */
  default void onState(FeedState state) {}

  /** Another node leads the feed: later quotes and candles belong to a new epoch. */
  default void onNewLeader() {}

  default void onGap(Feed.Gap gap) {}
}

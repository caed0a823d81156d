package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import dev.verticker.bus.Topic;
import java.time.Instant;
import java.util.List;

/** State of the live market data, published by the node that leads the feed. */
public final class Feed {
  /** The current state: on every change, and once a second. */
  public static final Topic<Status> STATUS = new Topic<>("feed.status", Status.class);

  /** One message for each interruption, after the missing data was requested from the exchange. */
  public static final Topic<Gap> GAP = new Topic<>("feed.gap", Gap.class);

  /** The symbols whose trades and books a node delivers: on a change, and once a second while there are any. */
  public static final Topic<Demand> DEMAND = new Topic<>("feed.demand", Demand.class);

  private Feed() {}

  /** How current the market data is. */
  public enum State {
    /** Streams deliver. */
    LIVE,
    /** Streams are interrupted or switched off; quotes are polled once per interval. */
    POLLING,
    /** Neither streams nor polls deliver; quotes are shown with their age. */
    STALE,
    /** No node leads the feed. */
    DOWN,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /**
   * @param epoch time of the leader's election, in milliseconds of the cluster's clock; nodes follow the highest epoch
   * @param leader node id, which decides between equal epochs
   * @param since start of the state
   * @param marketTime time at the exchange; differs from the clock only for a replayed market
   * @param speed of the exchange's clock; 1 except for a simulated market
   */
  public record Status(
      String venue,
      long epoch,
      String leader,
      State state,
      Instant since,
      Instant marketTime,
      double speed) {
    /** Returns whether this status replaces {@code other}. */
    public boolean supersedes(Status other) {
      return other == null
          || epoch > other.epoch
          || epoch == other.epoch && leader.compareTo(other.leader) >= 0;
    }

    public Status in(State newState, Instant newSince) {
      return new Status(venue, epoch, leader, newState, newSince, marketTime, speed);
    }
  }

  /** The kind of data that an interruption affected. */
  public enum Kind {
    QUOTES,
    CANDLES,
    TRADES,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /**
   * An interruption.
   *
   * @param to when data arrived again
   * @param filled whether the missing data was fetched completely
   */
  public record Gap(
      String venue, Kind kind, List<String> symbols, Instant from, Instant to, boolean filled) {
    public Gap {
      symbols = List.copyOf(symbols);
    }
  }

  /**
   * The live data that the clients of a node subscribe to; replaces the earlier demand of the node.
   *
   * @param node id of the node
   */
  public record Demand(String node, List<String> trades, List<String> books) {
    public Demand {
      trades = trades == null ? List.of() : List.copyOf(trades);
      books = books == null ? List.of() : List.copyOf(books);
    }
  }
}

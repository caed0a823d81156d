package dev.verticker.message;

import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What the notification verticle is told and asked. It keeps one log of everything that was told; within it each topic
 * counts its own events 1, 2, 3, ... without gaps. A topic's <em>epoch</em> says which counting that is: it is another one
 * after the log was lost or reset, and a sequence means nothing without it.
 *
 * <p>Failures, besides those named at each address: {@code database-unavailable} (503).
 */
public final class Notifications {
  /** At most so many entries in one {@link Append}, and so many events in one answer. */
  public static final int MAX_EVENTS = 500;

  /** What happens to any user, for whoever has the permission. */
  public static final String USERS = "users";

  /** Shorter than PostgreSQL lets the asking transaction wait (3 s). */
  private static final Duration WITHIN_A_TRANSACTION = Duration.ofSeconds(2);

  /**
   * Writes the entries to the log in their order. All or nothing; an entry that was appended before is left out, so
   * whoever got no answer sends the same again.
   */
  public static final Address<Append, Appended> APPEND =
      new Address<>("notifications.append", Append.class, Appended.class, WITHIN_A_TRANSACTION);

  /** Everything after a position of the log, all topics together, in the order it was committed. */
  public static final Address<ReadLog, LogPage> READ_LOG =
      new Address<>("notifications.after", ReadLog.class, LogPage.class);

  /**
   * One topic from a sequence on. Fails with {@code epoch-changed} (410) when the sequence is of another epoch or was never
   * reached, with {@code events-expired} (410) when what follows it is not kept any more; both say where to begin again.
   * Fails with {@code topic-not-found} (404) for the topic of a user who was erased.
   */
  public static final Address<ReadTopic, TopicPage> READ_TOPIC =
      new Address<>("notifications.read", ReadTopic.class, TopicPage.class);

  /** How any number of topics stand, and what follows a sequence of each; a topic of an erased user is left out. */
  public static final Address<ReplayTopics, TopicReplays> REPLAY =
      new Address<>("notifications.replay", ReplayTopics.class, TopicReplays.class);

  /**
   * Everything up to a sequence was seen; a mark never goes back. Fails with {@code epoch-changed} (410), with
   * {@code invalid-request} (422) beyond the newest event, and like {@link #READ_TOPIC} for an erased user.
   */
  public static final Address<MarkRead, Unread> MARK =
      new Address<>("notifications.mark", MarkRead.class, Unread.class);

  /** How much of a topic was not seen; nothing is unread in a topic that nothing was told on. */
  public static final Address<FindUnread, Unread> UNREAD =
      new Address<>("notifications.unread", FindUnread.class, Unread.class);

  /** Told after each append that added something. A hint: whoever misses one finds the same by {@link #READ_LOG}. */
  public static final Topic<LogPage> APPENDED = new Topic<>("notifications.news", LogPage.class);

  private Notifications() {}

  /** What happens to this user, for that user. */
  public static String ownTopic(long userId) {
    return "user." + userId;
  }

  /**
   * Who may hear an event: whoever has the permission, or that one user. Exactly one of the two is given.
   *
   * @param permission as the contracts name it
   */
  public record Audience(String permission, Long userId) {
    public static Audience permission(String permission) {
      return new Audience(permission, null);
    }

    public static Audience user(long userId) {
      return new Audience(null, userId);
    }
  }

  /** A topic that an event goes to, and who may hear it there. */
  public record Recipient(String topic, Audience audience) {}

  /**
   * One thing to tell.
   *
   * @param id in the outbox it comes from
   * @param userId whom it is about
   * @param actorId who did it; null when the system did, or somebody not signed in
   * @param erases nothing personal about the user may be kept from now on, neither here nor in what was told before
   * @param payload JSON object as text, with {@code event}, {@code user_id} and {@code by}
   */
  public record OutboxEntry(
      long id,
      Instant at,
      String event,
      long userId,
      Long actorId,
      boolean erases,
      List<Recipient> recipients,
      String payload) {
    public OutboxEntry {
      recipients = List.copyOf(recipients);
    }
  }

  /**
   * @param source the outbox: an entry is known by it and its id
   * @param entries at most {@link #MAX_EVENTS}
   */
  public record Append(String source, List<OutboxEntry> entries) {
    public Append {
      entries = List.copyOf(entries);
    }
  }

  /** @param added entries that were not in the log before */
  public record Appended(int added) {}

  /**
   * @param epoch of the log, from an earlier {@link LogPage}; null = only say where the log is now
   * @param position everything up to this one is known
   */
  public record ReadLog(String epoch, long position) {}

  /**
   * A piece of the log.
   *
   * @param epoch of the log; positions of another one mean nothing
   * @param head the newest position when this was said
   * @param oldest the oldest position still kept; head + 1 when there is none
   * @param events in the order of their positions, at most {@link #MAX_EVENTS}
   */
  public record LogPage(String epoch, long head, long oldest, List<Event> events) {
    public LogPage {
      events = List.copyOf(events);
    }
  }

  /**
   * An event on one topic.
   *
   * @param position in the log; those of one append follow each other without a gap
   * @param seq in the topic's epoch
   * @param payload JSON object as text, as this audience may see it
   */
  public record Event(
      long position,
      String topic,
      String epoch,
      long seq,
      Instant at,
      Audience audience,
      String payload) {}

  /**
   * @param epoch with {@code after}; null without
   * @param after the last sequence that is known; null = from the oldest that is kept
   * @param limit 1 to {@link #MAX_EVENTS}
   */
  public record ReadTopic(String topic, String epoch, Long after, int limit) {}

  /**
   * @param oldest the oldest sequence still kept; newest + 1 when there is none
   * @param newest 0 when nothing was told yet
   * @param readUpTo 0 when nothing was seen yet
   * @param unread of those still kept
   */
  public record TopicPage(
      String topic,
      String epoch,
      long oldest,
      long newest,
      long readUpTo,
      long unread,
      List<Event> events) {
    public TopicPage {
      events = List.copyOf(events);
    }
  }

  /** @param after the last sequence that is known; null = no events, only how the topic stands */
  public record ReplayFrom(String topic, Long after) {}

  /**
   * @param topics each of them once
   * @param limit events of each topic, at least 1
   */
  public record ReplayTopics(List<ReplayFrom> topics, int limit) {
    public ReplayTopics {
      topics = List.copyOf(topics);
    }
  }

  public record TopicReplays(List<TopicReplay> topics) {
    public TopicReplays {
      topics = List.copyOf(topics);
    }
  }

  /**
   * @param oldest the oldest sequence still kept; newest + 1 when there is none
   * @param events in the order of their sequence, without gaps
   */
  public record TopicReplay(
      String topic, String epoch, long oldest, long newest, List<Event> events) {
    public TopicReplay {
      events = List.copyOf(events);
    }
  }

  public record MarkRead(String topic, String epoch, long upTo) {}

  public record FindUnread(String topic) {}

  /**
   * @param epoch null when nothing was ever told on the topic
   * @param upTo what was seen, after the mark
   * @param count of those still kept
   */
  public record Unread(String epoch, long upTo, long count) {}
}

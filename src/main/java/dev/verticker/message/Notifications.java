package dev.verticker.message;

import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Requests about the event log, served by the notification verticle. The log contains the events of all topics; the
 * events of a topic have the sequences 1, 2, 3, ... without gaps. A reset or lost log starts a new <em>epoch</em>, so a
 * sequence is only valid together with its epoch.
 *
 * <p>Failures, besides those named at each address: {@code database-unavailable} (503).
 */
public final class Notifications {
  /** Limit of the entries of an {@link Append} and of the events of a response. */
  public static final int MAX_EVENTS = 500;

  /** The topic of all users; requires a permission. */
  public static final String USERS = "users";

  /** Shorter than the 3 s after which PostgreSQL ends the caller's idle transaction. */
  private static final Duration WITHIN_A_TRANSACTION = Duration.ofSeconds(2);

  /**
   * Appends the entries to the log in their order, all or none. An entry that is in the log already is skipped, so a caller
   * that receives no response sends the same entries again.
   */
  public static final Address<Append, Appended> APPEND =
      new Address<>("notifications.append", Append.class, Appended.class, WITHIN_A_TRANSACTION);

  /** The events of all topics after a position of the log. */
  public static final Address<ReadLog, LogPage> READ_LOG =
      new Address<>("notifications.after", ReadLog.class, LogPage.class).asRepeatable();

  /**
   * The events of one topic after a sequence. Fails with {@code epoch-changed} (410) if the sequence belongs to another
   * epoch, with {@code sequence-not-reached} (410) if the topic has no event with it yet, with {@code events-expired} (410)
   * if the events after it are no longer retained; all contain the sequence to resume from. Fails with
   * {@code topic-not-found} (404) for the topic of an erased user.
   */
  public static final Address<ReadTopic, TopicPage> READ_TOPIC =
      new Address<>("notifications.read", ReadTopic.class, TopicPage.class).asRepeatable();

  /** The events of one topic before a sequence, newest first. Fails like {@link #READ_TOPIC}, except for removed events. */
  public static final Address<ReadBefore, TopicPage> READ_BEFORE =
      new Address<>("notifications.read-before", ReadBefore.class, TopicPage.class);

  /** The state of several topics, and the events after a sequence of each; topics of erased users are omitted. */
  public static final Address<ReplayTopics, TopicReplays> REPLAY =
      new Address<>("notifications.replay", ReplayTopics.class, TopicReplays.class).asRepeatable();

  /**
   * Marks all events up to a sequence as read; a mark never moves back. Fails with {@code epoch-changed} (410), with
   * {@code invalid-request} (422) for a sequence after the newest event, and like {@link #READ_TOPIC} for an erased user.
   */
  public static final Address<MarkRead, Unread> MARK =
      new Address<>("notifications.mark", MarkRead.class, Unread.class).asRepeatable();

  /** The number of unread events of a topic; zero for a topic without events. */
  public static final Address<FindUnread, Unread> UNREAD =
      new Address<>("notifications.unread", FindUnread.class, Unread.class).asRepeatable();

  /** Published after an append that added events. A hint: a consumer that misses it reads the same by {@link #READ_LOG}. */
  public static final Topic<LogPage> APPENDED = new Topic<>("notifications.news", LogPage.class);

  /** Published after a read position has moved. A hint: a consumer that misses it reads the position again. */
  public static final Topic<ReadPosition> READ =
      new Topic<>("notifications.marked", ReadPosition.class);

  private Notifications() {}

  /** The form in which clients receive and send a position in a topic. */
  public static String cursor(String epoch, long seq) {
    return epoch + ":" + seq;
  }

  /** The topic of one user; no other user may read it. */
  public static String ownTopic(long userId) {
    return "user." + userId;
  }

  /**
   * The clients that may receive an event: those with the permission, or those of the user. Exactly one of the two is set.
   *
   * @param permission the scope in the API contracts
   */
  public record Audience(String permission, Long userId) {
    public static Audience permission(String permission) {
      return new Audience(permission, null);
    }

    public static Audience user(long userId) {
      return new Audience(null, userId);
    }
  }

  /** A topic an event is published on, and its audience there. */
  public record Recipient(String topic, Audience audience) {}

  /**
   * An event in an outbox.
   *
   * @param id in that outbox
   * @param userId the user the event is about
   * @param actorId the user that caused it; null if the actor is the system or an anonymous client
   * @param erases whether the log must remove the personal data of the user from all events, including this one
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
   * @param source name of the outbox; source and id identify an entry
   * @param entries at most {@link #MAX_EVENTS}
   */
  public record Append(String source, List<OutboxEntry> entries) {
    public Append {
      entries = List.copyOf(entries);
    }
  }

  /** @param added number of entries that were not in the log before */
  public record Appended(int added) {}

  /**
   * @param epoch of the log, from an earlier {@link LogPage}; null = return the current position only
   * @param position the events after this one are returned
   */
  public record ReadLog(String epoch, long position) {}

  /**
   * A page of the log.
   *
   * @param epoch of the log; positions are valid within it only
   * @param head the newest position
   * @param oldest the oldest retained position; head + 1 if there is none
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
   * @param position in the log; the events of one append have consecutive positions
   * @param seq the sequence in the topic's epoch
   * @param payload JSON object as text
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
   * @param epoch of {@code after}; null without it
   * @param after the events after this sequence are returned; null = from the oldest retained
   * @param limit 1 to {@link #MAX_EVENTS}
   */
  public record ReadTopic(String topic, String epoch, Long after, int limit) {}

  /**
   * @param epoch of {@code before}; null without it
   * @param before the events before this sequence are returned; null = the newest ones
   * @param limit 1 to {@link #MAX_EVENTS}
   */
  public record ReadBefore(String topic, String epoch, Long before, int limit) {}

  /**
   * @param oldest the oldest retained sequence; newest + 1 if there is none
   * @param newest 0 if the topic has no event yet
   * @param readUpTo 0 if no event was read yet
   * @param unread number of retained events after {@code readUpTo}
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

  /** @param after the events after this sequence are returned; null = return the state of the topic only */
  public record ReplayFrom(String topic, Long after) {}

  /**
   * @param topics without duplicates
   * @param limit of the events of each topic, at least 1
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
   * @param oldest the oldest retained sequence; newest + 1 if there is none
   * @param events in the order of their sequence, without gaps
   */
  public record TopicReplay(
      String topic, String epoch, long oldest, long newest, List<Event> events) {
    public TopicReplay {
      events = List.copyOf(events);
    }
  }

  public record MarkRead(String topic, String epoch, long upTo) {}

  /**
   * @param upTo all events up to this sequence are read
   * @param unread number of retained unread events
   */
  public record ReadPosition(String topic, String epoch, long upTo, long unread, Instant at) {}

  public record FindUnread(String topic) {}

  /**
   * @param epoch null if the topic never had an event
   * @param upTo all events up to this sequence are read
   * @param count of the retained unread events
   */
  public record Unread(String epoch, long upTo, long count) {}
}

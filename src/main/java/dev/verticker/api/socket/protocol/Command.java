package dev.verticker.api.socket.protocol;

import dev.verticker.bus.Failure;

/** A command of a client. No command contains a bus address. */
public sealed interface Command {
  /**
   * @param token signs the socket in or extends its sign-in; null when absent
   * @param since resumes after this event; null = from now on
   * @param everyMs milliseconds between two price frames
   */
  record Subscribe(String topic, String token, ResumePoint since, int everyMs) implements Command {
    public static final int MIN_EVERY_MS = 100;
    public static final int DEFAULT_EVERY_MS = 250;
    public static final int MAX_EVERY_MS = 3_600_000;
  }

  record Unsubscribe(String topic) implements Command {}

  record Auth(String token) implements Command {}

  record SocketPing() implements Command {}

  /**
   * @param subject the topic or reply address that the failure concerns; null = none
   * @param subscribe whether the subject is a topic that the client tried to subscribe to
   */
  record InvalidCommand(String subject, boolean subscribe, Failure failure) implements Command {}
}

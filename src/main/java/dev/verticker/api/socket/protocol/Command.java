package dev.verticker.api.socket.protocol;

import dev.verticker.bus.Failure;
import java.util.List;

/** A command of a client. No command contains a bus address. */
public sealed interface Command {
  /** Matches a symbol of an exchange; it may contain characters of any script. */
  String SYMBOL = "[^\\s\\p{Cc},]{1,64}";

  /**
   * @param symbols the list of symbols whose topics it subscribes to; empty = only the topic
   * @param token signs the socket in or extends its sign-in; null when absent
   * @param since resumes after this event; null = from now on
   * @param everyMs milliseconds between two frames of market data; 0 = each update at once
   */
  record Subscribe(String topic, List<String> symbols, String token, ResumePoint since, int everyMs)
      implements Command {
    public static final int MAX_SYMBOLS = 100;
    public static final int MIN_EVERY_MS = 100;
    public static final int DEFAULT_EVERY_MS = 250;
    public static final int MAX_EVERY_MS = 3_600_000;

    public Subscribe {
      symbols = List.copyOf(symbols);
    }

    public Subscribe(String topic, String token, ResumePoint since, int everyMs) {
      this(topic, List.of(), token, since, everyMs);
    }
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

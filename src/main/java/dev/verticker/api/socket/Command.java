package dev.verticker.api.socket;

import dev.verticker.bus.Failure;

/** What a client may say. There is nothing among it that reaches the bus. */
sealed interface Command {
  /**
   * @param token signs in or extends; null when not sent
   * @param since null = from now on
   * @param everyMs null = as fast as prices are told
   */
  record Subscribe(String topic, String token, ResumePoint since, Integer everyMs)
      implements Command {}

  record Unsubscribe(String topic) implements Command {}

  record Auth(String token) implements Command {}

  record Ping() implements Command {}

  /** @param about the topic or reply address it was about; null = none */
  record Refused(String about, Failure failure) implements Command {}
}

package dev.verticker.user;

import dev.verticker.message.Sessions.Client;

/** What is kept of a User-Agent. */
final class Device {
  private static final int MOST_CHARACTERS = 200;

  private Device() {}

  /** Null when none was sent. */
  static String of(Client client) {
    if (client.device() == null) {
      return null;
    }
    return client
        .device()
        .codePoints()
        .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
        .limit(MOST_CHARACTERS)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}

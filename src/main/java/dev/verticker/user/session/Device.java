package dev.verticker.user.session;

import dev.verticker.message.Sessions.Client;

/** The stored part of a User-Agent header. */
final class Device {
  private static final int MAX_CHARACTERS = 200;

  private Device() {}

  /** Returns the User-Agent of the client, or null. */
  static String of(Client client) {
    if (client.device() == null) {
      return null;
    }
    return client
        .device()
        .codePoints()
        .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
        .limit(MAX_CHARACTERS)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}

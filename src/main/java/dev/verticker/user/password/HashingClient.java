package dev.verticker.user.password;

import dev.verticker.message.Actor;
import dev.verticker.settings.AddressRange;
import java.util.HexFormat;
import java.util.List;

/**
 * The client for which a password is hashed: {@link HashingQueue} shares the threads fairly between addresses and accounts.
 *
 * @param network the client's address; an IPv6 address as its /64
 * @param account any text that identifies the account
 * @param known whether the account has signed in from the address before
 */
public record HashingClient(String network, String account, boolean known) {
  private record Key(String kind, String value) {}

  /** @param address null without one */
  public static HashingClient of(String address, String account, boolean known) {
    var network = address == null ? new byte[0] : AddressRange.network(address);
    return new HashingClient(HexFormat.of().formatHex(network), account, known);
  }

  /** A client that creates or changes users: signed in and so known, or anonymous. */
  public static HashingClient of(Actor actor) {
    return actor.id() == null
        ? of(actor.address(), "anonymous " + actor.address(), false)
        : of(actor.address(), "user " + actor.id(), true);
  }

  /** The keys that have a share each. Attempts from unknown addresses do not use up the share of an account's known ones. */
  List<Object> keys() {
    return List.of(new Key("network", network), new Key(known ? "known" : "unknown", account));
  }
}

package dev.verticker.settings;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** A range of IP addresses, such as {@code 10.0.0.0/8} or {@code ::1}. */
public final class AddressRange {
  /** Matches numeric addresses only, so that parsing never resolves a host name. */
  private static final Pattern NUMBERS =
      Pattern.compile("(OCTET\\.){3}OCTET|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
          .replace("OCTET", "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"));

  private static final int MAX_LENGTH = 45;

  /** A household or server gets at least a /64 of IPv6. */
  private static final int IPV6_NETWORK_BYTES = 8;

  /** The prefix of IPv4 addresses behind a translator (RFC 6052, section 2.1). */
  private static final AddressRange NAT64 = parse("64:ff9b::/96").orElseThrow();

  private final int length;
  private final int suffixBits;
  private final BigInteger prefix;

  private AddressRange(byte[] address, int prefixBits) {
    this.length = address.length;
    this.suffixBits = length * Byte.SIZE - prefixBits;
    this.prefix = prefix(address);
  }

  /** Returns the range, or an empty optional if the text is not an address with an optional prefix length. */
  public static Optional<AddressRange> parse(String text) {
    var parts = text.split("/", -1);
    var address = bytes(parts[0]);
    if (address == null || parts.length > 2) {
      return Optional.empty();
    }
    if (parts.length == 1) {
      return Optional.of(new AddressRange(address, address.length * Byte.SIZE));
    }
    return parts[1].matches("[0-9]{1,3}")
            && Integer.parseInt(parts[1]) <= address.length * Byte.SIZE
        ? Optional.of(new AddressRange(address, Integer.parseInt(parts[1])))
        : Optional.empty();
  }

  /** Returns whether the text is an IP address. */
  public static boolean isAddress(String text) {
    return bytes(text) != null;
  }

  /**
   * Returns the address in the form that limits, logs and the audit trail use: an IPv4-mapped IPv6 address
   * ({@code ::ffff:192.0.2.7}) as the IPv4 address, and no scope. Other text is returned unchanged.
   */
  public static String canonical(String text) {
    if (text.indexOf(':') < 0) {
      return text;
    }
    var unscoped = text.indexOf('%') < 0 ? text : text.substring(0, text.indexOf('%'));
    var address = bytes(unscoped);
    return address != null && address.length == Integer.BYTES ? ipv4(address) : unscoped;
  }

  /**
   * Returns the network that limits count as one client: the bytes of an IPv4 address, mapped or translated to IPv6 or not,
   * and the first eight bytes of another IPv6 address. Other text is returned as UTF-8.
   */
  public static byte[] network(String text) {
    var unscoped = canonical(text);
    var address = bytes(unscoped);
    if (address == null) {
      return unscoped.getBytes(StandardCharsets.UTF_8);
    }
    if (address.length == Integer.BYTES) {
      return address;
    }
    return NAT64.contains(address)
        ? Arrays.copyOfRange(address, address.length - Integer.BYTES, address.length)
        : Arrays.copyOf(address, IPV6_NETWORK_BYTES);
  }

  /** Returns whether the text is an address of this range. */
  public boolean contains(String text) {
    var address = bytes(text);
    return address != null && contains(address);
  }

  private boolean contains(byte[] address) {
    return address.length == length && prefix(address).equals(prefix);
  }

  private static String ipv4(byte[] address) {
    return (address[0] & 0xff) + "." + (address[1] & 0xff) + "." + (address[2] & 0xff) + "."
        + (address[3] & 0xff);
  }

  private BigInteger prefix(byte[] address) {
    return new BigInteger(1, address).shiftRight(suffixBits);
  }

  /** The bytes of an IPv4-mapped IPv6 address are those of the IPv4 address. */
  private static byte[] bytes(String text) {
    if (text.length() > MAX_LENGTH || !NUMBERS.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }
}

package dev.verticker.settings;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** A range of IP addresses, such as {@code 10.0.0.0/8} or {@code ::1}. */
public final class AddressRange {
  /** Matches numeric addresses only, so that parsing never resolves a host name. */
  private static final Pattern NUMBERS =
      Pattern.compile("(OCTET\\.){3}OCTET|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
          .replace("OCTET", "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"));

  private static final int MAX_LENGTH = 45;

  private final int length;
  private final int suffixBits;
  private final BigInteger prefix;

  private AddressRange(byte[] address, int prefixBits) {
    this.length = address.length;
    this.suffixBits = length * Byte.SIZE - prefixBits;
    this.prefix = prefix(address);
  }

  /** Returns the range, or an empty optional if the text is no address with an optional prefix length. */
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

  /** Returns whether the text is an address of this range. */
  public boolean contains(String text) {
    var address = bytes(text);
    return address != null && address.length == length && prefix(address).equals(prefix);
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

package dev.verticker.settings;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads settings one by one and collects what breaks a rule instead of stopping at the first. After a fault the value
 * returned is a stand-in: {@link #read} never lets it out.
 */
public final class SettingsReader {
  private static final Set<String> SAMPLES =
      Set.of("postgres1234", "admin1234", "punjwtsecrete", "punapiinternalkey", "change_me");
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);

  private static final int LAST_PORT = 65535;

  /** What is numbers alone must be an address. */
  private static final Pattern HOST_NAME = Pattern.compile(
      "(?![0-9.]*$)(?=.{1,253}$)WORD(\\.WORD)*".replace("WORD", "[A-Za-z0-9_-]{1,63}"));

  private final JsonObject values;
  private final boolean development;
  private final List<String> faults = new ArrayList<>();
  private final Map<String, String> seen = new LinkedHashMap<>();

  public SettingsReader(JsonObject values) {
    this.values = values;
    this.development =
        "development".equals(oneOf("VERTICKER_ENV", List.of("development", "production")));
  }

  /** Reads one group of settings; throws {@link SettingsException} with everything that is wrong with it. */
  public static <T> T read(JsonObject values, Function<SettingsReader, T> group) {
    var reader = new SettingsReader(values);
    var result = group.apply(reader);
    reader.failOnFaults();
    return result;
  }

  /** Throws {@link SettingsException} when anything read so far breaks its rule. */
  public void failOnFaults() {
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
  }

  /** Name to effective value of everything read so far, secrets redacted. */
  public Map<String, String> seen() {
    return Map.copyOf(seen);
  }

  /** Every rule broken so far, one line each. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /** True when sample secrets and loopback exchanges are acceptable. */
  public boolean development() {
    return development;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name) {
    return optional(name).orElseGet(() -> {
      fault(name, "is required");
      return "";
    });
  }

  Optional<String> optional(String name) {
    var value = Optional.ofNullable(values.getString(name)).map(String::strip);
    value.ifPresent(v -> seen.put(name, v));
    return value;
  }

  String oneOf(String name, List<String> allowed) {
    var value = text(name);
    if (!value.isEmpty() && !allowed.contains(value)) {
      fault(name, "must be one of " + String.join(", ", allowed), value);
    }
    return value;
  }

  int number(String name, int least, int most) {
    var value = text(name);
    try {
      var number = value.isEmpty() ? least : Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, as a number out of range is.
    }
    fault(name, "must be a whole number between " + least + " and " + most, value);
    return least;
  }

  /** 0 lets the operating system choose. */
  int port(String name) {
    return number(name, 0, LAST_PORT);
  }

  /** An IP address or the name of a machine. */
  String host(String name) {
    var value = text(name);
    return value.isEmpty() ? value : checkedHost(name, value);
  }

  Optional<String> optionalHost(String name) {
    return optional(name).map(value -> checkedHost(name, value));
  }

  /** Seconds, decimals allowed. */
  Duration seconds(String name, Duration least, Duration most) {
    var value = text(name);
    if (value.isEmpty()) {
      return least;
    }
    try {
      var decimal = new BigDecimal(value);
      if (decimal.compareTo(toSeconds(least)) >= 0 && decimal.compareTo(toSeconds(most)) <= 0) {
        return Duration.ofNanos(
            decimal.multiply(NANOS).setScale(0, RoundingMode.HALF_UP).longValueExact());
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Reported below, as a number out of range is.
    }
    fault(
        name,
        "must be seconds between " + toSeconds(least).toPlainString() + " and "
            + toSeconds(most).toPlainString(),
        value);
    return least;
  }

  /** Comma-separated, blanks around entries dropped, order kept; must not repeat an entry. */
  List<String> list(String name) {
    var entries = optional(name).stream()
        .flatMap(text -> Stream.of(text.split(",")))
        .map(String::strip)
        .filter(entry -> !entry.isEmpty())
        .toList();
    if (Set.copyOf(entries).size() < entries.size()) {
      fault(name, "must not name anything twice", String.join(",", entries));
    }
    return entries;
  }

  /** An absolute URI with a host. */
  Optional<URI> uri(String name, Set<String> schemes) {
    var value = optional(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      var uri = new URI(value.get());
      seen.put(name, withoutUserInfo(uri));
      if (uri.getHost() != null
          && schemes.contains(uri.getScheme())
          && uri.getPort() <= LAST_PORT) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      seen.remove(name);
    }
    fault(
        name,
        "must be a URL with scheme "
            + String.join(" or ", schemes.stream().sorted().toList())
            + " and a host, the port at most 65535 (value not shown: it may hold a password)");
    return Optional.empty();
  }

  /** Outside development: not a published sample and at least so many bytes. */
  Optional<Secret> secret(String name, int leastBytes) {
    var value = Optional.ofNullable(values.getString(name)).map(Secret::new);
    value.ifPresent(secret -> {
      seen.put(name, redacted(secret));
      checkSecret(name, secret, leastBytes);
    });
    return value;
  }

  Secret requiredSecret(String name, int leastBytes) {
    return secret(name, leastBytes).orElseGet(() -> {
      fault(name, "is required");
      return new Secret("");
    });
  }

  void checkSecret(String name, Secret secret, int leastBytes) {
    if (development) {
      return;
    }
    if (isSample(secret)) {
      faults.add(name + ": must not be a published sample value outside development, was "
          + redacted(secret));
    } else if (secret.bytes().length < leastBytes) {
      faults.add(name + ": must have at least " + leastBytes + " bytes outside development, was "
          + redacted(secret));
    }
  }

  /** A value the documents of the earlier system published. */
  static boolean isSample(Secret secret) {
    return SAMPLES.contains(secret.value());
  }

  /** As it is, for a secret whose rule holds only at some moment. */
  Optional<Secret> uncheckedSecret(String name) {
    var value = Optional.ofNullable(values.getString(name)).map(Secret::new);
    value.ifPresent(secret -> seen.put(name, redacted(secret)));
    return value;
  }

  void redact(String name, String shown) {
    seen.put(name, shown);
  }

  void fault(String name, String rule, String value) {
    faults.add(name + ": " + rule + ", was \"" + value + "\"");
  }

  void fault(String name, String rule) {
    faults.add(name + ": " + rule);
  }

  private String checkedHost(String name, String value) {
    if (!AddressRange.isAddress(value) && !HOST_NAME.matcher(value).matches()) {
      fault(name, "must be an IP address or a host name", value);
    }
    return value;
  }

  private static BigDecimal toSeconds(Duration duration) {
    return new BigDecimal(duration.toNanos()).divide(NANOS).stripTrailingZeros();
  }

  private static String redacted(Secret secret) {
    return "<secret of " + secret.bytes().length + " bytes>";
  }

  static String withoutUserInfo(URI uri) {
    return uri.getRawUserInfo() == null
        ? uri.toString()
        : uri.toString().replace(uri.getRawUserInfo() + "@", "<secret>@");
  }
}

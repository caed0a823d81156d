package dev.verticker.settings;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
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
 * Reads settings one by one and collects all errors instead of stopping at the first. After an error its methods return a
 * placeholder, and {@link #read} throws.
 */
public final class SettingsReader {
  private static final Set<String> SAMPLES =
      Set.of("postgres1234", "admin1234", "punjwtsecrete", "punapiinternalkey", "change_me");
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);
  private static final int MAX_PORT = 65535;

  /** A name of digits and dots only must be an address. */
  private static final Pattern HOST_NAME = Pattern.compile(
      "(?![0-9.]*$)(?=.{1,253}$)WORD(\\.WORD)*".replace("WORD", "[A-Za-z0-9_-]{1,63}"));

  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN (RSA |EC )?PRIVATE KEY-----");

  private final JsonObject values;
  private final boolean development;
  private final List<String> errors = new ArrayList<>();
  private final Map<String, String> effectiveValues = new LinkedHashMap<>();

  public SettingsReader(JsonObject values) {
    this.values = values;
    this.development =
        "development".equals(oneOf("VERTICKER_ENV", List.of("development", "production")));
  }

  /**
   * Reads one group of settings.
   *
   * @throws SettingsException with all its errors
   */
  public static <T> T read(JsonObject values, Function<SettingsReader, T> group) {
    var reader = new SettingsReader(values);
    var result = group.apply(reader);
    reader.failOnFaults();
    return result;
  }

  /** @throws SettingsException if anything read so far is invalid */
  public void failOnFaults() {
    if (!errors.isEmpty()) {
      throw new SettingsException(errors);
    }
  }

  /** Returns the values read so far by name, secrets redacted. */
  public Map<String, String> effectiveValues() {
    return Map.copyOf(effectiveValues);
  }

  /** Returns all errors so far, one line each. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** Returns whether sample secrets and simulated exchanges are accepted. */
  public boolean development() {
    return development;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name) {
    return optional(name).orElseGet(() -> missing(name));
  }

  Optional<String> optional(String name) {
    var value = Optional.ofNullable(values.getString(name)).map(String::strip);
    value.ifPresent(v -> effectiveValues.put(name, v));
    return value;
  }

  String oneOf(String name, List<String> allowed) {
    var value = text(name);
    if (!value.isEmpty() && !allowed.contains(value)) {
      error(name, "must be one of " + String.join(", ", allowed), value);
    }
    return value;
  }

  boolean flag(String name) {
    return oneOf(name, List.of("false", "true")).equals("true");
  }

  int number(String name, int min, int max) {
    var value = text(name);
    try {
      var number = value.isEmpty() ? min : Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    error(name, "must be a whole number between " + min + " and " + max, value);
    return min;
  }

  /** Does the same as {@link #number(String, int, int)}; a setting without a value is {@code absent}. */
  int number(String name, int min, int max, int absent) {
    if (optional(name).isPresent()) {
      return number(name, min, max);
    }
    effectiveValues.put(name, Integer.toString(absent));
    return absent;
  }

  /** A TCP port; 0 = chosen by the operating system. */
  int port(String name) {
    return number(name, 0, MAX_PORT);
  }

  /** An IP address or a host name. */
  String host(String name) {
    var value = text(name);
    return value.isEmpty() ? value : checkedHost(name, value);
  }

  Optional<String> optionalHost(String name) {
    return optional(name).map(value -> checkedHost(name, value));
  }

  /** Reads a number of seconds, with decimals. */
  Duration seconds(String name, Duration min, Duration max) {
    var value = text(name);
    if (value.isEmpty()) {
      return min;
    }
    try {
      var decimal = new BigDecimal(value);
      if (decimal.compareTo(toSeconds(min)) >= 0 && decimal.compareTo(toSeconds(max)) <= 0) {
        return Duration.ofNanos(
            decimal.multiply(NANOS).setScale(0, RoundingMode.HALF_UP).longValueExact());
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    error(
        name,
        "must be seconds between " + toSeconds(min).toPlainString() + " and "
            + toSeconds(max).toPlainString(),
        value);
    return min;
  }

  /** Reads comma-separated entries in their order, stripped and without duplicates. */
  List<String> list(String name) {
    var entries = optional(name).stream()
        .flatMap(text -> Stream.of(text.split(",")))
        .map(String::strip)
        .filter(entry -> !entry.isEmpty())
        .toList();
    if (Set.copyOf(entries).size() < entries.size()) {
      error(name, "must not repeat an entry", String.join(",", entries));
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
      effectiveValues.put(name, withoutUserInfo(uri));
      if (uri.getHost() != null && schemes.contains(uri.getScheme()) && uri.getPort() <= MAX_PORT) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      effectiveValues.remove(name);
    }
    error(
        name,
        "must be a URL with scheme "
            + String.join(" or ", schemes.stream().sorted().toList())
            + " and a host, the port at most 65535 (value not shown: it may hold a password)");
    return Optional.empty();
  }

  /** A file with at least one X.509 certificate in PEM format. */
  Optional<Path> certificates(String name) {
    return file(name, "must be a readable PEM file with certificates", path -> {
      try (var in = Files.newInputStream(path)) {
        return !CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty();
      }
    });
  }

  /** A file with an unencrypted private key in PEM format. */
  Optional<Path> privateKey(String name) {
    return file(
        name,
        "must be a readable PEM file with an unencrypted private key",
        path -> PRIVATE_KEY.matcher(Files.readString(path)).find());
  }

  private interface FileCheck {
    boolean accepts(Path path) throws IOException, CertificateException;
  }

  private Optional<Path> file(String name, String rule, FileCheck check) {
    var value = optional(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      var path = Path.of(value.get());
      if (check.accepts(path)) {
        return Optional.of(path);
      }
    } catch (IOException | CertificateException | InvalidPathException e) {
      // Reported below, like a file without the expected content.
    }
    error(name, rule, value.get());
    return Optional.empty();
  }

  /** A secret; outside development it must not be a published sample, and must have at least {@code minBytes} bytes. */
  Optional<Secret> secret(String name, int minBytes) {
    var value = uncheckedSecret(name);
    value.ifPresent(secret -> checkSecret(name, secret, minBytes));
    return value;
  }

  Secret requiredSecret(String name, int minBytes) {
    return secret(name, minBytes).orElseGet(() -> new Secret(missing(name)));
  }

  void checkSecret(String name, Secret secret, int minBytes) {
    if (development) {
      return;
    }
    if (isSample(secret)) {
      error(
          name,
          "must not be a published sample value outside development, was " + redacted(secret));
    } else if (secret.bytes().length < minBytes) {
      error(
          name,
          "must have at least " + minBytes + " bytes outside development, was " + redacted(secret));
    }
  }

  /** Returns whether the documents of the earlier system contain the value. */
  static boolean isSample(Secret secret) {
    return SAMPLES.contains(secret.value());
  }

  /** A secret that the caller checks. */
  Optional<Secret> uncheckedSecret(String name) {
    var value = Optional.ofNullable(values.getString(name)).map(Secret::new);
    value.ifPresent(secret -> effectiveValues.put(name, redacted(secret)));
    return value;
  }

  void redact(String name, String shown) {
    effectiveValues.put(name, shown);
  }

  void error(String name, String rule, String value) {
    errors.add(name + ": " + rule + ", was \"" + value + "\"");
  }

  void error(String name, String rule) {
    errors.add(name + ": " + rule);
  }

  private String missing(String name) {
    error(name, "is required: set it");
    return "";
  }

  private String checkedHost(String name, String value) {
    if (!AddressRange.isAddress(value) && !HOST_NAME.matcher(value).matches()) {
      error(name, "must be an IP address or a host name", value);
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

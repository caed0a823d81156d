package dev.verticker.dev.exchange.order;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The parameters of one request and the text that its signature covers. Records which parameters were read: a request with
 * others is rejected.
 */
public final class Parameters {
  private static final String SIGNATURE = "signature";
  private static final Pattern DECIMAL = Pattern.compile("([0-9]{1,20})(\\.[0-9]{1,20})?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
  private static final int DECIMALS = 8;

  private final Map<String, String> values;
  private final List<String> signedTexts;
  private final Set<String> read = new HashSet<>();

  private Parameters(Map<String, String> values, List<String> signedTexts) {
    this.values = values;
    this.signedTexts = signedTexts;
  }

  /**
   * The parameters of an HTTP request. The signature covers the query directly followed by the body, as they were sent.
   *
   * @param query encoded; null without one
   * @param body of a form, encoded
   * @throws OrderException if one of them has a parameter twice
   */
  public static Parameters ofRequest(String query, String body) {
    var values = pairs(body);
    // A parameter of the query replaces that of the body.
    values.putAll(pairs(query == null ? "" : query));
    return new Parameters(values, List.of(unsigned(query == null ? "" : query) + unsigned(body)));
  }

  /** The parameters of a WebSocket request; the signature covers them in the order of their names. */
  public static Parameters ofSocket(JsonObject params) {
    var values = new TreeMap<String, String>();
    params.forEach(entry -> values.put(entry.getKey(), String.valueOf(entry.getValue())));
    var parameters = new Parameters(values, List.of(joined(values, false), joined(values, true)));
    parameters.read.add("apiKey");
    return parameters;
  }

  /** Parameters that need no signature. */
  static Parameters unsigned(Map<String, String> values) {
    return new Parameters(new LinkedHashMap<>(values), List.of());
  }

  /** The value of a parameter without a check and without recording it as read. */
  public Optional<String> peek(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** The texts of which one must be signed. */
  List<String> signedTexts() {
    return signedTexts;
  }

  String required(String name) {
    return text(name).orElseThrow(() -> OrderException.missing(name));
  }

  Optional<String> text(String name) {
    read.add(name);
    var value = Optional.ofNullable(values.get(name));
    if (value.equals(Optional.of(""))) {
      throw OrderException.invalid(-1105, "Parameter '" + name + "' was empty.");
    }
    return value;
  }

  Optional<String> text(String name, Pattern legal, String range) {
    var value = text(name);
    value.filter(sent -> !legal.matcher(sent).matches()).ifPresent(sent -> {
      throw OrderException.illegalCharacters(name, range);
    });
    return value;
  }

  Optional<String> choice(String name, Collection<String> choices, OrderException invalid) {
    var value = text(name);
    if (value.isPresent() && !choices.contains(value.get())) {
      throw invalid;
    }
    return value;
  }

  /** An amount above 0 with at most 8 decimals. */
  Optional<BigDecimal> amount(String name) {
    var value = text(name, DECIMAL, "^" + DECIMAL + "$").map(BigDecimal::new);
    if (value.isPresent() && value.get().stripTrailingZeros().scale() > DECIMALS) {
      throw OrderException.invalid(-1111, "Parameter '" + name + "' has too much precision.");
    }
    if (value.isPresent() && value.get().signum() == 0) {
      throw OrderException.invalid(-1013, "Invalid " + name + ".");
    }
    return value;
  }

  OptionalLong number(String name) {
    return text(name, NUMBER, "^[0-9]{1,20}$")
        .map(digits -> OptionalLong.of(Long.parseLong(digits)))
        .orElse(OptionalLong.empty());
  }

  boolean flag(String name) {
    return choice(
            name, List.of("true", "false"), OrderException.illegalCharacters(name, "^true|false$"))
        .map(Boolean::parseBoolean)
        .orElse(false);
  }

  /** Throws if a parameter was sent that no other method read. */
  void checkRead() {
    var count = (int) values.keySet().stream().filter(read::contains).count();
    if (count < values.size()) {
      throw OrderException.invalid(
          -1104,
          "Not all sent parameters were read; read '" + count + "' parameter(s) but was sent '"
              + values.size() + "'.");
    }
  }

  private static Map<String, String> pairs(String encoded) {
    var values = new LinkedHashMap<String, String>();
    for (var pair : encoded.split("&")) {
      if (!pair.isEmpty()) {
        var cut = pair.indexOf('=');
        var name = decode(cut < 0 ? pair : pair.substring(0, cut));
        if (values.put(name, cut < 0 ? "" : decode(pair.substring(cut + 1))) != null) {
          throw OrderException.invalid(-1101, "Duplicate values for a parameter detected.");
        }
      }
    }
    return values;
  }

  private static String unsigned(String encoded) {
    return Pattern.compile("&")
        .splitAsStream(encoded)
        .filter(pair -> !pair.startsWith(SIGNATURE + "="))
        .collect(Collectors.joining("&"));
  }

  private static String joined(Map<String, String> values, boolean encoded) {
    return values.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(SIGNATURE))
        .map(
            entry -> entry.getKey() + "=" + (encoded ? encode(entry.getValue()) : entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return text;
    }
  }
}

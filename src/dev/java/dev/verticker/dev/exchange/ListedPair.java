package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * The assets of a symbol and the start of its random walk.
 *
 * @param price first price of a walk, a multiple of the tick
 * @param tick price step
 * @param step quantity step
 */
record ListedPair(
    String symbol, String base, String quote, BigDecimal price, BigDecimal tick, BigDecimal step) {
  /** Served if no symbols are given. */
  static final List<String> DEFAULT_SYMBOLS = List.of(
      "BTCUSDT",
      "ETHUSDT",
      "ETHBTC",
      "BNBUSDT",
      "SOLUSDT",
      "XRPUSDT",
      "ADAUSDT",
      "DOGEUSDT",
      "LTCUSDT",
      "LTCBTC");

  private static final List<String> QUOTES = List.of(
      "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "BTC", "ETH", "BNB", "EUR", "TRY", "BRL", "JPY");
  private static final Map<String, List<String>> KNOWN = Map.of(
      "BTCUSDT", List.of("67250.40", "0.01", "0.00001"),
      "ETHUSDT", List.of("3480.15", "0.01", "0.0001"),
      "ETHBTC", List.of("0.05175", "0.00001", "0.0001"),
      "BNBUSDT", List.of("585.20", "0.01", "0.001"),
      "SOLUSDT", List.of("148.37", "0.01", "0.001"),
      "XRPUSDT", List.of("0.5236", "0.0001", "1"),
      "ADAUSDT", List.of("0.4481", "0.0001", "0.1"),
      "DOGEUSDT", List.of("0.12345", "0.00001", "1"),
      "LTCUSDT", List.of("82.61", "0.01", "0.001"),
      "LTCBTC", List.of("0.001229", "0.000001", "0.001"));

  /** Splits at the quote asset at the end of the name; the price of an unknown symbol is derived from its name. */
  static ListedPair of(String symbol) {
    var quote = QUOTES.stream()
        .filter(asset -> symbol.length() > asset.length() && symbol.endsWith(asset))
        .findFirst()
        .orElse("");
    var base = symbol.substring(0, symbol.length() - quote.length());
    var figures = KNOWN.getOrDefault(symbol, unknown(symbol, quote));
    return new ListedPair(
        symbol,
        base,
        quote.isEmpty() ? symbol : quote,
        new BigDecimal(figures.get(0)),
        new BigDecimal(figures.get(1)),
        new BigDecimal(figures.get(2)));
  }

  private static List<String> unknown(String symbol, String quote) {
    var ticks = 2_000 + Math.floorMod(symbol.hashCode(), 48_000);
    var tick = List.of("BTC", "ETH", "BNB").contains(quote) ? "0.0000001" : "0.001";
    return List.of(
        new BigDecimal(tick).multiply(BigDecimal.valueOf(ticks)).toPlainString(), tick, "0.01");
  }
}

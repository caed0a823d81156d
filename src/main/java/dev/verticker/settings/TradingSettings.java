package dev.verticker.settings;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;

/**
 * Venues of trading accounts.
 *
 * @param venues enabled venues; users always have a paper account
 * @param paperBalance initial balance of a paper account
 */
public record TradingSettings(List<String> venues, PaperBalance paperBalance) {
  private static final String VENUES = "TRADING_VENUES";
  private static final String BALANCE = "PAPER_BALANCE";
  private static final String PAPER = "paper";
  private static final BigDecimal MAX_BALANCE = new BigDecimal("1000000000000");
  private static final int MAX_DECIMALS = 8;

  /** @param asset such as {@code USDT} */
  public record PaperBalance(BigDecimal amount, String asset) {}

  public static TradingSettings read(SettingsReader reader) {
    return new TradingSettings(venues(reader), paperBalance(reader));
  }

  private static List<String> venues(SettingsReader reader) {
    var venues = reader.list(VENUES);
    var known = Stream.concat(Stream.of(PAPER), VenueSettings.names().stream()).toList();
    venues.stream()
        .filter(venue -> !known.contains(venue))
        .forEach(venue -> reader.error(VENUES, "must be one of " + known, venue));
    return venues;
  }

  private static PaperBalance paperBalance(SettingsReader reader) {
    var text = reader.text(BALANCE);
    if (text.matches("[0-9]{1,13}(\\.[0-9]{1,8})? [A-Z0-9]{1,20}")) {
      var parts = text.split(" ");
      var amount = new BigDecimal(parts[0]);
      if (amount.signum() > 0 && amount.compareTo(MAX_BALANCE) <= 0) {
        return new PaperBalance(amount, parts[1]);
      }
    }
    reader.error(
        BALANCE,
        "must be a positive amount up to " + MAX_BALANCE + " with at most " + MAX_DECIMALS
            + " decimals, a space and an asset, such as \"10000 USDT\"",
        text);
    return null;
  }
}
